import type { BundleDescription } from "../../../compiler/format/bundle.js";
import { RuntimeProblem } from "../../system/problem.js";

/** What is said of a job that nobody knows. */
export function unknownJob(word: string, { runsLines }: Pick<BundleDescription, "runsLines">): RuntimeProblem {
  const names = "the first column of results/jobs.tsv";
  const hint = runsLines
    ? `a line is named by its number in the list; ${names} has those that are commands`
    : `names are in ${names}`;
  return new RuntimeProblem(`there is no job named ${word}`, hint);
}
