import { formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import type { BundleDescription } from "../../../compiler/format/bundle.js";
import { printableName, withoutControlCharacters } from "../../../compiler/format/control-characters.js";
import type { RunningJob } from "../../collect/look-at.js";
import { lineOf } from "../../results/failure.js";
import type { RunningDocument } from "./documents.js";
import type { Voice } from "./terminal.js";
import { fromHere } from "./where.js";

/** So many running jobs are listed; all of them are in the document. */
const MOST_LISTED = 20;
/** The start of a command that is longer is shown. */
const LONGEST_COMMAND = 60;

/** A path as it can be used from where the user stands, or as the target calls it, if that is another machine. */
export function shownFolder(folder: string, { access }: Pick<BundleDescription, "access">): string {
  if (access !== null && access.host !== null) return printableName(folder);
  const near = fromHere(folder);
  return printableName(near.length < folder.length ? near : folder);
}

/** Where a job runs: the node, where there may be several, which of the managers there, and its slot. */
function placeOf({ started }: RunningJob, { access, pilots }: BundleDescription): string {
  const { host, incarnation, slot } = started;
  if (pilots) return `${host}, pilot ${incarnation}, slot ${slot}`;
  return access?.host ? `${host}, slot ${slot}` : `slot ${slot}`;
}

/** Lists what runs: for how long, where, and in which folder. */
export function sayRunning(voice: Voice, jobs: readonly RunningJob[], description: BundleDescription): void {
  if (jobs.length === 0) return;
  const rows = jobs.slice(0, MOST_LISTED).map((running) => {
    const { job, seconds, started, folder } = running;
    const line = lineOf(job, description);
    const text = line === undefined ? "" : `  ${withoutControlCharacters(line).slice(0, LONGEST_COMMAND)}`;
    const time = `${formatSeconds(seconds)}${started.attempt > 1 ? `, try ${started.attempt}` : ""}`;
    const place = folder === undefined ? "" : shownFolder(folder, description);
    return [printableName(job.name), time, placeOf(running, description), `${place}${text}`] as const;
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  voice.say("running:");
  for (const row of rows) {
    const cells = row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column] as number) : cell));
    voice.quote(`  ${cells.join("  ")}`.trimEnd());
  }
  const more = jobs.length - rows.length;
  if (more > 0) voice.say(`  and ${formatNumber(more)} more; --json lists all`);
}

export function describeRunning(jobs: readonly RunningJob[], description: BundleDescription): RunningDocument[] {
  return jobs.map(({ job, seconds, started, folder, run }) => {
    const { host, incarnation, slot, attempt } = started;
    const line = lineOf(job, description);
    return {
      job: job.name,
      seconds,
      attempt,
      host,
      manager: incarnation,
      slot: Number(slot),
      run: run.number,
      folder: folder ?? null,
      ...(line === undefined ? {} : { line }),
    };
  });
}
