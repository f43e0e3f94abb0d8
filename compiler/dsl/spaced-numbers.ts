/*
 * Numbers at equal distances or ratios. All is computed in whole numbers, so that nothing is rounded but each result,
 * once, and every machine gives the same ones: how Math.pow rounds is not said anywhere.
 */

/** A decimal as `digits / 10^places`, exactly. */
export function decimalOf(value: number): { readonly digits: bigint; readonly places: number } {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const places = fraction.length - Number(exponent);
  const digits = BigInt(sign + whole + fraction);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}

/** Each value is `value / divisor`. */
interface Spaced {
  readonly values: readonly bigint[];
  readonly divisor: bigint;
}

function spaceExactly(from: number, to: number, count: number): Spaced {
  const [first, last] = [decimalOf(from), decimalOf(to)];
  const places = Math.max(first.places, last.places);
  const [start, end] = [first, last].map(({ digits, places: own }) => digits * 10n ** BigInt(places - own));
  const steps = BigInt(Math.max(count - 1, 1));
  const [a, b] = [start as bigint, end as bigint];
  const values = Array.from({ length: count }, (_, i) => a * (steps - BigInt(i)) + b * BigInt(i));
  return { values, divisor: steps * 10n ** BigInt(places) };
}

/** So many digits of a decimal are kept by every number. */
const DIGITS = 15;

/** `value / divisor`, to 15 digits. */
function quotient(value: bigint, divisor: bigint): number {
  const size = value < 0n ? -value : value;
  if (size === 0n) return 0;
  // as many digits before the point as are kept, give or take one, and some more
  const shift = DIGITS + 5 + String(divisor).length - String(size).length;
  const whole = shift < 0 ? size / (divisor * 10n ** BigInt(-shift)) : (size * 10n ** BigInt(shift)) / divisor;
  return rounded(whole, -shift) * (value < 0n ? -1 : 1);
}

/** `digits * 10^exponent`, to 15 digits. */
function rounded(digits: bigint, exponent: number): number {
  const surplus = String(digits).length - DIGITS;
  if (surplus <= 0) return Number(`${digits}e${exponent}`);
  const unit = 10n ** BigInt(surplus);
  return Number(`${(digits + unit / 2n) / unit}e${exponent + surplus}`);
}

export function spaceLinearly(from: number, to: number, count: number): number[] {
  const { values, divisor } = spaceExactly(from, to, count);
  return values.map((value) => quotient(value, divisor));
}

/** One, in the whole numbers that stand for fractions; and the natural logarithm of 10. */
const ONE = 10n ** 40n;
const LN_10 = 23025850929940456840179914546843642076011n;

/** 10^x for a fraction x of 0 to 1. */
function tenTo(x: bigint): bigint {
  const power = (x * LN_10) / ONE;
  let sum = ONE;
  let term = ONE;
  for (let n = 1n; term > 0n; n += 1n) {
    term = (term * power) / ONE / n;
    sum += term;
  }
  return sum;
}

export function spaceByRatio(from: number, to: number, count: number): number[] {
  const { values, divisor } = spaceExactly(from, to, count);
  return values.map((value) => {
    const floor = value / divisor - (value % divisor < 0n ? 1n : 0n);
    const fraction = ((value - floor * divisor) * ONE) / divisor;
    return rounded(tenTo(fraction), Number(floor) - 40);
  });
}
