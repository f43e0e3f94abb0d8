import { addAll } from "../../compiler/format/add-all.js";
import { collectedTree } from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import type { ReportSource, TellFailures } from "../report/make-report-data.js";
import type { Failure } from "../results/failure.js";
import { clusterSwarm } from "../results/failures/cluster-swarm.js";
import { passOverLost } from "../results/job-state.js";
import { NotRedone } from "../results/not-redone.js";
import { leaveOutRunningAgain } from "../results/running-again.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { markCancelled } from "../run/run-folder.js";
import type { CollectedTree } from "../trees/collect-tree.js";
import { noteTree } from "../trees/tree-notes.js";
import { knownBundles } from "../workspace/workspace.js";
import { asFailedSwarm, type DeployedSwarm, openRuns } from "./deployed-swarm.js";
import { endRun, tidyRun } from "./end-run.js";
import { findNotRedone } from "./find-not-redone.js";
import { RunFollower } from "./follow-run.js";
import { writeTables } from "./write-tables.js";

/** Collects what is finished, also while a run goes on. @param deployed opened for a change: nobody else is here */
export async function collect(
  deployed: DeployedSwarm,
  options: {
    readonly stop: boolean;
    /** whoever waits for their end does not want to any longer */
    readonly hurry?: AbortSignal;
    readonly keepLogs: boolean;
    /** write the report, with failures put together so */
    readonly report?: TellFailures;
    /** no job will run in the trees any more */
    readonly abandon?: boolean;
  },
) {
  const { workspace, results, scheduler, target, files } = deployed;
  const hasTree = collectedTree(deployed.description) !== undefined;
  let finished = 0; // jobs whose results were collected now
  const doneNow = new Set<string>(); // of these, the keys of those that are done
  let active = 0; // runs that still go on
  let stopped = 0; // runs that did go on, and were stopped
  let waiting = 0; // runs that were stopped, and in whose trees jobs are still to run
  const trees: CollectedTree[] = []; // of runs that are over
  const untidied: string[] = []; // what could not be removed of runs that are over, as texts
  const passedOver: string[] = []; // lines of journals, as sentences
  const notRedone = new NotRedone();
  const lost: number[] = []; // numbers of runs of which no whole bundle is known any more
  const atWork: Parameters<typeof leaveOutRunningAgain>[1][number][] = [];
  results.ownership.checkTables(deployed.description);
  makeFolders(workspace.results);
  for (const run of openRuns(deployed)) {
    if (options.stop) {
      markCancelled(run);
      if (await scheduler.cancel(run, options.hurry)) stopped += 1;
    }
    // A tree in which more jobs are to run is not held: the next deploy goes on with it.
    const isActive = (await scheduler.status(run)).active || (!hasTree && (await scheduler.hold?.(run)) === false);
    if (isActive) active += 1;
    const known = readEarlierRun(knownBundles(workspace, target, files.here), run);
    if (!known) {
      lost.push(run.number);
      continue;
    }
    const { description, jobs } = known;
    const follower = new RunFollower({
      ...options,
      target,
      run,
      files,
      description,
      jobs,
      results,
      isShared: deployed.isShared,
    });
    await follower.read();
    finished += (await follower.collect()).length;
    for (const key of follower.doneKeys) doneNow.add(key);
    addAll(passedOver, follower.state.passedOver);
    if (follower.aboutTakenAway !== undefined) passedOver.push(follower.aboutTakenAway);
    const phase = follower.state.phase(isActive, collectedTree(description) !== undefined);
    if (phase === "active") {
      if (known.isListed) atWork.push({ run: { target, number: run.number }, jobs: jobs.values() });
      continue;
    }
    if (phase === "waiting" && options.abandon !== true) {
      waiting += 1;
      continue;
    }
    // Jobs of an earlier version are to run anyway.
    if (run.digest === deployed.description.digest) findNotRedone(follower, true, notRedone);
    const tree = await endRun(follower, workspace, { isOver: phase === "over", isMine: deployed.mine });
    if (tree) trees.push(tree);
    const left = await tidyRun(run, files, results);
    if (left !== undefined) untidied.push(left);
  }
  passOverLost(deployed.jobs(), deployed.description, results.placed);
  const report = options.report && reportSource(deployed, options.report);
  const { tables, notes } = await writeTables(workspace, results, deployed, report, doneNow);
  return {
    ...leaveOutRunningAgain(tables, atWork),
    finished,
    doneBefore: tables.doneBefore,
    active,
    stopped,
    trees,
    waiting,
    untidied,
    lost,
    passedOver,
    notRedone,
    /** what is to be said of the report and of a tree, as sentences */
    notes: [...notes, ...noteTree(workspace.results, workspace.state, deployed.description, () => deployed.jobs())],
  };
}

export function reportSource(deployed: DeployedSwarm, tell: TellFailures): ReportSource {
  const { bundle, description, jobs, results } = deployed;
  const cluster = (failures: readonly Failure[]) => clusterSwarm(asFailedSwarm(deployed), failures);
  return { bundle, description, jobs, placed: results.placed, cluster, tell };
}
