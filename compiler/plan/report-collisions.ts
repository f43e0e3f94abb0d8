import { fillPattern } from "../format/pattern.js";
import type { ProblemList } from "../problem/problem-list.js";
import { foldersAround, type NestedPaths, type Repetitions } from "./collisions.js";
import type { Compilation } from "./compilation.js";
import { nameJob } from "./plan-jobs.js";

/** Names the jobs that have the same name, or write the same path; a second look, in the rare case. */
export function reportRepetitions(
  { plan, enumeration }: Compilation,
  repetitions: Repetitions,
  problems: ProblemList,
): void {
  const names = new Map<string, number>();
  const writers = new Map<string, string>();
  let number = 0;
  for (const params of enumeration.jobs) {
    number += 1;
    const name = nameJob(plan, params);
    if (repetitions.isSuspect(`\0${name}`)) {
      const first = names.get(name);
      if (first !== undefined) {
        problems.add(["jobs"], `jobs ${first} and ${number} have the same params: ${name}`, "leave one of them out");
        continue;
      }
      names.set(name, number);
    }
    for (const output of plan.outputs) {
      const path = fillPattern(output.parts, params);
      if (!repetitions.isSuspect(path.toLowerCase())) continue;
      const other = writers.get(path.toLowerCase());
      if (other === undefined) writers.set(path.toLowerCase(), name);
      else if (other !== name) {
        problems.add(
          ["outputs", output.name],
          `the jobs ${other} and ${name} both write ${path}`,
          "put into the pattern what sets them apart; the case of letters alone does not on every disk",
        );
      }
    }
  }
}

/** Names the outputs that would lie within others. Two of one job have been reported already. */
export function reportNested({ plan, enumeration }: Compilation, nested: NestedPaths, problems: ProblemList): void {
  const writers = new Map<string, string>();
  const through = new Map<string, { readonly job: string; readonly path: string; readonly output: string }>();
  const report = (inner: { readonly job: string; readonly path: string; readonly output: string }, outer: string) => {
    const job = writers.get(outer) as string;
    if (job === inner.job) return;
    problems.add(
      ["outputs", inner.output],
      `the output ${inner.path} of the job ${inner.job} would lie within ${outer}, which the job ${job} writes`,
      "give the two places of their own: a file cannot be a folder, and a folder is collected as a whole",
    );
  };
  for (const params of enumeration.jobs) {
    const job = nameJob(plan, params);
    for (const output of plan.outputs) {
      const path = fillPattern(output.parts, params);
      const folded = path.toLowerCase();
      const inner = { job, path, output: output.name };
      if (nested.isSuspect(folded)) {
        writers.set(folded, job);
        const met = through.get(folded);
        if (met) report(met, folded);
      }
      for (const folder of foldersAround(folded)) {
        if (!nested.isSuspect(folder)) continue;
        if (writers.has(folder)) report(inner, folder);
        else if (!through.has(folder)) through.set(folder, inner);
      }
    }
  }
}
