import { join } from "node:path";
import { type BundledJob, readBundledJobs } from "../../compiler/format/bundle.js";
import { isOlderKey } from "../../compiler/format/job-key.js";
import { type DeployedSwarm, openRuns, viewRun } from "../collect/deployed-swarm.js";
import { Ledger } from "../results/ledger.js";
import { type PutRightPreview, previewPutRight } from "../results/put-right.js";
import type { FindNewKeys } from "../results/rename-keys.js";
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
 * @param built the definition as it stands
 * @param deployed what was deployed before, if anything was
 * @throws RuntimeProblem where a deploy would be refused for what goes on, or for what it is to choose
 */
export async function previewDeploy(
  workspace: Workspace,
  built: Pick<DeployOptions, "bundle" | "description" | "newKeysOf">,
  choice: DeployOptions["choice"],
  deployed: DeployedSwarm | undefined,
): Promise<DeployPreview> {
  const { bundle, description } = built;
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
  const before = join(targetDirectory(workspace, description.target), "bundle");
  const carried = findCarriedOver(workspace.state, placed.ledger, before, bundle, description);
  const olderKeys = findOlderKeys(placed.ledger, except, built.newKeysOf);
  function* known(): Generator<BundledJob> {
    for (const job of readBundledJobs(bundle, description)) {
      const key = carried.get(job.key)?.key ?? job.key;
      yield { ...job, key: olderKeys.get(key) ?? key };
    }
  }
  const selection = selectJobs(known, description, placed, [kept, stale], { ...choice, except });
  return { selection, runs, putRight: previewPutRight(known, description, results, selection) };
}

/**
 * The older keys by which alone something is known of jobs, by their new ones.
 *
 * @param except keys of jobs that are not to run; those get their new ones, too
 */
function findOlderKeys(ledger: Ledger, except: Set<string>, newKeysOf: FindNewKeys): ReadonlyMap<string, string> {
  const olderKeys = new Map<string, string>();
  if (ledger.olderRows === 0 && ![...except].some(isOlderKey)) return olderKeys;
  for (const [older, key] of newKeysOf((older) => except.has(older) || ledger.get(older) !== undefined)) {
    if (except.has(older)) except.add(key);
    if (ledger.get(older) && !ledger.get(key)) olderKeys.set(key, older);
  }
  return olderKeys;
}
