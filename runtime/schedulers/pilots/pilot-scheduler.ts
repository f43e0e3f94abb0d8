import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { BundledPilots } from "../../../compiler/format/bundle.js";
import { isCancelled, type Run } from "../../run/run-folder.js";
import { RuntimeProblem } from "../../system/problem.js";
import type { ExitExplanation, Scheduler, SchedulerState } from "../scheduler.js";
import type { BatchSystem, PilotsOfRun, QueueAnswer, Queued } from "./batch-system.js";
import { Heartbeats } from "./heartbeats.js";
import { SilentPilots } from "./silent-pilots.js";
import { stopPilots } from "./stop-pilots.js";

/** Between two questions to the batch system, in milliseconds: each time twice as long, whatever it answers. */
const SHORTEST_ASK = 1500;
const LONGEST_ASK = 60_000;
/** And where all managers have left, or the answers don't go together; for so long. */
const LONGEST_DOUBT = 10_000;
const LONGEST_HASTE = 120_000;
/** For how long the queue has to have nothing of pilots of which nothing else is known, in milliseconds. */
const PATIENCE_WITH_QUEUE = 90_000;
/** So many pilots are named where somebody may do something about them. */
const MOST_ADVISED = 3;
/** How long a pilot may be silent, in seconds, where a bundle does not say. */
const HEARTBEAT_TIMEOUT = 120;

/** How many pilots can be kept busy by so many jobs. */
export function pilotsFor(pilots: BundledPilots, jobs: number): number {
  const useful = Math.floor(jobs / (pilots.cpusPerNode * pilots.minJobsPerCpu));
  return Math.max(1, Math.min(pilots.nodes, useful));
}

/** Pilots under a batch system: a few allocations that share the jobs out among themselves. */
export class PilotScheduler implements Scheduler {
  readonly outlivesInterrupt = true;
  readonly pauses = [500, 10_000] as const;
  readonly #heartbeats: Heartbeats;
  readonly #silent: SilentPilots;
  #state: SchedulerState = { active: true, explanation: "" };
  #nextAsk = 0;
  #pause = SHORTEST_ASK;
  /** since when all managers have left that have begun; others may be on their way */
  #leftSince: number | undefined;
  #isFirst = true;
  /** since when the queue has none of them, although they have not left */
  #missingSince: number | undefined;
  /** since when all of them that are left are suspended: none of them takes over what another was at */
  #suspendedSince: number | undefined;

  /** @param jobName how the names of all pilots of this checkout's swarm begin */
  constructor(
    readonly system: BatchSystem,
    readonly pilots: BundledPilots,
    readonly jobName: string,
  ) {
    const timeout = (pilots.silenceSeconds ?? HEARTBEAT_TIMEOUT) * 1000;
    this.#heartbeats = new Heartbeats(timeout);
    this.#silent = new SilentPilots(2 * timeout); // one that ends by itself has done so by then
  }

