/** A range as whole numbers of which `scale` make one: counting in them is exact. */
export interface ScaledRange {
  readonly from: number;
  readonly step: number;
  readonly steps: number;
  readonly scale: number;
}

/** How many decimals a number is written with. */
function decimalsOf(value: number): number {
  const [, fraction = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

/** The number without its decimal point, exactly; undefined if a double cannot hold that. */
function scaled(value: number, decimals: number): number | undefined {
  const whole = Number(`${value}e${decimals}`.replace(/e([+-]?\d+)e(\d+)$/, (_, a, b) => `e${Number(a) + Number(b)}`));
  return Number.isSafeInteger(whole) ? whole : undefined;
}

/**
 * A range in whole numbers, in which nothing is rounded; undefined if its numbers have too many
 * digits for that.
 */
export function scaleRange(from: number, to: number, step: number): ScaledRange | undefined {
  const decimals = Math.max(decimalsOf(from), decimalsOf(to), decimalsOf(step));
  if (decimals > 15) return undefined;
  const [start, end, distance] = [from, to, step].map((value) => scaled(value, decimals));
  if (start === undefined || end === undefined || distance === undefined) return undefined;
  return { from: start, step: distance, steps: Math.floor((end - start) / distance), scale: 10 ** decimals };
}

/** The numbers of a range, each as near to the decimal that is meant as a number can be. */
export function* countRange({ from, step, steps, scale }: ScaledRange): Generator<number> {
  for (let i = 0; i <= steps; i += 1) yield (from + i * step) / scale;
}
