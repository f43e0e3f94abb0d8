import type { Params } from "../format/pattern.js";
import type { Problem } from "../problem/problem.js";

/** Why a number cannot set a job apart; undefined if it can. */
function whyInexact(value: number): string | undefined {
  if (!Number.isFinite(value)) return `is ${value}, which is no number that a job could have`;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return `is ${value}, and whole numbers of that size are not kept exactly`;
  }
  return undefined;
}

/** The first number among the params that is not kept exactly: it may not be the one that was meant. */
export function findInexact(rows: Iterable<Params>): Problem | undefined {
  let row = 0;
  for (const params of rows) {
    row += 1;
    for (const [name, value] of Object.entries(params)) {
      const why = typeof value === "number" ? whyInexact(value) : undefined;
      if (why) {
        return {
          message: `the param ${name} of job ${row} ${why}`,
          hint: `write it as a text: ${name}: "…"`,
        };
      }
    }
  }
  return undefined;
}
