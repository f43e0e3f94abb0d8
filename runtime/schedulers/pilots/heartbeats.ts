import { Groups } from "../../../compiler/format/groups.js";
import type { QueueAnswer, Submitted } from "./batch-system.js";

/** Heartbeats come at least this often, in milliseconds, when a pilot is quick about it. */
const LONGEST_HEARTBEAT = 10_000;

interface Seen {
  readonly beat: string;
  /** when it was first seen so, by a clock that nobody sets */
  readonly since: number;
  /** whether it has ever been seen to change */
  readonly changed: boolean;
}

/** An incarnation that has left, and says how. */
export const FAREWELL = /^(finished|continued|left)\b/;

/** What the managers' heartbeats say, as they are seen from here: numbers that grow, and no clock of theirs. */
export class Heartbeats {
  readonly #seen = new Map<string, Seen>();

  /** @param timeout after so many milliseconds without a heartbeat a pilot is taken for dead */
  constructor(readonly timeout: number) {}

  note({ heartbeats }: QueueAnswer, now: number): void {
    for (const [incarnation, beat] of heartbeats) {
      const before = this.#seen.get(incarnation);
      if (before?.beat !== beat) this.#seen.set(incarnation, { beat, since: now, changed: before !== undefined });
    }
  }

  *#present(): Generator<Seen> {
    for (const seen of this.#seen.values()) if (!FAREWELL.test(seen.beat)) yield seen;
  }

  /** Is there one that has given a heartbeat lately? */
  isAlive(now: number): boolean {
    return [...this.#present()].some(({ changed, since }) => changed && now - since < this.timeout);
  }

  /** For how long a heartbeat has to be the same before it is known that none came, in milliseconds. */
  get betweenHeartbeats(): number {
    return Math.min(LONGEST_HEARTBEAT, this.timeout / 4) + 2000;
  }

  /** Is there one of which it cannot be told yet whether it still runs? */
  isOpen(now: number): boolean {
    return [...this.#present()].some(({ since }) => now - since < this.betweenHeartbeats);
  }

  /** Has any manager gone with work left to do, or without a word? The last one in each place counts. */
  haveLeftWork({ heartbeats }: QueueAnswer): boolean {
    return [...incarnationsIn(heartbeats).values()].some((of) => !/^(finished|continued)\b/.test(of.at(-1) ?? ""));
  }

  /** The pilots that have begun and not left, or that were submitted and have not begun: the last in each place. */
  openPilots({ submitted, heartbeats }: QueueAnswer): Submitted[] {
    const incarnations = incarnationsIn(heartbeats);
    const places = new Groups<number, Submitted>();
    for (const one of submitted) for (let number = one.first; number <= one.last; number += 1) places.add(number, one);
    return [...places].flatMap(([number, chain]) => {
      const of = incarnations.get(number) ?? [];
      const last = of.at(-1);
      const hasLeft = of.length >= chain.length && last !== undefined && FAREWELL.test(last);
      return hasLeft && !last.startsWith("continued") ? [] : [chain.at(-1) as Submitted];
    });
  }
}

/** What the incarnations in each place have said last, in their order. */
function incarnationsIn(heartbeats: QueueAnswer["heartbeats"]): Map<number, string[]> {
  const incarnations = new Map<number, string[]>();
  for (const [incarnation, beat] of heartbeats) {
    const [, number, count] = /^p(\d+)\.(\d+)$/.exec(incarnation) ?? [];
    if (number === undefined) continue;
    const of = incarnations.get(Number(number)) ?? [];
    of[Number(count) - 1] = beat;
    incarnations.set(Number(number), of);
  }
  return incarnations;
}
