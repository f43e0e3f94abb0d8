import { mkdirSync } from "node:fs";
import type { BundledJob } from "../compiler/format/bundle.js";
import { type Deployed, openRuns } from "./deployed.js";
import { RunFollower } from "./runs/follow-run.js";
import { closeRun, listRunJobs } from "./runs/run-folder.js";
import { lockState } from "./state/deploy-lock.js";
import { type Standing, writeResultTables } from "./state/result-tables.js";
import { prepareState } from "./workspace.js";

export interface BroughtHome {
  readonly standing: Standing;
  /** jobs whose results were brought home now */
  readonly finished: number;
  /** runs that still go on */
  readonly goingOn: number;
}

/**
 * Brings home what is finished, also while a run goes on.
 *
 * @param stop ask the managers to end their jobs first
 * @throws RuntimeProblem if another process is at work
 */
export async function bringHome(
  deployed: Deployed,
  options: { readonly stop: boolean; readonly keepLogs: boolean },
): Promise<BroughtHome> {
  const { workspace, description, ledger, engine, target, files } = deployed;
  prepareState(workspace);
  const unlock = lockState(workspace.state);
  try {
    let finished = 0;
    let goingOn = 0;
    mkdirSync(workspace.results, { recursive: true });
    for (const run of openRuns(deployed)) {
      if (options.stop) await engine.stop(run);
      const running = (await engine.state(run)).going || !(await engine.hold(run));
      const numbers = run.digest === description.digest ? new Set(listRunJobs(run)) : new Set<number>();
      const jobs = new Map<number, BundledJob>();
      for (const job of deployed.jobs()) if (numbers.has(job.number)) jobs.set(job.number, job);
      const follower = new RunFollower({
        run,
        files,
        description,
        jobs,
        ledger,
        results: workspace.results,
        label: `${target}/${run.number}`,
        keepLogs: options.keepLogs,
      });
      await follower.read();
      finished += (await follower.gather()).length;
      if (running) goingOn += 1;
      else if (deployed.mine) {
        // Another checkout's run is its own to end: it has not gathered it yet.
        ledger.sync();
        closeRun(run);
        await follower.tidy();
      }
    }
    return { standing: writeResultTables(workspace.results, description, deployed.jobs(), ledger), finished, goingOn };
  } finally {
    unlock();
  }
}
