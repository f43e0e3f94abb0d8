import type { Failure } from "./failure.js";
import type { Totals } from "./result-tables.js";

/** The version of the documents that `--json` prints. */
export const REPORT_VERSION = 1;

export interface JobCounts {
  readonly total: number;
  /** with those that were done before */
  readonly done: number;
  readonly failed: number;
  readonly pending: number;
  readonly running: number;
  /** done before this deploy */
  readonly cached: number;
}

export interface SwarmReport {
  readonly version: typeof REPORT_VERSION;
  readonly target: string;
  readonly jobs: JobCounts;
  /** paths below results/ of outputs whose jobs the definition no longer has */
  readonly stale: readonly string[];
  readonly failures: readonly {
    readonly job: string;
    readonly cause: string;
    readonly exitCode: number;
    readonly detail: string;
    /** the command that it is, where jobs are the lines of a list */
    readonly line?: string;
  }[];
}

export function makeReport(
  target: string,
  totals: Totals,
  now: { readonly running: number; readonly cached: number },
  failures: Iterable<Failure>,
  stale: readonly string[],
): SwarmReport {
  return {
    version: REPORT_VERSION,
    target,
    jobs: {
      total: totals.total,
      done: totals.done,
      failed: totals.failed,
      pending: totals.total - totals.done - totals.failed - now.running,
      running: now.running,
      cached: now.cached,
    },
    stale,
    failures: [...failures].map(({ name, cause, exitCode, detail, line }) => ({
      job: name,
      cause,
      exitCode,
      detail,
      ...(line === undefined ? {} : { line }),
    })),
  };
}
