import { setTimeout as sleep } from "node:timers/promises";
import type { BundledPilots } from "../../../compiler/format/bundle.js";
import type { Host } from "../../hosts/host.js";
import type { Run } from "../../run/run-folder.js";
import { RuntimeProblem } from "../../system/problem.js";
import type { ExitExplanation, Scheduler, SchedulerState } from "../scheduler.js";
import { explainRefusal } from "./explain-refusal.js";
import { Heartbeats } from "./heartbeats.js";
import { describeWaiting, isLaunchFailure } from "./pending-reasons.js";
import { isOver, type QueueAnswer, type Queued, readQueueAnswer } from "./queue-answer.js";
import { loadSlurmScript } from "./slurm-scripts.js";
import { stopPilots } from "./stop-pilots.js";

/** Between two questions to SLURM's controller, in milliseconds: each time twice as long, whatever it answers. */
const SHORTEST_ASK = 1500;
const LONGEST_ASK = 60_000;
/** And where all managers have left, or the answers don't go together; for so long. */
const LONGEST_DOUBT = 10_000;
const LONGEST_HASTE = 120_000;
/** For how long SLURM has to have nothing of pilots of which nothing else is known, in milliseconds. */
const PATIENCE_WITH_QUEUE = 90_000;
/** How often one pilot is released that no node can start. */
const MOST_RELEASES = 3;
/** The exit code of scripts for a controller that does not answer. */
const NO_CONTROLLER = 40;
/** How long a pilot may be silent, in seconds, where a bundle does not say. */
const SILENCE = 120;

/** How lines of `submit.sh` begin that people should read. */
const NOTE = "submit.sh: note: ";

export interface SlurmSchedulerOptions {
  readonly host: Host;
  /** does an action again, should the connection break in the middle of it */
  readonly persist: <T>(action: () => Promise<T>) => Promise<T>;
  /** the swarm's folder on the target */
  readonly there: string;
  readonly pilots: BundledPilots;
  /** how the names of all pilots of this checkout's swarm begin */
  readonly jobName: string;
}

/** How many pilots can be kept busy by so many jobs. */
export function pilotsFor(pilots: BundledPilots, jobs: number): number {
  const useful = Math.floor(jobs / (pilots.cpusPerNode * pilots.minJobsPerCpu));
  return Math.max(1, Math.min(pilots.nodes, useful));
}

/** Pilots under SLURM: a few allocations that share the jobs out among themselves. */
export class SlurmScheduler implements Scheduler {
  readonly outlivesInterrupt = true;
  readonly pauses = [500, 10_000] as const;
  readonly #heartbeats: Heartbeats;
  #state: SchedulerState = { active: true, explanation: "" };
  #nextAsk = 0;
  #pause = SHORTEST_ASK;
  /** since when all managers have left that have begun; others may be on their way */
  #leftSince: number | undefined;
  #isFirst = true;
  /** how often each pilot was released that SLURM held */
  readonly #released = new Map<string, number>();
  /** since when SLURM has none of them in its queue, although they have not left */
  #missingSince: number | undefined;

  constructor(readonly options: SlurmSchedulerOptions) {
    this.#heartbeats = new Heartbeats((options.pilots.silenceSeconds ?? SILENCE) * 1000);
  }