  #of(run: Run): PilotsOfRun {
    return { run, name: `${this.jobName}-${run.number}`, nodesMaySubmit: this.pilots.nodesMaySubmit };
  }

  async submit(run: Run, left: number): Promise<readonly string[]> {
    let notes: readonly string[];
    try {
      notes = await this.system.submit(this.#of(run), pilotsFor(this.pilots, left));
    } catch (error) {
      // It has refused; but the first ones may have been taken.
      if (error instanceof RuntimeProblem) await this.cancel(run).catch(() => {});
      throw error;
    }
    this.#askSoon();
    this.#missingSince = undefined;
    this.#state = { active: true, explanation: "" };
    return notes;
  }

  async status(run: Run, haveLeft = false): Promise<SchedulerState> {
    // When all managers have left, as far as their journals say, the end is near.
    if (haveLeft && this.#leftSince === undefined) this.#askSoon();
    this.#leftSince = haveLeft ? (this.#leftSince ?? performance.now()) : undefined;
    if (performance.now() < this.#nextAsk) return this.#state;
    let answer = await this.#askQueue(run);
    if (this.#isFirst && this.#isOnlyToBeHeard(answer)) {
      // Whoever asks once is to know: is it dead, or between two heartbeats?
      await sleep(this.#heartbeats.betweenHeartbeats);
      answer = await this.#askQueue(run);
    }
    this.#isFirst = false;
    this.#state = {
      ...this.#judge(answer, isCancelled(run)),
      notes: [...(answer.notes ?? []), ...(await this.#giveUpSilent(run, answer))],
    };
    const since = this.#missingSince ?? this.#leftSince;
    const isNear = this.#silent.inDoubt || (since !== undefined && performance.now() - since < LONGEST_HASTE);
    const longest = isNear ? LONGEST_DOUBT : LONGEST_ASK;
    this.#nextAsk = performance.now() + Math.min(longest, this.#pause);
    this.#pause = Math.min(LONGEST_ASK, this.#pause * 2);
    return this.#state;
  }

  /** Asks for the queue, and more closely where it has none of the pilots, and nobody hears of those that have not left. */
  async #askQueue(run: Run): Promise<QueueAnswer> {
    const answer = await this.system.status(this.#of(run), false);
    this.#heartbeats.note(answer, performance.now());
    const isClear = !answer.queued || isActive(answer) || this.#heartbeats.isAlive(performance.now());
    if (isClear || this.#heartbeats.openPilots(answer).length === 0) return answer;
    const confirmed = await this.system.status(this.#of(run), true);
    this.#heartbeats.note(confirmed, performance.now());
    return confirmed;
  }

  /** Ends pilots whose node hangs: others do their jobs, elsewhere. @returns what people should know of it */
  async #giveUpSilent(run: Run, answer: QueueAnswer): Promise<string[]> {
    const silent = this.#silent.find(answer, performance.now());
    if (silent.length === 0 || !this.system.giveUp) return [];
    try {
      await this.system.giveUp(this.#of(run), silent);
    } catch (error) {
      if (error instanceof RuntimeProblem) return []; // it is tried again at the next look
      throw error;
    }
    const time = formatSeconds(this.#silent.patience / 1000);
    return silent.map(({ id, node }) => {
      this.#silent.givenUp.add(id);
      return `the pilot ${id} on ${node} has given no heartbeat for ${time}, although ${this.system.name} says that it runs: cancelled, and ${node} is left out from now on; to take it back: locusts clean --nodes`;
    });
  }

  #isOnlyToBeHeard(answer: QueueAnswer): boolean {
    return answer.queued !== undefined && !isActive(answer) && this.#heartbeats.isOpen(performance.now());
  }

  #askSoon(): void {
    this.#nextAsk = 0;
    this.#pause = SHORTEST_ASK;
  }

  /** That there is none counts when nothing speaks against it: a queue may answer wrongly. */
  #judge(answer: QueueAnswer, isToEnd: boolean): SchedulerState {
    const { queued, found } = answer;
    const { name } = this.system;
    const now = performance.now();
    const open = this.#heartbeats.openPilots(answer);
    if (!queued) {
      const active = this.#state.active && (open.length > 0 || answer.submitted.length === 0);
      return {
        active,
        explanation: `${name}'s controller does not answer; the pilots ${isToEnd ? "leave" : "go on"} without it`,
      };
    }
    if (isActive(answer)) {
      this.#missingSince = undefined;
      return { active: true, explanation: `${describeQueue(queued)}${this.#adviseOnSuspended(queued, now)}` };
    }
    this.#missingSince ??= now;
    const missing = (message: string) => ({
      active: true,
      explanation: `${name}'s queue has none of the pilots, ${message}`,
    });
    if (open.length > 0 && (this.#heartbeats.isAlive(now) || this.#heartbeats.isOpen(now)))
      return missing("but some gave heartbeats until now: it waits to see whether they go on");
    // One on its way out may be put back into the queue.
    if (queued.length > 0 && this.#heartbeats.haveLeftWork(answer) && now - this.#missingSince < PATIENCE_WITH_QUEUE)
      return { active: true, explanation: `${name} has not let go of the pilots yet` };
    if ([...found.values()].some((phase) => phase !== "over")) return missing(`but ${name} knows of some`);
    const known = new Set([...found.keys()].map((id) => id.split("_")[0]));
    if (open.some(({ id }) => !known.has(id)) && now - this.#missingSince < PATIENCE_WITH_QUEUE)
      return missing("and does not say what became of them: it is asked again");
    this.#missingSince = undefined;
    return { active: false, explanation: "" };
  }

  /** Where nobody goes on with the jobs until somebody does something: what that is. */
  #adviseOnSuspended(queued: readonly Queued[], now: number): string {
    const left = queued.filter(({ phase }) => phase !== "over");
    this.#suspendedSince = left.every(({ phase }) => phase === "suspended") ? (this.#suspendedSince ?? now) : undefined;
    if (this.#suspendedSince === undefined || now - this.#suspendedSince < this.#heartbeats.timeout) return "";
    const resume = this.system.howToResume?.(left.map(({ id }) => id).slice(0, MOST_ADVISED));
    return `: ${resume === undefined ? "" : `${resume}, or `}locusts cancel`;
  }

  async cancel(run: Run, hurry?: AbortSignal): Promise<boolean> {
    const were = await stopPilots(this.system, this.#of(run), hurry);
    this.#state = { active: false, explanation: "" };
    this.#askSoon();
    return were;
  }

  async explainExit(run: Run): Promise<ExitExplanation> {
    const explanation = await this.system.explainExit(this.#of(run));
    return this.#silent.givenUp.size > 0 ? { ...explanation, wasTaken: true } : explanation;
  }
}

/** Is one of them in the queue, and not on its way out? */
function isActive({ queued }: QueueAnswer): boolean {
  return queued?.some(({ phase }) => phase !== "over") ?? false;
}

/** The queue for people: `3 pilots run, 1 is suspended, 1 waits: for free nodes`. */
function describeQueue(all: readonly Queued[]): string {
  const queued = all.filter(({ phase }) => phase !== "over");
  const pending = queued.filter(({ phase }) => phase === "pending");
  const suspended = queued.filter(({ phase }) => phase === "suspended").length;
  const running = queued.length - pending.length - suspended;
  const parts: string[] = [];
  if (running > 0) parts.push(running === 1 ? "1 pilot runs" : `${running} pilots run`);
  if (suspended > 0) {
    const pilots = running > 0 ? "" : suspended === 1 ? " pilot" : " pilots";
    parts.push(`${suspended}${pilots} ${suspended === 1 ? "is" : "are"} suspended`);
  }
  if (pending.length > 0) {
    const reasons = [...new Set(pending.map(({ waitsFor }) => waitsFor))];
    parts.push(`${pending.length} ${pending.length === 1 ? "waits" : "wait"}: ${reasons.join("; ")}`);
  }
  return parts.join(", ");
}
