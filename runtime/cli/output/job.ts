import { basename, dirname } from "node:path";
import { firstOf, formatBytes, formatPeak, formatSeconds } from "../../../compiler/format/amounts.js";
import { printableName, withoutControlCharacters } from "../../../compiler/format/control-characters.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import type { Usage } from "../../../compiler/format/results.js";
import { isWithin } from "../../../compiler/format/within.js";
import { closest } from "../../../compiler/problem/closest.js";
import type { JobFolder, KnownJob, WrittenFile } from "../../collect/look-at-job.js";
import type { JobResult } from "../../results/ledger.js";
import type { CommandLine, CommandLines } from "./command-lines.js";
import type { JobFailureDocument, JobLogDocument } from "./documents.js";
import { wordsOf } from "./failures.js";
import { shownFolder } from "./running.js";
import type { Terminal } from "./terminal.js";

/** So many files that a job has written are named. */
const MOST_NAMED = 8;

/** The command that has ended a job, where that is known. */
function endOf({ failure, folder, job, line }: KnownJob, commands: CommandLines): CommandLine | undefined {
  if (failure?.cause !== "exit") return undefined;
  if (line !== undefined) return { place: commands.placeOfLine(job.name) ?? `line ${job.name}`, text: line };
  const { end } = folder ?? {};
  if (end && basename(end.script) !== "manager.sh") return { place: `${end.script}:${end.line}`, text: "" };
  const at = end?.line ?? (folder ? (commands.exitLine(failure.exitCode) ?? commands.lastProgram) : undefined);
  return at === undefined ? undefined : commands.lineAt(at, job.name);
}

/** Files that a job has written where others were declared, by the declared ones. */
function misnamed({ declared }: KnownJob, { wrote }: JobFolder): ReadonlyMap<string, WrittenFile> {
  const found = new Map<string, WrittenFile>();
  const others = wrote.filter(({ path }) => !declared.includes(path));
  for (const output of declared) {
    if (wrote.some(({ path }) => isWithin(output, path))) continue;
    const names = others.map(({ path }) => basename(path));
    const beside = others.find(({ path }) => basename(path) === basename(output));
    const alike = closest(basename(output), names);
    const file = beside ?? others.find(({ path }) => basename(path) === alike && dirname(path) === dirname(output));
    const any = file ?? others.find(({ path }) => basename(path) === alike);
    if (any) found.set(output, any);
  }
  return found;
}

function nameFile({ path, bytes }: WrittenFile): string {
  return `${printableName(path)} (${formatBytes(bytes)})`;
}

/** What a job has written, and what of it was meant to be an output. */
function wroteLines(known: KnownJob, folder: JobFolder): string[] {
  if (folder.wrote.length === 0) return ["it has written no file there"];
  const wrong = known.running ? new Map<string, WrittenFile>() : misnamed(known, folder);
  const lines = [...wrong].map(
    ([output, file]) => `it has written ${nameFile(file)}, where ${printableName(output)} was declared`,
  );
  const said = new Set(wrong.values());
  const rest = folder.wrote.filter((file) => !said.has(file));
  if (rest.length > 0) lines.push(`it has written ${firstOf(rest, MOST_NAMED, nameFile)}`);
  return lines;
}

/** What a try has used, where it ran for long enough to be measured. */
function describeUse({ cpuSeconds, peakMemory }: Usage): string {
  if (cpuSeconds === undefined || peakMemory === undefined) return "";
  return ` (${formatSeconds(cpuSeconds)} of processor time, at most ${formatPeak(peakMemory)} of memory)`;
}

/** Says how a job stands, before its logs: whether it runs, or what it has died of and where. */
export function sayJob(terminal: Terminal, known: KnownJob, commands: CommandLines): void {
  const { job, running, failure, folder } = known;
  const say = (text: string) => terminal.quote(terminal.colors.dim(`==> ${withoutControlCharacters(text)}`));
  const tries = (count: number) => (count > 1 ? `, try ${count}` : "");
  if (running) {
    const { host, slot, attempt } = running.started;
    say(`${job.name} runs, for ${formatSeconds(running.seconds)}, on ${host} in slot ${slot}${tries(attempt)}`);
  } else if (failure) {
    const { seconds, host, attempts } = failure;
    const used = describeUse(failure);
    say(`${job.name} failed: ${wordsOf(failure)}; after ${formatSeconds(seconds)}${used} on ${host}${tries(attempts)}`);
  }
  const end = endOf(known, commands);
  if (known.line !== undefined && !end) say(`line ${job.name}: ${known.line}`);
  if (end) say(`ended by ${end.place}${end.text === "" ? "" : `: ${end.text}`}`);
  if (known.isEnding) say(`${job.name} has ended; its manager has not written down yet how`);
  if (!folder || !(running || failure || known.isEnding)) return;
  const { description } = commands.swarm;
  say(`folder: ${shownFolder(folder.path, description)}${folder.exists ? "" : ", which is not there any more"}`);
  // In a tree, others have written there, too.
  if (folder.exists && description.tree === null) for (const line of wroteLines(known, folder)) say(line);
}

/** Why there is nothing to show. @param hasRun whether it has ever ended, as the definition stands */
export function sayNoLogs(terminal: Terminal, known: KnownJob, hasRun: boolean): void {
  const { job, running, awayFolder, failure, isEnding } = known;
  if (awayFolder !== undefined) {
    terminal.say(`what ${job.name} has printed lies on its node's own disk until it ends: ${awayFolder}.out and .err`);
  } else if (running || isEnding) terminal.say(`${job.name} has printed nothing so far`);
  else if (failure) terminal.say(`${job.name} has printed nothing`);
  else if (!hasRun) terminal.say(`${job.name} has not run yet; locusts deploy runs it`);
  else {
    terminal.say(`${job.name} has no logs: it printed nothing, or it went well and they were not kept`);
    const name = quoteWord(job.name);
    terminal.say(`  hint: locusts deploy --only ${name} --redo --keep-logs runs it again, and keeps what it prints`);
  }
}

function describeFailure({ cause, exitCode, detail, cpuSeconds, peakMemory }: JobResult): JobFailureDocument {
  return { cause, exitCode, detail, cpuSeconds: cpuSeconds ?? null, peakMemory: peakMemory ?? null };
}

/** The same for programs. */
export function describeJob(
  known: KnownJob,
  commands: CommandLines,
): Omit<JobLogDocument, "version" | "target" | "job" | "out" | "err" | "omittedBytes"> {
  const { running, failure, folder } = known;
  const end = endOf(known, commands);
  return {
    running: running
      ? { seconds: running.seconds, host: running.started.host, slot: Number(running.started.slot) }
      : null,
    failure: failure ? describeFailure(failure) : null,
    endedBy: end ?? null,
    folder: folder?.exists ? folder.path : null,
    wrote: folder?.wrote ?? [],
  };
}
