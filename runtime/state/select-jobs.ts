import { statSync } from "node:fs";
import { join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import type { JobResult, Ledger } from "./ledger.js";
import { folderBytes } from "./ownership.js";

/** Why a job is to be run. */
export type Reason = "new" | "changed" | "failed before" | "output gone" | "redo";

/** What `--redo` asks for: everything, or jobs by name or by the cause of their last end. */
export type Redo = "all" | readonly string[] | undefined;

/** Are the outputs of a job still there, as large as they were? */
function outputsAreThere(result: JobResult, job: BundledJob, description: BundleDescription, results: string): boolean {
  // In a tree, a later job may have moved them away.
  if (description.tree) return true;
  return job.outputs.every((path, i) => {
    const state = result.outputs[i];
    if (typeof state !== "number") return true;
    const stats = statSync(join(results, path), { throwIfNoEntry: false });
    if (!stats) return false;
    return description.outputs[i]?.kind === "folder"
      ? stats.isDirectory() && folderBytes(join(results, path)) === state
      : stats.isFile() && stats.size === state;
  });
}

/** Why a job has to be run; undefined if its result is there. */
export function whyRun(
  job: BundledJob,
  description: BundleDescription,
  ledger: Ledger,
  results: string,
  redo: Redo,
): Reason | undefined {
  const result = ledger.get(job.key);
  if (!result) return ledger.knowsName(job.name) ? "changed" : "new";
  if (result.status === "failed") return "failed before";
  if (redo === "all" || redo?.includes(job.name) || redo?.includes(result.cause)) return "redo";
  return outputsAreThere(result, job, description, results) ? undefined : "output gone";
}

export interface Selection {
  readonly total: number;
  /** to be run */
  readonly wanted: ReadonlyMap<number, BundledJob>;
  /** done before */
  readonly cached: number;
  readonly reasons: ReadonlyMap<Reason, number>;
  /** words of `--redo` that meant nothing */
  readonly unknownRedo: readonly string[];
}

/**
 * Selects the jobs to run: those that are new, changed or unfinished, and those that are to be redone.
 *
 * @param limit at most so many
 * @param except keys of jobs that are not to be run again now
 */
export function selectJobs(
  jobs: Iterable<BundledJob>,
  description: BundleDescription,
  ledger: Ledger,
  results: string,
  choice: { readonly redo: Redo; readonly limit: number | undefined; readonly except?: ReadonlySet<string> },
): Selection {
  const wanted = new Map<number, BundledJob>();
  const reasons = new Map<Reason, number>();
  const unknown = new Set(Array.isArray(choice.redo) ? choice.redo : []);
  let total = 0;
  let cached = 0;
  for (const job of jobs) {
    total += 1;
    unknown.delete(job.name);
    const cause = ledger.get(job.key)?.cause;
    if (cause) unknown.delete(cause);
    const reason = whyRun(job, description, ledger, results, choice.redo);
    if (!reason) cached += 1;
    else if (!choice.except?.has(job.key) && wanted.size < (choice.limit ?? Number.POSITIVE_INFINITY)) {
      wanted.set(job.number, job);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return { total, wanted, cached, reasons, unknownRedo: [...unknown] };
}
