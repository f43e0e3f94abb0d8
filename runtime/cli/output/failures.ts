import { existsSync } from "node:fs";
import { join } from "node:path";
import { countOf, firstOf } from "../../../compiler/format/amounts.js";
import { withoutControlCharacters } from "../../../compiler/format/control-characters.js";
import { Groups } from "../../../compiler/format/groups.js";
import { adviseOnExit, describeExit } from "../../../compiler/shell/exit-words.js";
import type { Failure } from "../../results/failure.js";
import type { JobResult } from "../../results/ledger.js";
import { logPath, readLogTail } from "../../results/logs.js";
import type { Workspace } from "../../workspace/workspace.js";
import type { CommandLines } from "./command-lines.js";
import type { Voice } from "./terminal.js";

/** So much of a log's end is looked at for its last lines, in bytes. */
const TAIL_BYTES = 1 << 16;
/** So many logs of jobs that have failed alike are looked at for one that has text. */
const MOST_LOGS = 20;
/** So many jobs that have failed alike are named. */
const MOST_NAMED = 5;
/** The start of a command that is longer is shown. */
const LONGEST_COMMAND = 120;
/** The end of a line that is longer is shown. */
const LONGEST_LINE = 500;

/** The last lines of a job's log, standard error first. */
function lastLines(results: string, { log: job, name }: Failure, most: number, commands?: CommandLines): string[] {
  for (const stream of ["err", "out"] as const) {
    const path = join(results, logPath(job, stream));
    if (!existsSync(path)) continue; // it wrote none
    const { text, omitted } = readLogTail(path, TAIL_BYTES);
    const lines = text.trimEnd().split("\n");
    const isCut = omitted > 0 && lines.length <= most;
    const shown = lines.slice(-most).map(withoutControls);
    if (isCut) shown[0] = `…${shown[0]}`;
    if (shown.some((line) => line !== "")) {
      return shown.map((line) => withinReason(commands ? commands.translate(line, name) : line));
    }
  }
  return [];
}

function withinReason(line: string): string {
  return line.length > LONGEST_LINE ? `…${line.slice(-LONGEST_LINE)}` : line;
}

/** A line without colours and other orders to the terminal; of a progress bar, what was seen last. */
function withoutControls(line: string): string {
  const last = line.replace(/\r+$/, "").split("\r").at(-1) as string;
  return withoutControlCharacters(last);
}

/** What a job died of, in words; failures with the same words are alike. */
export function wordsOf({ cause, exitCode, detail }: Pick<JobResult, "cause" | "exitCode" | "detail">): string {
  if (cause === "exit" || cause === "signal") {
    const code = `exit code ${exitCode}`;
    const meaning = describeExit(exitCode);
    return `${cause}, ${meaning === code ? code : `${code}: ${meaning}`}`;
  }
  // What a node has lost differs from job to job.
  return detail && cause !== "node" ? `${cause}, ${detail}` : cause;
}

/** What the user may do about it. */
function adviceOn({ cause, exitCode, detail }: JobResult): string | undefined {
  if (cause === "exit" || cause === "signal") return adviseOnExit(exitCode);
  // A check that did not pass has a code of its own.
  const code = cause === "missing-output" ? /\(exit code (\d+)\)/.exec(detail)?.[1] : undefined;
  return code === undefined ? undefined : adviseOnExit(Number(code));
}

/** Which jobs have failed: names beside one another, or lines of a list of commands, each with its text. */
function nameFailures(group: readonly Failure[]): string[] {
  const named = group.slice(0, MOST_NAMED);
  if (named.some(({ line }) => line === undefined)) {
    const names = group.map(({ name }) => name);
    return [firstOf(names, MOST_NAMED)];
  }
  const more = group.length - named.length;
  const texts = named.map(({ name, line }) => `line ${name}: ${startOf(line as string)}`);
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}

function startOf(line: string): string {
  const text = withoutControlCharacters(line);
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND)}…` : text;
}

/** Says what failed: groups of failures that are alike, with the last lines of one log for each. */
export function sayFailures(
  terminal: Voice,
  workspace: Workspace,
  failures: readonly Failure[],
  commands?: CommandLines,
): void {
  const { colors } = terminal;
  const groups = new Groups<string, Failure>();
  for (const failure of failures) groups.add(wordsOf(failure), failure);
  for (const [message, group] of groups) {
    terminal.say(`${colors.red(countOf(group.length, "job"))} failed: ${message}`);
    for (const line of nameFailures(group)) terminal.quote(`  ${line}`);
    const first = group[0] as Failure;
    const advice = adviceOn(first);
    if (advice !== undefined) terminal.say(`  ${advice}`);
    if (first.cause === "node" && first.detail) terminal.say(`  ${first.name}: ${first.detail}`);
    for (const failure of group.slice(0, MOST_LOGS)) {
      const lines = lastLines(workspace.results, failure, 5, commands);
      if (lines.length === 0) continue;
      terminal.quote(lines.map((line) => `  ${colors.dim(`${failure.name}|`)} ${line}`).join("\n"));
      break;
    }
  }
}
