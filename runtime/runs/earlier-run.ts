import { join } from "node:path";
import {
  type BundleDescription,
  type BundledJob,
  readBundleDescription,
  readBundledJobs,
} from "../../compiler/format/bundle.js";
import { listRunJobs, type Run } from "./run-folder.js";

export interface EarlierRun {
  readonly jobs: ReadonlyMap<number, BundledJob>;
  readonly description: BundleDescription;
}

/**
 * The jobs of an earlier run; undefined if the bundle that it belongs to is not on the target any more.
 *
 * @param target the target's folder, or what is known of it on this machine
 */
export function readEarlierRun(target: string, run: Run): EarlierRun | undefined {
  const bundle = join(target, "bundle");
  let description: BundleDescription;
  try {
    description = readBundleDescription(bundle);
  } catch {
    return undefined;
  }
  if (description.digest !== run.digest) return undefined;
  const numbers = new Set(listRunJobs(run));
  const jobs = new Map<number, BundledJob>();
  for (const job of readBundledJobs(bundle, description)) if (numbers.has(job.number)) jobs.set(job.number, job);
  return { jobs, description };
}
