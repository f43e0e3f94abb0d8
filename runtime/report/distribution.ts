import { Growing } from "./growing.js";
import type { Asked, Bar, Distribution } from "./report-data.js";

/** About so many bars. */
const BARS = 32;
/** From here on the middle of the values spans so much that equal steps would hide most of it. */
const WIDE = 20;

/** Which amount was asked for of what is measured. */
const ASKED = { seconds: "seconds", peak_memory: "memory", cpus: "cpus" } as const;

/** A value at least so many of all lie below. */
function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
}

/** Gathers what jobs have used of one kind. */
export class Measured {
  readonly #done = new Growing(Float64Array);
  readonly #failed = new Growing(Float64Array);

  add(value: number | undefined, isDone: boolean): void {
    if (value !== undefined && Number.isFinite(value)) (isDone ? this.#done : this.#failed).push(value);
  }

  /** How the values are spread; undefined if there are none. */
  spread(measure: Distribution["measure"], { isMost, ...asked }: Asked): Distribution | undefined {
    const [done, failed] = [this.#done.all(), this.#failed.all()];
    const sorted = new Float64Array(done.length + failed.length);
    sorted.set(done);
    sorted.set(failed, done.length);
    sorted.sort();
    if (sorted.length === 0) return undefined;
    const [least, most] = [sorted[0] as number, sorted.at(-1) as number];
    const smallest = sorted.find((value) => value > 0) ?? 0;
    const isLogarithmic = smallest > 0 && quantile(sorted, 0.99) > WIDE * Math.max(quantile(sorted, 0.01), smallest);
    const bars = isLogarithmic ? logarithmic(smallest, most) : linear(least, most);
    for (const [values, count] of [
      [done, "done"],
      [failed, "failed"],
    ] as const) {
      for (const value of values) {
        const bar = bars.find(({ to }) => value < to) ?? (bars.at(-1) as MutableBar);
        bar[count] += 1;
      }
    }
    return {
      measure,
      known: sorted.length,
      bars,
      isLogarithmic,
      least,
      median: quantile(sorted, 0.5),
      ninetieth: quantile(sorted, 0.9),
      most,
      asked: asked[ASKED[measure]],
      isMost,
    };
  }
}

type MutableBar = { -readonly [Field in keyof Bar]: Bar[Field] };

function barsBetween(first: number, last: number, edge: (i: number) => number): MutableBar[] {
  const numbers = Array.from({ length: last - first }, (_, i) => first + i);
  return numbers.map((i) => ({ from: edge(i), to: edge(i + 1), done: 0, failed: 0 }));
}

/** Bars of one width, with ends that are round numbers. */
function linear(least: number, most: number): MutableBar[] {
  const range = Math.max(most - least, Math.abs(most) / 2) || 1;
  const rough = range / BARS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number) * power;
  const margin = (range - (most - least)) / 2;
  const first = Math.floor(Math.max(least >= 0 ? 0 : -range, least - margin) / step);
  const last = Math.max(first + 1, Math.ceil((most + margin) / step + 1e-9));
  return barsBetween(first, last, (i) => i * step);
}

/** Bars of which each is as many times as large as the one before. */
function logarithmic(least: number, most: number): MutableBar[] {
  const decades = Math.max(1, Math.ceil(Math.log10(most)) - Math.floor(Math.log10(least)));
  const perDecade = Math.max(1, [10, 5, 4, 2, 1].find((parts) => parts * decades <= BARS + 8) ?? 1);
  const first = Math.floor(Math.log10(least) * perDecade);
  const last = Math.max(first + 1, Math.ceil(Math.log10(most) * perDecade + 1e-9));
  return barsBetween(first, last, (i) => 10 ** (i / perDecade));
}
