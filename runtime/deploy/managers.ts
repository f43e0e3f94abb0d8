import { setTimeout as sleep } from "node:timers/promises";
import type { BundledJob } from "../../compiler/format/bundle.js";
import type { RunFollower } from "../collect/follow-run.js";
import { asRunningTry } from "../collect/write-tables.js";
import type { LiveReport } from "../report/write-report.js";
import { progressOf } from "../run/pace.js";
import { type Run, unmarkCancelled } from "../run/run-folder.js";
import { BROKEN_CHAIN, type Departure, type RunState } from "../run/run-state.js";
import { RuntimeProblem } from "../system/problem.js";
import { messageOf } from "../system/system-errors.js";
import type { OpenedTarget } from "../target/open-target.js";
import { restoreCopies } from "../transfer/stage-run.js";
import type { DeployEnd, DeployOptions } from "./types.js";

/** How long managers may take to leave when all is done, in milliseconds. */
const MOST_LEAVING = 30_000;

/** To begin a run that takes for longer is worth a word, in milliseconds. */
const SLOW_LAUNCH = 20_000;

/** How often a manager that was killed is started again without any job having ended in between. */
const MOST_RESTARTS = 3;

/** Why managers leave when a job has changed what others read. */
const SPOILT = "spoilt";

/** How often what jobs share is made anew, in one run: then something is wrong with the command. */
const MOST_RESTORED = 20;

interface Tries {
  restarts: number;
  restored: number;
  /** a single node was bad, and another one was asked for */
  badNodes: number;
  /** jobs that had ended when managers were started last */
  finishedAtStart: number;
}

/** The swarm's folder on the target is another checkout's by now, and so is what is to be done there. */
export function takenOver(folder: string): RuntimeProblem {
  return new RuntimeProblem(
    `another checkout has taken over ${folder}: it runs and collects what is left`,
    "what was collected here stays; locusts gather collects what is still there",
  );
}

/** Starts what works on the runs of a deploy, and follows it: managers that were killed are started again. */
export class Managers {
  /** what was said already */
  readonly #said = new Set<string>();

  constructor(
    readonly options: DeployOptions,
    readonly opened: Pick<OpenedTarget, "scheduler" | "files" | "isStillMine">,
    readonly live: LiveReport | undefined,
  ) {}

  /** Starts what is to work on a run, also one that was cancelled, and says what there is to say of it. */
  async launch(run: Run, left: number): Promise<void> {
    unmarkCancelled(run);
    const { observer, target } = this.options;
    const words = `the run has not begun on ${target} yet: a batch system that does not answer is asked again for some minutes`;
    const slow = setTimeout(() => observer.waiting(words), SLOW_LAUNCH);
    try {
      for (const note of await this.opened.scheduler.submit(run, left)) observer.noted(note);
    } finally {
      clearTimeout(slow);
    }
  }

