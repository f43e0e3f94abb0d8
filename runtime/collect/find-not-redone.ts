import { collectedTree } from "../../compiler/format/bundle.js";
import { currentResult } from "../results/job-state.js";
import { NotRedone } from "../results/not-redone.js";
import type { RunFollower } from "./follow-run.js";

/**
 * Finds the jobs that a run was to redo, if it ends now: those that have not ended in it, and are done by an earlier one.
 *
 * @param isEarlier whether an earlier deploy has begun the run: jobs that were new to it may be done on other targets since
 * @param found takes them, too
 */
export function findNotRedone({ options, state }: RunFollower, isEarlier: boolean, found = new NotRedone()): NotRedone {
  const { description, jobs, results, run, target } = options;
  // A run whose jobs share a tree is gone on with, and of one whose list is lost nobody knows what it had.
  if (collectedTree(description) || jobs.size !== run.jobs) return found;
  for (const job of jobs.values()) {
    if (state.hasFinished(job.number)) continue;
    const known = currentResult(job, description, results.placed);
    if (known?.status !== "done" || known.run === `${target}/${run.number}`) continue;
    if (!isEarlier || known.run.startsWith(`${target}/`)) found.add(job);
  }
  return found;
}
