import type { Params } from "../format/pattern.js";
import type { PlanMistake } from "./plan-mistake.js";

/** The types that each param has in some job, as `typeof` says them. */
export type ParamTypes = ReadonlyMap<string, ReadonlySet<string>>;

/** The type that a text is taken for where its param has values of that type, too. */
function looksLike(text: string): "number" | "boolean" | undefined {
  if (text === "true" || text === "false") return "boolean";
  return String(Number(text)) === text ? "number" : undefined;
}

/**
 * The types of a program's params. It gets their values as texts: where a param has several types, a text that looks
 * like a value of another one is a mistake.
 */
export function paramTypes(
  names: readonly string[],
  jobs: Iterable<Params>,
): { readonly types: ParamTypes; readonly mistakes: readonly PlanMistake[] } {
  const types = new Map(names.map((name) => [name, new Set<string>()]));
  const unclear = new Map<string, string>();
  for (const params of jobs) {
    for (const [name, has] of types) {
      const value = params[name];
      has.add(typeof value);
      if (typeof value !== "string") continue;
      const like = looksLike(value);
      if (like && !unclear.has(`${name} ${like}`)) unclear.set(`${name} ${like}`, value);
    }
  }
  const mistakes = names.flatMap((name) =>
    ["number", "boolean"].flatMap((type) => {
      const text = unclear.get(`${name} ${type}`);
      if (text === undefined || !types.get(name)?.has(type)) return [];
      return {
        path: ["jobs"],
        message: `the param ${name} is the text "${text}" in a job and a ${type} in another: a program cannot tell "${text}" from ${text}`,
        hint: `make it a ${type} in all jobs, or a text in all`,
      };
    }),
  );
  return { types, mistakes };
}
