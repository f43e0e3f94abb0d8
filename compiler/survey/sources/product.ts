import { CLASH_HINT } from "../../dsl/job-source.js";
import type { Params } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { again, type Source } from "./source.js";

function* combine(left: Iterable<Params>, right: Iterable<Params>): Generator<Params> {
  for (const first of left) for (const second of right) yield { ...first, ...second };
}

function clashes(what: string, left: readonly string[], right: readonly string[], hint: string): readonly Problem[] {
  const both = left.filter((name) => right.includes(name));
  if (both.length === 0) return [];
  return [{ message: `both sources have the ${what}${both.length > 1 ? "s" : ""} ${both.join(", ")}`, hint }];
}

/** `a.times(b)`: each job of the one with each of the other, whose jobs vary fastest. */
export function crossSources(left: Source, right: Source): Source {
  const names = [...left.names, ...right.names];
  const inputs = { ...left.inputs, ...right.inputs };
  const problems = [
    ...left.problems,
    ...right.problems,
    ...clashes("param", left.names, right.names, CLASH_HINT),
    ...clashes(
      "input",
      Object.keys(left.inputs ?? {}),
      Object.keys(right.inputs ?? {}),
      "give it another name in one of them",
    ),
  ];
  const { position = right.position, code = right.code, folder = right.folder } = left;
  return {
    names,
    jobs: problems.length > 0 ? [] : again(() => combine(left.jobs, right.jobs)),
    ...(left.count === undefined || right.count === undefined ? {} : { count: left.count * right.count }),
    problems,
    notes: [...left.notes, ...right.notes],
    empty: { message: "the swarm has no jobs" },
    inputs,
    ...(position === undefined ? {} : { position }),
    ...(code === undefined ? {} : { code }),
    ...(folder === undefined ? {} : { folder }),
  };
}
