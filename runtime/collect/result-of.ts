import type { BundledJob } from "../../compiler/format/bundle.js";
import type { JobResult } from "../results/ledger.js";
import { type EndedTry, secondsOf } from "../run/journal.js";

/** What is known of a job's result by the try that it has ended with, before anything was collected. */
export function resultOf({ key, name }: BundledJob, ended: EndedTry) {
  const { cause, exitCode, attempt: attempts, start, host, outputs, detail, usage, incarnation: manager, slot } = ended;
  const seconds = secondsOf(ended);
  return { key, name, cause, exitCode, attempts, seconds, ...usage, host, start, manager, slot, outputs, detail };
}

/** The result of a job as it will be, where nothing of it was collected yet. */
export function uncollectedResult(job: BundledJob, ended: EndedTry, run: string): JobResult {
  const status = ended.event === "done" ? "done" : "failed";
  return { ...resultOf(job, ended), status, run, digests: [], earlier: [] };
}
