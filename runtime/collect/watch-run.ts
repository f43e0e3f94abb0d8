import { setTimeout as sleep } from "node:timers/promises";
import { secondsOf } from "../run/journal.js";
import { Pace, progressOf, type RunProgress } from "../run/pace.js";
import type { Run } from "../run/run-folder.js";
import { RunState } from "../run/run-state.js";
import { type DeployedSwarm, openRuns } from "./deployed-swarm.js";

/** Whether managers are at work is asked at most this often, in milliseconds: a scheduler has others to answer. */
const BETWEEN_QUESTIONS = 5000;
/** Between two looks, in milliseconds: on this machine, and elsewhere. */
const PAUSE = { here: 500, elsewhere: 2000 };

/** How far a run is, for people. */
export interface Progress extends RunProgress {
  /** how many of those that have ended were collected */
  readonly collected: number;
  /** of those that have ended */
  readonly failed: number;
  /** what the target says of its managers, in words; empty if nothing */
  readonly explanation: string;
}

/** The newest run that goes on, of the definition as it was deployed. */
async function findActive(deployed: DeployedSwarm): Promise<Run | undefined> {
  for (const run of openRuns(deployed).reverse()) {
    if (run.digest === deployed.description.digest && (await deployed.scheduler.status(run)).active) return run;
  }
  return undefined;
}

/** Watches a run until no manager works on it any more. @returns whether there was one */
export async function watchRun(deployed: DeployedSwarm, show: (progress: Progress) => void): Promise<boolean> {
  const { scheduler, files, description } = deployed;
  const run = await findActive(deployed);
  if (!run) return false;
  const names = new Map<number, string>();
  for (const { number, name } of deployed.jobs()) names.set(number, name);
  const [state, pace] = [new RunState(run), new Pace()];
  let failed = 0;
  let asked = 0;
  let status = { active: true, explanation: "" };
  for (;;) {
    if (Date.now() - asked > BETWEEN_QUESTIONS || state.haveLeft) {
      status = await scheduler.status(run, state.haveLeft);
      asked = Date.now();
    }
    state.ahead = await files.readJournals(run);
    state.read((ended) => {
      if (ended.event === "failed") failed += 1;
      pace.ended(secondsOf(ended));
    });
    if (!status.active) return true;
    const progress = progressOf(state, pace, run.jobs, (number) => names.get(number) ?? "");
    show({ ...progress, collected: progress.ended, failed, explanation: status.explanation });
    await sleep(description.access ? PAUSE.elsewhere : PAUSE.here);
  }
}
