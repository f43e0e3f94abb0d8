import type { BundledJob } from "../../../compiler/format/bundle.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import { MeantJobs, refuseUnknownParam } from "../../results/meant-jobs.js";
import { RuntimeProblem } from "../../system/problem.js";

/** The job that a word means. @throws RuntimeProblem if it means none, or several */
export function findJob({ jobs, description }: DeployedSwarm, word: string): BundledJob {
  const job = new MeantJobs([word], jobs(), description.params).jobOf(word);
  if (job) return job;
  refuseUnknownParam(word, description.params);
  const names = "the first column of results/jobs.tsv";
  const hint = description.runsLines
    ? `a line is named by its number in the list; ${names} has those that are commands`
    : `names are in ${names}`;
  throw new RuntimeProblem(`there is no job named ${word}`, hint);
}
