import { join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { type DeployedSwarm, openRuns, viewRun } from "../collect/deployed-swarm.js";
import { Ledger } from "../results/ledger.js";
import { type PutRightPreview, previewPutRight } from "../results/put-right.js";
import { asKnown } from "../results/rename-keys.js";
import { Results } from "../results/results.js";
import { type Selection, selectJobs } from "../results/select-jobs.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { findCarriedOver } from "../trees/carry-over.js";
import { knownBundles, targetDirectory, type Workspace } from "../workspace/workspace.js";
import { otherVersion, refuseChoice, refuseEarlyChoice } from "./refuse-choice.js";
import type { DeployOptions } from "./types.js";

/** A run of an earlier deploy that the next one takes up before all else. */
export interface OpenRunPreview {
  readonly run: number;
  /** whether it still goes on, and is followed; else what has ended is collected */
  readonly active: boolean;
  /** jobs that have ended and are not collected */
  readonly ended: number;
  readonly jobs: number;
}

export interface DeployPreview {
  readonly selection: Selection;
  readonly runs: readonly OpenRunPreview[];
  /** what would be moved in results/ before jobs run */
  readonly putRight: PutRightPreview;
}

/**
 * Which jobs a deploy would run; nothing is changed, here or on the target.
 *
 * @param bundle of the definition as it stands; it need not be there unless changes of a tree are applied
 * @param jobs those of the definition as it stands
 * @param deployed what was deployed before, if anything was
 * @throws RuntimeProblem where a deploy would be refused for what goes on, or for what it is to choose
 */
export async function previewDeploy(
  workspace: Workspace,
  bundle: string,
  description: BundleDescription,
  jobs: () => Iterable<BundledJob>,
  choice: DeployOptions["choice"],
  deployed: DeployedSwarm | undefined,
): Promise<DeployPreview> {
  const except = new Set<string>();
  const runs: OpenRunPreview[] = [];
  for (const run of deployed ? openRuns(deployed) : []) {
    const { files, target } = deployed as DeployedSwarm;
    const { active, ended } = await viewRun(deployed as DeployedSwarm, run);
    if (active && run.digest !== description.digest) throw otherVersion(run);
    if (active) refuseChoice(choice, run, true);
    else if (ended.size > 0) refuseEarlyChoice(choice, run);
    const earlier = readEarlierRun(knownBundles(workspace, target, files.here), run);
    for (const { number, key } of earlier?.jobs.values() ?? []) if (active || ended.has(number)) except.add(key);
    if (active || ended.size > 0) runs.push({ run: run.number, active, ended: ended.size, jobs: run.jobs });
  }
  const results = deployed?.results ?? new Results(workspace.results, workspace.state, Ledger.open(workspace.state));
  const { placed, kept, stale } = results;
  for (const { key, olderKey } of jobs()) if (olderKey !== undefined && except.has(olderKey)) except.add(key);
  const before = join(targetDirectory(workspace, description.target), "bundle");
  const carried = findCarriedOver(workspace.state, placed.ledger, before, bundle, description);
  const known = () =>
    [...jobs()].map((job) => asKnown(placed.ledger, { ...job, key: carried.get(job.key)?.key ?? job.key }));
  const selection = selectJobs(known, description, placed, [kept, stale], { ...choice, except });
  return { selection, runs, putRight: previewPutRight(known, description, results, selection) };
}
