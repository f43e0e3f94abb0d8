import { fillPattern, type Params, textOfPattern } from "../format/pattern.js";
import { foldersAround } from "../format/within.js";
import type { ProblemList } from "../problem/problem-list.js";
import type { Repetitions } from "../survey/repetitions.js";
import type { NestedPaths } from "./collisions.js";
import type { Compilation } from "./compilation.js";
import { nameJob } from "./plan-jobs.js";
import type { OutputPlan, SwarmPlan } from "./swarm-plan.js";

/** Two jobs that are called the same: each by all of its params. */
function reportName(plan: SwarmPlan, first: Params, second: Params, numbers: string, problems: ProblemList): void {
  const name = nameJob(plan, second);
  const [one, other] = [first, second].map((params) => nameJob({ ...plan, jobName: undefined }, params));
  const differs = plan.params.find((param) => String(first[param]) !== String(second[param]));
  if (differs === undefined) {
    const shared = { kind: "same params", job: name };
    problems.add(["jobs"], `jobs ${numbers} have the same params: ${one}`, "leave one of them out", shared);
    return;
  }
  const shared = { kind: "same name", job: name };
  if (!plan.jobName || one === other) {
    const hint = `call them otherwise, as in jobName: "${plan.params.map((param) => `{${param}}`).join(".")}"`;
    problems.add(["jobs"], `jobs ${numbers} have other params, and are both called ${name}`, hint, shared);
    return;
  }
  if (plan.jobName.every((part) => "text" in part)) return; // that is told by itself
  const hint = `put in what sets them apart, as in "${textOfPattern(plan.jobName)}_{${differs}}"`;
  problems.add(["jobName"], `the jobs ${one} and ${other} are both called ${name}`, hint, shared);
}

/** Names the jobs that have the same name, or write the same path; a second look, in the rare case. */
export function reportRepetitions(
  { plan, enumeration }: Compilation,
  repetitions: Repetitions,
  problems: ProblemList,
): void {
  const names = new Map<string, { readonly number: number; readonly params: Params }>();
  const writers = new Map<string, { readonly job: string; readonly path: string }>();
  let number = 0;
  for (const params of enumeration.jobs) {
    number += 1;
    const name = nameJob(plan, params);
    if (repetitions.isSuspect(`\0${name}`)) {
      const first = names.get(name);
      if (first) {
        reportName(plan, first.params, params, `${first.number} and ${number}`, problems);
        continue;
      }
      names.set(name, { number, params });
    }
    for (const output of plan.outputs) {
      const path = fillPattern(output.parts, params);
      if (!repetitions.isSuspect(path.toLowerCase())) continue;
      const other = writers.get(path.toLowerCase());
      if (other === undefined) writers.set(path.toLowerCase(), { job: name, path });
      else if (other.job !== name) {
        const what = other.path === path ? `both write ${path}` : `write ${other.path} and ${path}`;
        problems.add(
          ["outputs", output.name],
          `the jobs ${other.job} and ${name} ${what}`,
          hintForShared(plan, output),
          { kind: "same path", job: name },
        );
      }
    }
  }
}

/** What would give each job an output of its own. */
function hintForShared({ params }: SwarmPlan, { pattern }: OutputPlan): string {
  const missing = params.filter((param) => !pattern.includes(`{${param}}`));
  if (missing.length === 0) return "the case of letters alone does not set paths apart on every disk";
  const ending = /(?<=[^/])\.[^/]*$/.exec(pattern)?.[0] ?? "";
  const stem = pattern.slice(0, pattern.length - ending.length);
  return `put into the pattern what sets them apart, as in "${stem}_${missing.map((param) => `{${param}}`).join("_")}${ending}"`;
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
      { kind: "nested", job: inner.job },
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
