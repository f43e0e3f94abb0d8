import type { BundledJob } from "../../compiler/format/bundle.js";
import type { JobResult, Ledger } from "./ledger.js";

/** The results of the jobs that have failed. */
export function* failedJobs(jobs: Iterable<BundledJob>, ledger: Ledger): Generator<JobResult> {
  for (const job of jobs) {
    const result = ledger.get(job.key);
    if (result?.status === "failed") yield result;
  }
}
