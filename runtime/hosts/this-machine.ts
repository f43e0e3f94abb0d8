import { spawn } from "node:child_process";
import { RuntimeProblem } from "../system/problem.js";
import { explainSystemError } from "../system/system-errors.js";
import type { Host } from "./host.js";
import { driveScript } from "./script/drive-script.js";
import { packScript } from "./script/packed-script.js";
import { ConnectionLost, type Ended, type RunOptions } from "./script/script-run.js";
import { startProcess } from "./script/start-process.js";

function explain(error: NodeJS.ErrnoException): Error {
  const { message, hint } = explainSystemError(error) ?? { message: `bash cannot be started: ${error.message}` };
  // A machine that is too busy may not be so at the next try.
  return error.code === "EAGAIN" ? new ConnectionLost(message) : new RuntimeProblem(message, hint);
}

export class ThisMachine implements Host {
  readonly name = "this machine";

  /** As `Host.run`; `timeout` ends the script and what it has started in its process group. */
  run(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    const packed = packScript(script, args);
    const [program, ...rest] = packed.command;
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const started = startProcess(child, explain);
    return driveScript(started, packed, options, this.name);
  }

  close(): void {}
}
