import { countOf, firstOf, formatBytes, formatNumber } from "../../../compiler/format/amounts.js";
import { BUNDLE_FILES } from "../../../compiler/format/bundle.js";
import type { DiffDocument } from "./documents.js";
import type { Terminal } from "./terminal.js";

/** So many jobs of a kind are named. */
const MOST_LISTED = 10;
/** So many lines of a comment are shown: a forge takes no comment of any length. */
const MOST_LINES = 200;

/** What two bundles of a swarm tell apart. */
export interface Comparison extends Pick<DiffDocument, "script" | "command" | "needs" | "nodeHours"> {
  /** names of jobs, by what has become of them */
  readonly jobs: ReadonlyMap<string, readonly string[]>;
  readonly uploadBytes: { readonly before: number; readonly after: number };
  readonly total: number;
}

/** What `diff` has found. */
export interface ShownDiff extends Comparison {
  readonly swarm: string;
  readonly target: string;
  /** what it was compared with, in words */
  readonly against: string;
  /** is there something to compare with? */
  readonly hasBefore: boolean;
  readonly files: readonly string[];
  readonly machinery: string | undefined;
}

/** What there is to say where there is nothing to compare with. */
function sayNoBefore({ hasBefore, against }: ShownDiff): string[] {
  return hasBefore ? [] : [`T${against.slice(1)} is not there, or cannot be read: all jobs count as added.`];
}

/** What happens to jobs that do not run again for it. */
const RUNS_NOTHING = ["removed", "renamed", "with other needs"];

function nameChange(change: string): string {
  return change === "added" || RUNS_NOTHING.includes(change) ? change : `changed: ${change}`;
}

function isSame({ files, machinery }: ShownDiff): boolean {
  return files.length === 0 && machinery === undefined;
}

/** Says for people what is different. */
export function sayDiff(terminal: Terminal, diff: ShownDiff): void {
  const { report } = terminal;
  const { colors } = report;
  if (isSame(diff)) {
    report.say(`${colors.green("no difference:")} ${diff.against} is up to date`);
    return;
  }
  for (const sentence of sayNoBefore(diff)) report.say(sentence);
  for (const [change, jobs] of diff.jobs) {
    report.quote(`${countOf(jobs.length, "job")} ${nameChange(change)}`);
    report.quote(`  ${firstOf(jobs, MOST_LISTED)}`);
  }
  if (diff.script.length > 0) {
    report.quote(BUNDLE_FILES.manager);
    for (const line of diff.script) {
      const color = line.startsWith("+") ? colors.green : line.startsWith("-") ? colors.red : colors.dim;
      report.quote(`  ${color(line)}`);
    }
  }
  for (const { what, before, after } of diff.needs) report.quote(`needs: ${what}: ${before} → ${after}`);
  const { nodeHours, uploadBytes } = diff;
  if (nodeHours.before !== nodeHours.after) {
    report.quote(`node-hours: at most ${formatNumber(nodeHours.before)} → ${formatNumber(nodeHours.after)}`);
  }
  const bytes = uploadBytes.after - uploadBytes.before;
  if (bytes !== 0) report.quote(`uploads: ${formatBytes(Math.abs(bytes))} ${bytes > 0 ? "more" : "less"}`);
  if (diff.files.length > 0) report.quote(`files: ${diff.files.join(", ")}`);
  if (diff.machinery !== undefined) report.quote(diff.machinery);
}

/** More backticks than there are anywhere in a text, and so many at least. */
function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  return "`".repeat(Math.max(least, longest + 1));
}

/** A text between backticks, whatever it holds, in a cell of a table. */
function code(text: string): string {
  const fence = fenceFor(text, 1);
  const padded = text.startsWith("`") || text.endsWith("`") ? ` ${text} ` : text;
  return `${fence}${padded.replaceAll("|", "\\|")}${fence}`;
}

function block(lines: readonly string[]): string[] {
  const fence = fenceFor(lines.join("\n"), 3);
  const shown = lines.slice(0, MOST_LINES);
  const more = lines.length > shown.length ? [`… ${formatNumber(lines.length - shown.length)} more lines`] : [];
  return [`${fence}diff`, ...shown, ...more, fence];
}

/** What is different as a comment of a pull request. */
export function diffAsMarkdown(diff: ShownDiff): string {
  const { jobs, nodeHours, uploadBytes, command, script } = diff;
  const title = `### ${code(diff.swarm)} on ${code(diff.target)}`;
  if (isSame(diff)) return `${title}: no difference to ${diff.against}\n`;
  const again = [...jobs]
    .filter(([change]) => !RUNS_NOTHING.includes(change))
    .reduce((sum, [, names]) => sum + names.length, 0);
  const lines = [`${title}: ${formatNumber(again)} of ${countOf(diff.total, "job")} to run`, ""];
  for (const sentence of sayNoBefore(diff)) lines.push(sentence, "");
  if (jobs.size > 0) {
    lines.push("| jobs | what has changed | which |", "| ---: | --- | --- |");
    for (const [change, names] of jobs) {
      lines.push(`| ${formatNumber(names.length)} | ${change} | ${firstOf(names, MOST_LISTED, code)} |`);
    }
    lines.push("");
  }
  if (command.length > 0)
    lines.push("The command:", "", ...block(command.filter((line) => !line.startsWith("@@"))), "");
  const amounts = [
    ...diff.needs.map(({ what, before, after }) => [what, before, after]),
    ...(nodeHours.before === nodeHours.after
      ? []
      : [["node-hours, at most", formatNumber(nodeHours.before), formatNumber(nodeHours.after)]]),
    ...(uploadBytes.before === uploadBytes.after
      ? []
      : [["uploads", formatBytes(uploadBytes.before), formatBytes(uploadBytes.after)]]),
  ];
  if (amounts.length > 0) {
    lines.push("| needs | before | after |", "| --- | ---: | ---: |");
    for (const row of amounts) lines.push(`| ${row.join(" | ")} |`);
    lines.push("");
  }
  if (script.length > 0) {
    lines.push(
      "<details><summary>All of manager.sh that differs</summary>",
      "",
      ...block(script),
      "",
      "</details>",
      "",
    );
  }
  if (diff.files.length > 0) lines.push(`Files: ${diff.files.join(", ")}`);
  if (diff.machinery !== undefined) lines.push(diff.machinery);
  return `${lines.join("\n").trimEnd()}\n`;
}
