import { firstOf } from "../../compiler/format/amounts.js";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import type { ReportSource } from "../report/make-report-data.js";
import type { RunningTry } from "../report/try-table.js";
import { draftReport, reportPath } from "../report/write-report.js";
import { draftResultTables } from "../results/result-tables.js";
import type { Results } from "../results/results.js";
import type { StartedTry } from "../run/journal.js";
import { messageOf } from "../system/system-errors.js";
import { FilesTogether } from "../workspace/files-together.js";
import type { Workspace } from "../workspace/workspace.js";

/** A job that runs, as the page shows it. @param run names its run, as `local/3` */
export function asRunningTry({ key, name }: BundledJob, run: string, started: StartedTry): RunningTry {
  const { start: since, host, incarnation: manager, slot } = started;
  return { key, name, since, run, host, manager, slot };
}

/** Drafts the page for people: that it cannot be written is no reason to fail. @returns what there is to say of it */
async function draftPage(
  together: FilesTogether,
  workspace: Workspace,
  source: ReportSource,
  running: readonly RunningTry[] = [],
): Promise<string[]> {
  try {
    if (await draftReport(together, workspace, source, running)) return [];
    return [`${reportPath(workspace)} is not what Locusts has written: move it away, and there will be a report`];
  } catch (error) {
    return [`the report could not be written: ${messageOf(error)}`];
  }
}

/**
 * Writes the tables, and the report if there is to be one.
 *
 * @param now keys of jobs that are not of before, if they are done
 * @returns what they say of the jobs, and what there is to say of themselves, as sentences
 */
export async function writeTables(
  workspace: Workspace,
  { placed, ownership }: Results,
  { description, jobs }: { readonly description: BundleDescription; readonly jobs: () => Iterable<BundledJob> },
  report: ReportSource | undefined,
  now?: ReadonlySet<string>,
) {
  const { draftTypedTables } = await import("../results/data/write-data-tables.js");
  const together = new FilesTogether(workspace);
  try {
    const tables = draftResultTables(together, description, jobs(), placed, now);
    const typed = { folder: workspace.results, state: workspace.state, description, jobs, placed };
    const notes = [
      ...draftTypedTables(together, typed),
      ...(report ? await draftPage(together, workspace, report) : []),
    ];
    together.put();
    const old = ownership.oldTypedTables(description);
    if (old.length > 0)
      notes.push(
        `${firstOf(old, 6)} in results/ are of outputs that the definition does not have any more: move them away`,
      );
    return { tables, notes };
  } finally {
    together.discard();
  }
}

/** Writes the report alone. @returns what there is to say of it, as sentences */
export async function writeReport(
  workspace: Workspace,
  source: ReportSource,
  running: readonly RunningTry[],
): Promise<string[]> {
  const together = new FilesTogether(workspace);
  try {
    const notes = await draftPage(together, workspace, source, running);
    together.put();
    return notes;
  } finally {
    together.discard();
  }
}
