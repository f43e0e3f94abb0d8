import { DefinitionMistake } from "../dsl/mistake.js";
import type { Place, Problem } from "../problem/problem.js";
import { impureGlobal } from "./check/impure.js";

export interface ErrorPlaces {
  /** the place of a part of the definition, as `["inputs", "first"]`, or of the nearest part around it that is written */
  placeOf(path: readonly (string | number)[]): Place;
  /** the place of the `sh` template or `node()` call that captured this stack */
  placeOfCall(stack: string): Place | undefined;
}

/** An error that the definition threw when it was evaluated, or when one of its functions was called. */
export function problemOfError(error: unknown, places: ErrorPlaces): Problem {
  const stack = stackOf(error);
  const thrownAt = places.placeOfCall(stack);
  if (error instanceof DefinitionMistake) {
    const swarm = places.placeOf([]);
    const inTheWhole = !thrownAt || (thrownAt.file === swarm.file && thrownAt.line === swarm.line);
    const place = inTheWhole ? places.placeOf(error.path) : thrownAt;
    return { message: error.message, place, hint: error.hint };
  }
  const place = thrownAt ?? places.placeOf([]);
  const message = messageOf(error);
  const missing = /^(\w+) is not defined$/.exec(message)?.[1];
  const impurity = missing === undefined ? undefined : impureGlobal(missing);
  if (impurity) return { ...impurity, place };
  if (/^Code generation from strings disallowed/.test(message)) return { ...(impureGlobal("eval") as Problem), place };
  return { message: `the definition failed when it was evaluated: ${message}`, place };
}

// Errors from the definition's own context are no instances of this context's Error.
function stackOf(error: unknown): string {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  return typeof stack === "string" ? stack : "";
}

function messageOf(error: unknown): string {
  const message = (error as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : `it threw ${String(error)}`;
}
