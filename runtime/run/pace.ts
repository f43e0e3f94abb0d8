import type { RunState } from "./run-state.js";

/** So far back counts what has ended lately, in milliseconds. */
const WINDOW = 30_000;
/** Looks that come sooner after one another count as one. */
const BETWEEN_LOOKS = 100;
/** With fewer that have ended in it, it is by how long they took that the rate is told. */
const FEWEST_IN_WINDOW = 20;
/** So many of those that ended last tell how long one takes. */
const MOST_RECENT = 64;

export interface PaceNow {
  /** jobs in a second; undefined: not known so far */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** How fast jobs go, by those that ended lately and how many run side by side. */
export class Pace {
  /** when it was looked, and how many had ended then; the first one is as old as the window, or older */
  #looks: { readonly at: number; readonly ended: number }[] = [];
  readonly #recent: number[] = [];

  /** @param seconds that a job took that has ended now */
  ended(seconds: number): void {
    this.#recent.push(seconds);
    if (this.#recent.length > MOST_RECENT) this.#recent.shift();
  }

  get #usual(): number | undefined {
    const all = this.#recent;
    return all.length === 0 ? undefined : all.reduce((sum, seconds) => sum + seconds, 0) / all.length;
  }

  /**
   * @param now milliseconds
   * @param ended how many jobs have ended, of so many
   * @param running for how many seconds each of those has run that run
   */
  at(now: number, ended: number, jobs: number, running: readonly number[]): PaceNow {
    if (now - (this.#looks.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= BETWEEN_LOOKS)
      this.#looks.push({ at: now, ended });
    while ((this.#looks[1]?.at ?? now) <= now - WINDOW) this.#looks.shift();
    const first = this.#looks[0] as { at: number; ended: number };
    const [counted, seconds] = [ended - first.ended, (now - first.at) / 1000];
    if (counted >= FEWEST_IN_WINDOW && seconds >= 1) {
      const rate = counted / seconds;
      return { rate, secondsLeft: (jobs - ended) / rate };
    }
    const usual = this.#usual;
    if (usual === undefined || usual === 0 || running.length === 0) return { rate: undefined, secondsLeft: undefined };
    const waiting = Math.max(0, jobs - ended - running.length);
    // Who has run for longer than that may end at any time.
    const begun = running.reduce((sum, spent) => sum + Math.max(usual - spent, usual / 10), 0);
    return { rate: running.length / usual, secondsLeft: (waiting * usual + begun) / running.length };
  }
}

/** How far a run is, by its journals. */
export interface RunProgress extends PaceNow {
  readonly jobs: number;
  /** jobs that have ended for good; what they have left is collected after that */
  readonly ended: number;
  readonly running: number;
  /** the one that has run for longest */
  readonly longest: { readonly job: string; readonly seconds: number } | undefined;
}

/** @param nameOf a job's name, by its number */
export function progressOf(state: RunState, pace: Pace, jobs: number, nameOf: (number: number) => string): RunProgress {
  const tries = state.runningTries;
  const spent = tries.map((started) => state.secondsOf(started));
  const [first] = tries; // they are in the order in which they were begun
  const longest = first && { job: nameOf(first.number), seconds: spent[0] as number };
  const ended = state.finished;
  return { jobs, ended, running: tries.length, longest, ...pace.at(Date.now(), ended, jobs, spent) };
}
