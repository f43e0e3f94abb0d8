import { collectedTree } from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import type { Failure } from "../results/failure.js";
import { type Totals, writeResultTables } from "../results/result-tables.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { markCancelled } from "../run/run-folder.js";
import type { CollectedTree } from "../trees/collect-tree.js";
import { knownBundles } from "../workspace/workspace.js";
import { type DeployedSwarm, openRuns } from "./deployed-swarm.js";
import { endRun } from "./end-run.js";
import { RunFollower } from "./follow-run.js";

export interface Collected {
  readonly totals: Totals;
  /** of all jobs, as the results tables say */
  readonly failures: readonly Failure[];
  /** jobs whose results were collected now */
  readonly finished: number;
  /** runs that still go on */
  readonly active: number;
  /** runs that did go on, and were stopped */
  readonly stopped: number;
  /** what came of the trees of runs that are over; of a preview, what would come of them */
  readonly trees: readonly CollectedTree[];
  /** runs that were stopped, and in whose trees jobs are still to run */
  readonly waiting: number;
  /** what could not be removed of runs that are over, as texts */
  readonly untidied: readonly string[];
  /** numbers of runs that cannot be collected: no whole bundle of them is known any more */
  readonly lost: readonly number[];
}

/**
 * Collects what is finished, also while a run goes on.
 *
 * @param deployed opened for a change: nobody else is at work here
 * @param stop ask the managers to end their jobs first
 */
export async function collect(
  deployed: DeployedSwarm,
  options: {
    readonly stop: boolean;
    /** whoever waits for their end does not want to any longer */
    readonly hurry?: AbortSignal;
    readonly keepLogs: boolean;
    /** no job will run in the trees any more */
    readonly abandon?: boolean;
  },
): Promise<Collected> {
  const { workspace, results, scheduler, target, files } = deployed;
  const hasTree = collectedTree(deployed.description) !== undefined;
  let finished = 0;
  let active = 0;
  let stopped = 0;
  let waiting = 0;
  const trees: CollectedTree[] = [];
  const untidied: string[] = [];
  const lost: number[] = [];
  results.ownership.checkTables(hasTree);
  makeFolders(workspace.results);
  for (const run of openRuns(deployed)) {
    if (options.stop) {
      markCancelled(run);
      if (await scheduler.cancel(run, options.hurry)) stopped += 1;
    }
    // A tree in which more jobs are to run is not held: the next deploy goes on with it.
    const isActive = (await scheduler.status(run)).active || (!hasTree && !(await scheduler.hold(run)));
    if (isActive) active += 1;
    const known = readEarlierRun(knownBundles(workspace, target, files.here), run);
    if (!known) {
      lost.push(run.number);
      continue;
    }
    const { description, jobs } = known;
    const label = `${target}/${run.number}`;
    const follower = new RunFollower({ ...options, run, files, description, jobs, results, label });
    await follower.read();
    finished += (await follower.collect()).length;
    if (isActive) continue;
    const isOver = follower.state.finished >= run.jobs;
    if (collectedTree(description) && !isOver && options.abandon !== true) {
      waiting += 1;
      continue;
    }
    const ended = await endRun(follower, workspace, { isOver, isMine: deployed.mine });
    if (ended.tree) trees.push(ended.tree);
    if (ended.untidied !== undefined) untidied.push(ended.untidied);
  }
  const tables = writeResultTables(workspace.results, deployed.description, deployed.jobs(), results.placed);
  return { ...tables, finished, active, stopped, trees, waiting, untidied, lost };
}
