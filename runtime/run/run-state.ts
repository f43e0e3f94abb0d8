import { managerOf } from "../../compiler/format/journal.js";
import type { PastTry } from "../../compiler/format/results.js";
import { type EndedTry, JournalReader, type StartedTry } from "./journal.js";
import type { Run } from "./run-folder.js";

export interface Departure {
  readonly reason: string;
  readonly detail: string;
}

/** Why a manager has left whose time has ended, and whose successor could not be submitted. */
export const BROKEN_CHAIN = "broken-chain";

/** The last try of a job. */
export interface FinishedTry extends EndedTry {
  /** those before it, the first one first */
  readonly earlier: readonly PastTry[];
}

/** Where a run stands: the same for whoever follows it, collects it, previews it or tells of it. */
export type RunPhase =
  /** managers work on it, or are about to */
  | "active"
  /** all its jobs have ended */
  | "over"
  /** jobs are left, which the next deploy goes on with, in the tree in which the others have run */
  | "waiting"
  /** jobs are left, and this run will not run them */
  | "stopped";

const NO_TRIES: readonly PastTry[] = [];

/** Reasons for which managers leave and others may go on. */
const HARMLESS = new Set(["finished", "walltime", BROKEN_CHAIN]);

/** Has a manager left to whose place a successor comes? */
function isContinued({ reason, detail }: Departure): boolean {
  return reason === "walltime" && detail === "";
}

function slotOf({ incarnation, slot }: StartedTry): string {
  return `${incarnation}/${slot}`;
}

/** What becomes of a run's jobs and managers, as their journals tell it. The one place that says what an event means. */
export class RunState {
  readonly #reader: JournalReader;
  /** tries that were begun, and whose end is not written down */
  readonly #begun = new Map<number, StartedTry>();
  /** the last job that each slot has begun: when it begins another, that one has ended, also if nobody has said so yet */
  readonly #lastOfSlots = new Map<string, number>();
  readonly #finished = new Set<number>();
  /** of jobs that are tried again */
  readonly #earlier = new Map<number, PastTry[]>();
  /** how the last incarnation of each manager has left; undefined if it has not, or was killed */
  readonly #departures = new Map<string, Departure | undefined>();
  /** also of managers that others have followed since */
  readonly #badNodes = new Set<string>();
  /** lines of journals that count for nothing, as sentences */
  readonly passedOver: string[] = [];
  /** by how many milliseconds the clock here is ahead of the one that journals are written by */
  ahead = 0;

  /** @param jobs the numbers of the run's jobs, where they are known: what a journal says of others counts for nothing */
  constructor(
    readonly run: Run,
    readonly jobs?: { has(number: number): boolean },
  ) {
    this.#reader = new JournalReader(run.folder);
  }

  /** @param active whether a scheduler knows of managers @param hasTree whether its jobs share what they change */
  phase(active: boolean, hasTree: boolean): RunPhase {
    if (active) return "active";
    if (this.finished >= this.run.jobs) return "over";
    return hasTree ? "waiting" : "stopped";
  }

  /** The tries that run, those that were begun first before the others. */
  get runningTries(): StartedTry[] {
    const isLast = (started: StartedTry) => this.#lastOfSlots.get(slotOf(started)) === started.number;
    return [...this.#begun.values()].filter(isLast).sort((a, b) => a.start - b.start);
  }

  /** For how many seconds a try has run. */
  secondsOf({ start }: StartedTry): number {
    return Math.max(0, Date.now() - this.ahead - start) / 1000;
  }

  /** The last try of a job that was begun, and whose end is not written down: it runs, or has just ended. */
  begun(number: number): StartedTry | undefined {
    return this.#begun.get(number);
  }

  hasFinished(number: number): boolean {
    return this.#finished.has(number);
  }

  get finished(): number {
    return this.#finished.size;
  }

  /** Why a manager has left for a reason that somebody has to do something about. */
  get problem(): Departure | undefined {
    return [...this.#departures.values()].find((departure) => departure && !HARMLESS.has(departure.reason));
  }

  /** Why the managers have left; undefined if one of them was killed, or none has begun. */
  get departure(): Departure | undefined {
    const all = [...this.#departures.values()];
    if (this.problem) return this.problem;
    if (all.includes(undefined)) return undefined;
    const last = (reason: string) => all.find((departure) => departure?.reason === reason);
    return last(BROKEN_CHAIN) ?? last("walltime") ?? all[0];
  }

  /** Have all managers left that have ever begun, and does none say that another goes on in its place? */
  get haveLeft(): boolean {
    return this.#departures.size > 0 && [...this.#departures.values()].every((left) => left && !isContinued(left));
  }

  /** Has one of the managers found nothing more to do? */
  get managerHasFinished(): boolean {
    return this.#leftFor("finished").length > 0;
  }

  /** Managers that none follows although there is work left, and why. */
  get brokenChains(): string[] {
    return this.#leftFor(BROKEN_CHAIN).map(([name, detail]) => `${name}: ${detail}`);
  }

  get badNodes(): string[] {
    return [...this.#badNodes];
  }

  #leftFor(reason: string): (readonly [manager: string, detail: string])[] {
    return [...this.#departures].flatMap(([name, left]) =>
      left?.reason === reason ? [[name, left.detail] as const] : [],
    );
  }

  #noteEarlier({ number, start, end, incarnation: manager, slot }: EndedTry): void {
    const tries = this.#earlier.get(number) ?? [];
    this.#earlier.set(number, [...tries, { start, end, manager, slot }]);
  }

  /** What a killed manager has left in its journal runs no more. */
  #forgetRunning(manager: string): void {
    for (const [number, { incarnation }] of this.#begun)
      if (managerOf(incarnation) === manager) this.#begun.delete(number);
  }

  /**
   * Reads what is new.
   *
   * @param finished is told of each job that has ended for good, once: of two results of one job the first stands
   * @returns whether anything was new
   */
  read(finished: (ended: FinishedTry) => void = () => {}): boolean {
    return this.#reader.read({
      started: (started) => {
        const { number } = started;
        this.#lastOfSlots.set(slotOf(started), number);
        if (!this.#finished.has(number) && this.jobs?.has(number) !== false) this.#begun.set(number, started);
      },
      ended: (ended) => {
        const begun = this.#begun.get(ended.number);
        this.#begun.delete(ended.number);
        const slot = begun?.attempt === ended.attempt ? begun.slot : "";
        if (ended.event === "again") this.#noteEarlier({ ...ended, slot });
        if ((ended.event !== "done" && ended.event !== "failed") || this.#finished.has(ended.number)) return;
        if (this.jobs?.has(ended.number) === false) return;
        this.#finished.add(ended.number);
        finished({ ...ended, slot, earlier: this.#earlier.get(ended.number) ?? NO_TRIES });
        this.#earlier.delete(ended.number);
      },
      arrived: (incarnation) => {
        this.#forgetRunning(managerOf(incarnation));
        this.#departures.set(managerOf(incarnation), undefined);
      },
      left: (incarnation, reason, detail) => {
        if (reason === "bad-node") this.#badNodes.add(detail);
        this.#forgetRunning(managerOf(incarnation));
        this.#departures.set(managerOf(incarnation), { reason, detail });
      },
      passedOver: (incarnation, line) => {
        const where = `line ${line} of journal/${incarnation}.tsv of run ${this.run.number}`;
        this.passedOver.push(`${where} is torn, or has other columns than this version knows: it does not count`);
      },
    });
  }
}
