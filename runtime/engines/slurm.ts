import { setTimeout as sleep } from "node:timers/promises";
import type { BundledPilots } from "../../compiler/format/bundle.js";
import type { Host } from "../hosts/host.js";
import type { Run } from "../runs/run-folder.js";
import { loadScript } from "../scripts/load.js";
import { RuntimeProblem } from "../workspace.js";
import { type Engine, type EngineState, type LastWords, NeverBegins } from "./engine.js";
import { describeWaiting, whyNever } from "./pending-words.js";
import { explainRefusal } from "./sbatch-words.js";
import { stopPilots } from "./stop-pilots.js";

/** Between two questions to SLURM's controller, in milliseconds: shortest while things change. */
const SHORTEST_ASK = 1500;
const LONGEST_ASK = 30_000;
/** The exit code of scripts for a controller that does not answer. */
const NO_CONTROLLER = 40;

export interface SlurmEngineOptions {
  readonly host: Host;
  /** does an action again, should the connection break in the middle of it */
  readonly persist: <T>(action: () => Promise<T>) => Promise<T>;
  /** the swarm's folder on the target */
  readonly there: string;
  readonly pilots: BundledPilots;
  /** how the names of all pilots of this checkout's swarm begin */
  readonly jobName: string;
}

/** A pilot in SLURM's queue. */
interface Queued {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly nodes: string;
}

/** How many pilots can be kept busy by so many jobs. */
export function pilotsFor(pilots: BundledPilots, jobs: number): number {
  const useful = Math.floor(jobs / (pilots.cpusPerNode * pilots.minJobsPerCpu));
  return Math.max(1, Math.min(pilots.nodes, useful));
}

/** Pilots under SLURM: a few allocations that share the jobs out among themselves. */
export class SlurmEngine implements Engine {
  readonly outlivesInterrupt = true;
  readonly pauses = [500, 10_000] as const;
  #last = "";
  #state: EngineState = { going: true, words: "" };
  #nextAsk = 0;
  #pause = SHORTEST_ASK;

  constructor(readonly options: SlurmEngineOptions) {}

  #nameOf(run: Run): string {
    return `${this.options.jobName}-${run.number}`;
  }

  async launch(run: Run, left: number): Promise<void> {
    const { host, persist, there, pilots } = this.options;
    const words = [there, String(run.number), this.#nameOf(run), String(pilotsFor(pilots, left))];
    const ended = await persist(() => host.run(loadScript("submit"), words));
    if (ended.code !== 0) {
      await this.#queue(run, "cancel"); // of several arrays the first ones may have been taken
      throw explainRefusal(ended.stderr);
    }
    this.#nextAsk = 0;
    this.#pause = SHORTEST_ASK;
    this.#state = { going: true, words: "" };
  }

  /** @returns undefined if the controller does not answer */
  async #queue(run: Run, action: "list" | "cancel"): Promise<Queued[] | undefined> {
    const { host, persist } = this.options;
    const ended = await persist(() => host.run(loadScript("queue"), [this.#nameOf(run), action]));
    if (ended.code === NO_CONTROLLER) return undefined;
    if (ended.code !== 0) throw new RuntimeProblem(`${host.name}: squeue: ${ended.stderr.trim()}`);
    return ended.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [id = "", state = "", reason = "", nodes = ""] = line.split("|");
        return { id, state, reason, nodes };
      });
  }

  async state(run: Run): Promise<EngineState> {
    if (Date.now() < this.#nextAsk) return this.#state;
    const queued = await this.#queue(run, "list");
    if (queued) {
      const pending = queued.filter(({ state }) => state === "PENDING");
      const never =
        pending.length === queued.length ? pending.map(({ reason }) => whyNever(reason)).find(Boolean) : undefined;
      if (never) {
        await this.#queue(run, "cancel");
        throw new NeverBegins(`the pilots would wait for ever: ${never[0]}`, never[1]);
      }
      this.#state = { going: queued.length > 0, words: describeQueue(queued) };
    } else this.#state = { ...this.#state, words: "SLURM's controller does not answer; the pilots go on without it" };
    const now = JSON.stringify(queued?.map(({ id, state, reason }) => [id, state, reason]));
    this.#pause = now === this.#last ? Math.min(LONGEST_ASK, this.#pause * 1.5) : SHORTEST_ASK;
    this.#last = now ?? "";
    this.#nextAsk = Date.now() + this.#pause;
    return this.#state;
  }

  async hold(): Promise<boolean> {
    return true; // nothing is in the queue, and only this checkout submits
  }

  async stop(run: Run, hurry?: AbortSignal): Promise<boolean> {
    const were = await stopPilots({ ...this.options, run, name: this.#nameOf(run) }, hurry);
    this.#state = { going: false, words: "" };
    this.#nextAsk = 0;
    return were;
  }

  async rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds);
  }

  async lastWords(run: Run): Promise<LastWords> {
    const { host, persist, there } = this.options;
    const ended = await persist(() => host.run(loadScript("account"), [there, String(run.number), this.#nameOf(run)]));
    const said = (word: string) =>
      ended.stdout.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
    const states = [...new Set(said("ended").filter((state) => state !== "COMPLETED" && state !== "RUNNING"))];
    const words = [states.length > 0 ? `SLURM says ${states.join(", ")}` : "", said("log").at(-1) ?? ""];
    return { reason: undefined, detail: words.filter((word) => word !== "").join("; ") };
  }
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
