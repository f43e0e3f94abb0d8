import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { ReproEnd } from "../../collect/repro-job.js";
import { secondsOf } from "../../run/journal.js";
import { wordsOf } from "./failures.js";
import type { Terminal } from "./terminal.js";

/**
 * Says how a job that ran alone has ended. Standard error is what the job has printed there, and nothing else unless a
 * person looks; what its exit code does not tell is said in any case.
 */
export function sayRepro(terminal: Terminal, job: string, end: NonNullable<ReproEnd>, hasData: boolean): void {
  const after = `after ${formatSeconds(secondsOf(end))} on ${end.host}`;
  const how = end.cause === "ok" ? "ended well" : `failed: ${wordsOf(end)};`;
  // That is looked at when it is collected.
  const unread = hasData && end.cause === "ok" ? "; whether its data is as declared was not looked at" : "";
  const text = `==> ${job} ${how} ${after}; nothing of it is kept${unread}`;
  if (terminal.live) terminal.quote(terminal.colors.dim(text));
  else if ((end.cause !== "ok" && end.exitCode === 0) || unread !== "") terminal.print(text);
}
