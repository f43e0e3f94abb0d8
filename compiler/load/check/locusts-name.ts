import { closest } from "../../problem/closest.js";

/** What to do about a name that is almost that of Locusts: nobody here knows what bears it in a registry. */
export function meansLocusts(module: string): string | undefined {
  const isLike = closest(module, ["locusts"]) !== undefined || /^(@locusts?\/|locusts?\b)/i.test(module);
  return isLike ? 'did you mean "locusts"?' : undefined;
}
