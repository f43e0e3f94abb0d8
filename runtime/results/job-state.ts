import { type BundleDescription, type BundledJob, collectedTree } from "../../compiler/format/bundle.js";
import { ownPart } from "../../compiler/format/job-key.js";
import type { JobResult } from "./ledger.js";
import type { Condition, PlacedOutput, PlacedOutputs } from "./placed-outputs.js";

/** What a job is called where its tree is told of: by what it has of its own, where its name is but a position. */
export function treeNameOf(
  { name, key }: { readonly name: string; readonly key: string },
  { runsLines }: Pick<BundleDescription, "runsLines">,
): string {
  return runsLines ? ownPart(key) : name;
}

const TREE_RECORDS = "tree//";

/** Where it is noted which version of a job has last collected its tree's changes. No output has such a path. */
export function treeRecord(job: { readonly name: string; readonly key: string }, swarm: BundleDescription): string {
  return `${TREE_RECORDS}${treeNameOf(job, swarm)}`;
}

export function isTreeRecord(path: string): boolean {
  return path.startsWith(TREE_RECORDS);
}

/**
 * The outputs of a job that is done and that don't lie in their places, by what was written down: there may be
 * those of another version. By their numbers.
 */
export function missingOutputs(
  job: BundledJob,
  result: JobResult,
  description: BundleDescription,
  placed: PlacedOutputs,
): number[] {
  if (description.tree) {
    const last = placed.get(treeRecord(job, description));
    // A line that comes back may have lost what it had changed to what stood there in the meantime.
    const isThere = last ? last.key === job.key : !description.runsLines || !collectedTree(description);
    return isThere ? [] : [0];
  }
  return job.outputs.flatMap((path, i) =>
    typeof result.outputs[i] === "number" && placed.get(path)?.key !== job.key ? [i] : [],
  );
}

/** The result of a job as the definition stands; undefined if it has none, or if its outputs are not in their places. */
export function currentResult(
  job: BundledJob,
  description: BundleDescription,
  placed: PlacedOutputs,
): JobResult | undefined {
  const result = placed.ledger.get(job.key);
  if (result?.status !== "done") return result;
  return missingOutputs(job, result, description, placed).length === 0 ? result : undefined;
}

/** The outputs that were put in their places for this version of a job, and that somebody has removed or edited since. */
export function* brokenOutputs(
  { key, outputs }: BundledJob,
  placed: PlacedOutputs,
): Generator<readonly [output: PlacedOutput, condition: Exclude<Condition, "whole">]> {
  for (const path of outputs) {
    const output = placed.get(path);
    if (output?.key !== key) continue;
    const condition = placed.condition(output);
    if (condition !== "whole") yield [output, condition];
  }
}

/** Has outputs be taken for missing that somebody has removed or edited: for who tells how things stand, and changes nothing. */
export function passOverLost(jobs: Iterable<BundledJob>, { tree }: BundleDescription, placed: PlacedOutputs): void {
  if (tree) return;
  for (const job of jobs) for (const [{ path }] of brokenOutputs(job, placed)) placed.lost.add(path);
}

/** The places of a job's outputs that somebody has edited since they were put there. */
export function editedOutputs(job: BundledJob, { tree }: BundleDescription, placed: PlacedOutputs): string[] {
  if (tree) return [];
  return [...brokenOutputs(job, placed)].flatMap(([{ path }, condition]) => (condition === "changed" ? [path] : []));
}

/** As `currentResult`, and looks at the disk: an output that somebody has removed or edited is not in its place. */
export function resultInPlace(
  job: BundledJob,
  description: BundleDescription,
  placed: PlacedOutputs,
): JobResult | undefined {
  const result = currentResult(job, description, placed);
  if (result?.status !== "done" || description.tree) return result;
  return brokenOutputs(job, placed).next().done ? result : undefined;
}