  #nameOf(run: Run): string {
    return `${this.options.jobName}-${run.number}`;
  }

  async submit(run: Run, left: number): Promise<readonly string[]> {
    const { host, persist, there, pilots } = this.options;
    const args = [there, String(run.number), this.#nameOf(run), String(pilotsFor(pilots, left))];
    const ended = await persist(() => host.run(loadSlurmScript("submit"), args));
    const said = ended.stderr.split("\n");
    if (ended.code !== 0) {
      await this.cancel(run).catch(() => {}); // of several arrays the first ones may have been taken
      throw explainRefusal(said.filter((line) => !line.startsWith(NOTE) || / are left out/.test(line)).join("\n"));
    }
    this.#nextAsk = 0;
    this.#pause = SHORTEST_ASK;
    this.#missingSince = undefined;
    this.#state = { active: true, explanation: "" };
    return said.filter((line) => line.startsWith(NOTE)).map((line) => line.slice(NOTE.length));
  }

  async #ask(run: Run, action: "list" | "confirm"): Promise<QueueAnswer> {
    const { host, persist, there } = this.options;
    const args = [there, String(run.number), this.#nameOf(run), action];
    const ended = await persist(() => host.run(loadSlurmScript("queue"), args));
    if (ended.code !== 0 && ended.code !== NO_CONTROLLER)
      throw new RuntimeProblem(`${host.name}: squeue: ${ended.stderr.trim()}`);
    return readQueueAnswer(ended.stdout, ended.code === 0);
  }

  async status(run: Run, haveLeft = false): Promise<SchedulerState> {
    // When all managers have left, as far as their journals say, the end is near.
    if (haveLeft && this.#leftSince === undefined) this.#askSoon();
    this.#leftSince = haveLeft ? (this.#leftSince ?? performance.now()) : undefined;
    if (performance.now() < this.#nextAsk) return this.#state;
    let answer = await this.#look(run);
    if (this.#isFirst && this.#isOnlyToBeHeard(answer)) {
      // Whoever asks once is to know: is it dead, or between two signs of life?
      await sleep(this.#heartbeats.betweenBeats);
      answer = await this.#look(run);
    }
    this.#isFirst = false;
    const notes = await this.#release(answer);
    this.#state = { ...this.#judge(answer), ...(notes.length > 0 ? { notes } : {}) };
    const since = this.#missingSince ?? this.#leftSince;
    const longest = since !== undefined && performance.now() - since < LONGEST_HASTE ? LONGEST_DOUBT : LONGEST_ASK;
    this.#nextAsk = performance.now() + Math.min(longest, this.#pause);
    this.#pause = Math.min(LONGEST_ASK, this.#pause * 2);
    return this.#state;
  }

  /** Looks at the queue, and more closely where it has none of the pilots, and nobody hears of those that have not left. */
  async #look(run: Run): Promise<QueueAnswer> {
    const answer = await this.#ask(run, "list");
    this.#heartbeats.note(answer, performance.now());
    const isClear = !answer.queued || isGoing(answer) || this.#heartbeats.isAlive(performance.now());
    if (isClear || this.#heartbeats.openPilots(answer).length === 0) return answer;
    const confirmed = await this.#ask(run, "confirm");
    this.#heartbeats.note(confirmed, performance.now());
    return confirmed;
  }

  #isOnlyToBeHeard(answer: QueueAnswer): boolean {
    return answer.queued !== undefined && !isGoing(answer) && this.#heartbeats.isOpen(performance.now());
  }

  /** Releases pilots that are held since a node could not start them: SLURM has taken it out of service. */
  async #release({ queued }: QueueAnswer): Promise<string[]> {
    const held = (queued ?? []).filter(
      ({ id, state, reason }) =>
        state === "PENDING" && isLaunchFailure(reason) && (this.#released.get(id) ?? 0) < MOST_RELEASES,
    );
    if (held.length === 0) return [];
    const ids = held.map(({ id }) => id);
    for (const id of ids) this.#released.set(id, (this.#released.get(id) ?? 0) + 1);
    const { host, persist } = this.options;
    const ended = await persist(() => host.run(loadSlurmScript("release"), ids));
    const nodes = ended.stdout.split("\n").flatMap((line) => {
      const [what, name, reason] = line.split("|");
      return what === "node" ? [`${name}: ${reason}`] : [];
    });
    const where = nodes.length === 0 ? "" : ` (out of service: ${nodes.join("; ")})`;
    const them = ids.length === 1 ? `the pilot ${ids[0]}` : `the pilots ${ids.join(", ")}`;
    return [
      ended.code === 0
        ? `a node could not start ${them}${where}: released, to begin on another one`
        : `a node could not start ${them}${where}, and SLURM holds it: scontrol release ${ids.join(",")}`,
    ];
  }

  #askSoon(): void {
    this.#nextAsk = 0;
    this.#pause = SHORTEST_ASK;
  }

  /** SLURM's word that there is none counts when nothing speaks against it: a queue may answer wrongly. */
  #judge(answer: QueueAnswer): SchedulerState {
    const { queued, found } = answer;
    const now = performance.now();
    const open = this.#heartbeats.openPilots(answer);
    if (!queued) {
      const active = this.#state.active && (open.length > 0 || answer.submitted.length === 0);
      return { active, explanation: "SLURM's controller does not answer; the pilots go on without it" };
    }
    if (isGoing(answer)) {
      this.#missingSince = undefined;
      return { active: true, explanation: describeQueue(queued) };
    }
    this.#missingSince ??= now;
    const missing = (message: string) => ({
      active: true,
      explanation: `SLURM's queue has none of the pilots, ${message}`,
    });
    if (open.length > 0 && (this.#heartbeats.isAlive(now) || this.#heartbeats.isOpen(now)))
      return missing("but some of them give signs of life");
    if ([...found.values()].some(({ state }) => !isOver(state))) return missing("but SLURM knows of some");
    const known = new Set([...found.keys()].map((id) => id.split("_")[0]));
    if (open.some(({ id }) => !known.has(id)) && now - this.#missingSince < PATIENCE_WITH_QUEUE)
      return missing("and does not say what became of them: it is asked again");
    this.#missingSince = undefined;
    return { active: false, explanation: "" };
  }

  async hold(): Promise<boolean> {
    return true; // nothing is in the queue, and only this checkout submits
  }

  async cancel(run: Run, hurry?: AbortSignal): Promise<boolean> {
    const were = await stopPilots({ ...this.options, run, name: this.#nameOf(run) }, hurry);
    this.#state = { active: false, explanation: "" };
    this.#askSoon();
    return were;
  }

  async wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds);
  }

  async explainExit(run: Run): Promise<ExitExplanation> {
    const { host, persist, there } = this.options;
    const args = [there, String(run.number), this.#nameOf(run)];
    const ended = await persist(() => host.run(loadSlurmScript("account"), args));
    const said = (word: string) =>
      ended.stdout.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
    const states = said("ended").map((line) => line.trim().split(" ") as [state: string, nodes?: string]);
    const bad = states.filter(([state]) => state !== "COMPLETED" && state !== "RUNNING" && state !== "PENDING");
    const ends = [...new Set(bad.map(([state, nodes]) => (nodes ? `${state} on ${nodes}` : state)))];
    const parts = [ends.length > 0 ? `SLURM says ${ends.join(", ")}` : "", said("log").at(-1) ?? ""];
    const wasTaken = bad.length > 0 && TAKEN.has(bad.at(-1)?.[0] ?? "");
    return { reason: undefined, detail: parts.filter((part) => part !== "").join("; "), wasTaken };
  }
}

/** States of pilots that SLURM has ended by itself, and nobody else. */
const TAKEN = new Set(["PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "TIMEOUT"]);

/** Is one of them in the queue, and not on its way out? */
function isGoing({ queued }: QueueAnswer): boolean {
  return queued?.some(({ state }) => !isOver(state)) ?? false;
}

/** The queue in words: `3 pilots run; 1 waits: for free nodes`. */
function describeQueue(queued: readonly Queued[]): string {
  const pending = queued.filter(({ state }) => state === "PENDING");
  const running = queued.length - pending.length;
  const parts: string[] = [];
  if (running > 0) parts.push(running === 1 ? "1 pilot runs" : `${running} pilots run`);
  if (pending.length > 0) {
    const reasons = [...new Set(pending.map(({ reason }) => describeWaiting(reason)))];
    parts.push(`${pending.length} ${pending.length === 1 ? "waits" : "wait"}: ${reasons.join("; ")}`);
  }
  return parts.join(", ");
}