  /** Stops a manager, also one that is still on its way. If it cannot, whoever waits for it hears of that, however late. */
  #stop(run: Run): Promise<void> {
    const { scheduler } = this.opened;
    const stop = async () => {
      do await scheduler.cancel(run);
      while ((await scheduler.status(run)).active);
    };
    const stopping = stop();
    stopping.catch(() => {});
    return stopping;
  }

  #noteOnce(text: string): void {
    if (!this.#said.has(text)) this.options.observer.noted(text);
    this.#said.add(text);
  }

  async follow(follower: RunFollower): Promise<DeployEnd> {
    try {
      return await this.#followToEnd(follower);
    } catch (error) {
      // What was asked of the target was cut short.
      if (error === this.options.signal.reason && this.opened.scheduler.outlivesInterrupt) return left(follower);
      // Who has taken the target over removes what is asked for here.
      const isOthers = async () => !(await this.opened.isStillMine().catch(() => true));
      throw error instanceof RuntimeProblem && (await isOthers()) ? takenOver(this.opened.files.there) : error;
    }
  }

  async #followToEnd(follower: RunFollower): Promise<DeployEnd> {
    const { signal } = this.options;
    const { scheduler } = this.opened;
    const { run, jobs } = follower.options;
    const { state } = follower;
    const [shortest, longest] = scheduler.pauses;
    const tries: Tries = { restarts: 0, restored: 0, badNodes: 0, finishedAtStart: 0 };
    let pause = shortest;
    let stopping: Promise<void> | undefined;
    let allFinished: number | undefined;
    for (;;) {
      if (signal.aborted && scheduler.outlivesInterrupt) return left(follower);
      if (signal.aborted) stopping ??= this.#stop(run);
      const { active, news } = await this.#update(follower);
      if (!active) {
        if (state.finished === jobs.size || stopping !== undefined) break;
        if (!(await this.opened.isStillMine())) throw takenOver(this.opened.files.there);
        const stopped = await this.#restart(follower, tries);
        if (stopped) return stopped;
      } else if (state.finished === jobs.size && stopping === undefined) {
        allFinished ??= Date.now();
        if (Date.now() - allFinished > MOST_LEAVING) stopping = this.#stop(run);
      }
      pause = news || allFinished !== undefined ? shortest : Math.min(longest, pause * 1.5);
      if (active) await wait(pause, scheduler.ended);
    }
    await stopping;
    return { how: signal.aborted ? "interrupted" : "complete" };
  }

  async #update(follower: RunFollower): Promise<{ readonly active: boolean; readonly news: boolean }> {
    const { observer } = this.options;
    const { run, jobs } = follower.options;
    const { state } = follower;
    // Asked before the journals are read, so that nothing written in between is missed.
    const { active, explanation, notes = [] } = await this.opened.scheduler.status(run, state.haveLeft);
    for (const note of notes) this.#noteOnce(note);
    const news = await follower.read();
    const show = () => {
      const { collected, failed, pace } = follower;
      const nameOf = (number: number) => jobs.get(number)?.name ?? "";
      const counts = { collected, failed, explanation };
      observer.progress({ ...progressOf(state, pace, jobs.size, nameOf), ...counts });
    };
    await follower.collect(show);
    follower.folders.removeSome();
    for (const { name, detail } of follower.remarks.splice(0)) observer.remarked(name, detail);
    this.nameTroubles(state);
    show();
    await this.#showLive(follower);
    return { active, news };
  }

  /** The live page is the least of all things that a full disk may keep from being written. */
  async #showLive({ state, options }: RunFollower): Promise<void> {
    const running = () =>
      state.runningTries.map((started) => {
        const job = options.jobs.get(started.number) as BundledJob;
        return asRunningTry(job, `${options.target}/${options.run.number}`, started);
      });
    try {
      await this.live?.show(running);
    } catch (error) {
      this.#noteOnce(`the live report could not be written: ${messageOf(error)}`);
    }
  }

  /** Names what has become of nodes, pilots and lines of journals, each once. */
  nameTroubles(state: RunState): void {
    for (const node of state.badNodes) this.#noteOnce(`a node takes no more work: ${node}`);
    for (const line of state.passedOver) this.#noteOnce(line);
    for (const chain of state.brokenChains) this.#noteOnce(`the pilot ${chain}`);
  }

  /** Starts managers anew that are gone although jobs are left. @returns how it ended, if that would come to nothing */
  async #restart(follower: RunFollower, tries: Tries): Promise<DeployEnd | undefined> {
    const { observer } = this.options;
    const { run, jobs } = follower.options;
    const { finished, managerHasFinished, badNodes } = follower.state;
    const { reason, detail } = await this.#whyStopped(follower);
    const isSpoilt = reason === SPOILT && tries.restored < MOST_RESTORED;
    // A node that is bad is left out from now on: the next ones do well where others did, or where there was no other.
    const isOnlyNode = badNodes.length === 1 && tries.badNodes++ === 0;
    const isBroken = reason === BROKEN_CHAIN || (reason === "bad-node" && (managerHasFinished || isOnlyNode));
    if (finished > tries.finishedAtStart) tries.restarts = 0;
    tries.restarts += 1;
    if ((reason !== undefined && !isSpoilt && !isBroken) || tries.restarts > MOST_RESTARTS) {
      return { how: "stopped", reason: reason ?? "killed", detail };
    }
    if (isSpoilt) {
      tries.restored += 1;
      await restoreCopies(this.options, this.opened.files);
      observer.noted(`an input that jobs share was changed: ${detail}`);
      observer.noted("it is made anew, and one job runs at a time from now on; give such an input to jobs by copied()");
    } else if (isBroken) observer.noted("pilots are submitted anew for what is left");
    else
      observer.noted(`the manager of run ${run.number} was killed${detail ? ` (${detail})` : ""}: starting it again`);
    tries.finishedAtStart = finished;
    await this.launch(run, jobs.size - finished);
    return undefined;
  }

  /** Why the managers are gone although jobs are left; no reason if they are to be started again. */
  async #whyStopped(follower: RunFollower): Promise<Partial<Departure> & Pick<Departure, "detail">> {
    const { departure } = follower.state;
    // One that says it has finished while jobs are missing is to look again, as one that was killed.
    if (departure && departure.reason !== "finished" && departure.reason !== "signal") return departure;
    const last = await this.opened.scheduler.explainExit(follower.options.run);
    // A signal may be a scheduler's, which has taken the machine for others.
    if (departure?.reason === "signal" && !last.wasTaken) return departure;
    const { reason, detail } = last;
    return reason === undefined || reason === "finished" ? { detail } : { reason, detail };
  }
}

/** Waits, in milliseconds, but no longer than until something has ended. */
async function wait(milliseconds: number, ended: Promise<void> | undefined): Promise<void> {
  const awake = new AbortController();
  const sleeping = sleep(milliseconds, undefined, { signal: awake.signal }).catch(() => {});
  await Promise.race(ended === undefined ? [sleeping] : [sleeping, ended]);
  awake.abort();
}

/** The managers are left at work. */
function left(follower: RunFollower): DeployEnd {
  return { how: "left", run: follower.options.run.number };
}
