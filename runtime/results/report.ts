import type { Failure } from "./failure.js";
import type { Totals } from "./result-tables.js";

/** The version of the documents that `--json` prints. */
export const REPORT_VERSION = 1;

export type SwarmReport = Readonly<ReturnType<typeof makeReport>>;

export function makeReport(
  target: string,
  { total, done, failed }: Totals,
  { running, cached }: { readonly running: number; readonly cached: number },
  failures: Iterable<Failure>,
  stale: readonly string[],
) {
  return {
    version: REPORT_VERSION,
    target,
    /** `done` with those that were done before this deploy, which are `cached` */
    jobs: { total, done, failed, pending: total - done - failed - running, running, cached },
    /** paths below results/ of outputs whose jobs the definition no longer has */
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
