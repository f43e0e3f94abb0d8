import type { BundledJob } from "../../compiler/format/bundle.js";
import type { Failure } from "./failure.js";
import type { JobResult } from "./ledger.js";
import type { Totals } from "./result-tables.js";

/** A run that goes on. */
export interface RunAtWork {
  readonly target: string;
  readonly number: number;
}

/** Is a result from before a run: had the job ended already when this run was begun? */
export function isFromBefore({ run }: Pick<JobResult, "run">, { target, number }: RunAtWork): boolean {
  const at = run.lastIndexOf("/");
  return run.slice(0, at) !== target || Number(run.slice(at + 1)) < number;
}

/**
 * Leaves out failures of jobs that a run has again: how they end this time is not known, so they are pending.
 *
 * @param atWork runs that go on, with their jobs
 */
export function leaveOutRunningAgain(
  { totals, failures }: { readonly totals: Totals; readonly failures: readonly Failure[] },
  atWork: readonly { readonly run: RunAtWork; readonly jobs: Iterable<BundledJob> }[],
) {
  const left = new Map(failures.map((failure) => [failure.key, failure]));
  for (const { run, jobs } of left.size > 0 ? atWork : []) {
    for (const { key } of jobs) {
      const failure = left.get(key);
      if (failure && isFromBefore(failure, run)) left.delete(key);
    }
  }
  return { totals: { ...totals, failed: left.size }, failures: [...left.values()] };
}
