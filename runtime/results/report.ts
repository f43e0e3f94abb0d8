import type { Failure } from "./failure.js";
import type { Totals } from "./result-tables.js";

/** The version of the documents that `--json` prints. */
export const REPORT_VERSION = 1;

export interface ReportedFailure {
  readonly job: string;
  readonly cause: string;
  readonly exitCode: number;
  /** what was wrong with it, in words; empty if nothing was */
  readonly detail: string;
  /** of a list of commands */
  readonly line?: string;
}

/** Where a swarm stands. */
export interface SwarmReport {
  readonly version: typeof REPORT_VERSION;
  readonly target: string;
  /** `done` with those that were done before this deploy, which are `cached` */
  readonly jobs: Totals & { readonly pending: number; readonly running: number; readonly cached: number };
  /** paths below results/ of outputs and logs whose jobs the definition no longer has */
  readonly stale: readonly string[];
  readonly failures: readonly ReportedFailure[];
}

export function makeReport(
  target: string,
  { total, done, failed }: Totals,
  { running, cached }: { readonly running: number; readonly cached: number },
  failures: Iterable<Failure>,
  stale: readonly string[],
): SwarmReport {
  return {
    version: REPORT_VERSION,
    target,
    jobs: { total, done, failed, pending: total - done - failed - running, running, cached },
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
