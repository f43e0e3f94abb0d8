import { managerOf } from "../../compiler/format/journal.js";
import type { JobResult } from "../results/ledger.js";
import { Growing } from "./growing.js";
import { type Lane, type RunningRow, TROUBLE } from "./report-data.js";

/** Of a job that the definition no longer has. */
export const NO_JOB = -1;

/** A job that runs, and where. */
export interface RunningTry extends RunningRow {
  readonly key: string;
  readonly run: string;
  readonly manager: string;
  readonly slot: string;
}

/** When a run's tries began and ended. */
export interface RunSpan {
  readonly run: string;
  from: number;
  to: number;
}

/** Every try that is known, over all runs, in a few bytes each. */
export class TryTable {
  readonly starts = new Growing(Float64Array);
  /** in milliseconds */
  readonly lengths = new Growing(Uint32Array);
  readonly lanes = new Growing(Uint32Array);
  readonly troubles = new Growing(Uint8Array);
  readonly jobs = new Growing(Int32Array);
  readonly laneList: Lane[] = [];
  readonly spans: RunSpan[] = [];
  readonly #laneNumbers = new Map<string, number>();
  readonly #spanOf = new Map<string, RunSpan>();

  get length(): number {
    return this.starts.length;
  }

  #laneOf(host: string, incarnation: string, slot: string): number {
    const manager = managerOf(incarnation);
    const name = `${host}\t${manager}\t${slot}`;
    let lane = this.#laneNumbers.get(name);
    if (lane === undefined) {
      lane = this.laneList.length;
      this.laneList.push({ host, manager, slot, slots: 1 });
      this.#laneNumbers.set(name, lane);
    }
    return lane;
  }

  #spanFor(run: string): RunSpan {
    let span = this.#spanOf.get(run);
    if (!span) {
      span = { run, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
      this.spans.push(span);
      this.#spanOf.set(run, span);
    }
    return span;
  }

  #push(span: RunSpan, start: number, end: number, lane: number, trouble: number, job: number): void {
    this.starts.push(start);
    this.lengths.push(Math.min(2 ** 32 - 1, Math.max(0, end - start)));
    this.lanes.push(lane);
    this.troubles.push(trouble);
    this.jobs.push(job);
    span.from = Math.min(span.from, start);
    span.to = Math.max(span.to, end);
  }

  /** Adds all tries of a result; nothing of one of which nobody has noted when it ran. */
  add({ start, seconds, host, manager, slot, run, status, earlier }: JobResult, job: number): void {
    if (start === undefined) return;
    const span = this.#spanFor(run);
    for (const past of earlier)
      this.#push(span, past.start, past.end, this.#laneOf(host, past.manager, past.slot), TROUBLE.again, job);
    const trouble = status === "failed" ? TROUBLE.failed : TROUBLE.none;
    this.#push(span, start, start + seconds * 1000, this.#laneOf(host, manager, slot), trouble, job);
  }

  /** Adds tries that go on, for as long as something is made of them. @param placeOf where a job stands, by its key */
  withRunning<T>(running: readonly RunningTry[], placeOf: (key: string) => number, now: number, make: () => T): T {
    const { length } = this;
    for (const { run, since, host, manager, slot, key } of running) {
      this.#push(this.#spanFor(run), since, now, this.#laneOf(host, manager, slot), TROUBLE.none, placeOf(key));
    }
    const made = make();
    for (const values of [this.starts, this.lengths, this.lanes, this.troubles, this.jobs]) values.truncate(length);
    return made;
  }
}
