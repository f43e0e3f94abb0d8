import { makeFolders } from "../../compiler/format/make-folders.js";
import { type Standing, writeResultTables } from "../results/result-tables.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { markCancelled } from "../run/run-folder.js";
import { bringTreeHome, type TreeHome } from "../trees/collect-tree.js";
import { knownBundles } from "../workspace/workspace.js";
import { type Deployed, openRuns } from "./deployed-swarm.js";
import { RunFollower } from "./follow-run.js";

export interface BroughtHome {
  readonly standing: Standing;
  /** jobs whose results were brought home now */
  readonly finished: number;
  /** runs that still go on */
  readonly goingOn: number;
  /** runs that did go on, and were stopped */
  readonly stopped: number;
  /** what came of the trees of runs that are over; of a preview, what would come of them */
  readonly trees: readonly TreeHome[];
  /** runs that were stopped, and in whose trees jobs are still to run */
  readonly waiting: number;
  /** what could not be removed of runs that are over, as texts */
  readonly untidied: readonly string[];
  /** numbers of runs that cannot be gathered: no whole bundle of them is known any more */
  readonly lost: readonly number[];
}

/**
 * Brings home what is finished, also while a run goes on.
 *
 * @param deployed opened for a change: nobody else is at work here
 * @param stop ask the managers to end their jobs first
 */
export async function bringHome(
  deployed: Deployed,
  options: {
    readonly stop: boolean;
    /** whoever waits for their end does not want to any longer */
    readonly hurry?: AbortSignal;
    readonly keepLogs: boolean;
    /** no job will run in the trees any more */
    readonly abandon?: boolean;
  },
): Promise<BroughtHome> {
  const { workspace, results, engine, target, files } = deployed;
  const hasTree = deployed.description.tree !== null;
  let finished = 0;
  let goingOn = 0;
  let stopped = 0;
  let waiting = 0;
  const trees: TreeHome[] = [];
  const untidied: string[] = [];
  const lost: number[] = [];
  results.ownership.checkTables(hasTree);
  makeFolders(workspace.results);
  for (const run of openRuns(deployed)) {
    if (options.stop) {
      markCancelled(run);
      if (await engine.stop(run, options.hurry)) stopped += 1;
    }
    // A tree in which more jobs are to run is not held: the next deploy goes on with it.
    const running = (await engine.state(run)).going || (!hasTree && !(await engine.hold(run)));
    const known = readEarlierRun(knownBundles(workspace, target, files.here), run);
    if (!known) {
      lost.push(run.number);
      if (running) goingOn += 1;
      continue;
    }
    const { description, jobs } = known;
    const follower = new RunFollower({
      run,
      files,
      description,
      jobs,
      results,
      label: `${target}/${run.number}`,
      keepLogs: options.keepLogs,
    });
    await follower.read();
    finished += (await follower.gather()).length;
    if (running) {
      goingOn += 1;
      continue;
    }
    if (description.tree) {
      const isOver = follower.settled >= run.jobs;
      if (!isOver && options.abandon !== true) {
        waiting += 1;
        continue;
      }
      const done = follower.doneTries;
      trees.push(
        await bringTreeHome({
          run,
          files,
          description,
          folder: workspace.folder,
          results: workspace.results,
          state: workspace.state,
          done,
          isOver,
          write: true,
        }),
      );
    }
    if (deployed.mine) {
      // Another checkout's run is its own to end: it has not gathered it yet.
      const left = await follower.end();
      if (left !== undefined) untidied.push(left);
    }
  }
  return {
    standing: writeResultTables(workspace.results, deployed.description, deployed.jobs(), results.placed),
    finished,
    goingOn,
    stopped,
    trees,
    waiting,
    untidied,
    lost,
  };
}
