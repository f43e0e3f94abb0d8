import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BundledJob, describedIn, readBundledJobs } from "../../compiler/format/bundle.js";
import { isWholeBundle } from "../workspace/whole-bundle.js";
import { listRunJobs, type Run } from "./run-folder.js";

/** The jobs of a run, by their numbers; undefined if its lists are lost. */
export function listedJobs(run: Run): ReadonlySet<number> | undefined {
  const isThere = (chunk: number) => existsSync(join(run.folder, "chunks", `${chunk}.tsv`));
  for (let chunk = 1; chunk <= run.chunks; chunk += 1) if (!isThere(chunk)) return undefined;
  return new Set(listRunJobs(run));
}

/** The jobs of an earlier run; undefined if its bundle is in none of these folders, or is damaged. */
export function readEarlierRun(bundles: readonly string[], run: Run) {
  const bundle = bundles.find((folder) => isWholeBundle(folder, run.digest));
  const description = bundle === undefined ? undefined : describedIn(bundle);
  if (bundle === undefined || !description) return undefined;
  const numbers = listedJobs(run);
  const jobs = new Map<number, BundledJob>();
  for (const job of readBundledJobs(bundle, description)) {
    if (numbers === undefined || numbers.has(job.number)) jobs.set(job.number, job);
  }
  // Where its lists are lost, its journals alone tell of it, and no manager can go on with it.
  return { jobs, description, isListed: numbers !== undefined };
}
