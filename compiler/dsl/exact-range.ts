import { decimalOf } from "./spaced-numbers.js";

/** A range as whole numbers of which `scale` make one: counting in them is exact. */
export interface ScaledRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly scale: number;
}

/** Every decimal of up to 15 digits is kept; of those with more, two may be the same number. */
const MOST_DECIMALS = 1e15;

/** The number without its decimal point, exactly; undefined if a double cannot hold that. */
function scaled(value: number, decimals: number): number | undefined {
  const whole = Number(`${value}e${decimals}`.replace(/e([+-]?\d+)e(\d+)$/, (_, a, b) => `e${Number(a) + Number(b)}`));
  const isKept = decimals === 0 ? Number.isSafeInteger(whole) : Math.abs(whole) < MOST_DECIMALS;
  return isKept ? whole : undefined;
}

/** A range in whole numbers, in which nothing is rounded; undefined if its numbers have too many digits for that. */
export function scaleRange(from: number, to: number, step: number): ScaledRange | undefined {
  const decimals = Math.max(...[from, to, step].map((value) => decimalOf(value).places));
  if (decimals > 15) return undefined;
  const [start, end, distance] = [from, to, step].map((value) => scaled(value, decimals));
  if (start === undefined || end === undefined || distance === undefined) return undefined;
  return { from: start, to: end, step: distance, scale: 10 ** decimals };
}

/** The numbers of a range, each as near to the decimal that is meant as a number can be. */
export function* countRange({ from, to, step, scale }: ScaledRange): Generator<number> {
  // Each is a sum of two whole numbers that are kept exactly; a product of both might not be.
  for (let at = from; at <= to; at += step) yield at / scale;
}
