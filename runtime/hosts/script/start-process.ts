import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { errorCode } from "../../../compiler/format/file-access.js";
import type { StartedScript } from "./script-run.js";

/** A process as a started script: it must lead a group, which `stop` ends. @param explain why it cannot start */
export function startProcess(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  explain: (error: Error) => Error,
): StartedScript {
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", (error) => reject(explain(error)));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    stop: () => {
      for (const stream of child.stdio) stream?.destroy();
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (error) {
        if (errorCode(error) !== "ESRCH") throw error;
      }
    },
  };
}
