import type { JobSource } from "../../dsl/jobs.js";
import { callDefinition } from "../../dsl/mistake.js";
import type { Params } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { surveySource } from "./index.js";
import { again, type Source } from "./source.js";

export type Enumeration = Omit<Source, "empty">;

function* filtered(jobs: Iterable<Params>, filters: readonly ((params: never) => boolean)[]): Generator<Params> {
  const keeps = (params: Params) => filters.every((keep) => keep(params as never));
  for (const params of jobs) if (callDefinition(() => keeps(params))) yield params;
}

function countOf(jobs: Iterable<unknown>): number {
  let count = 0;
  for (const _ of jobs) count += 1;
  return count;
}

/** Why there are no jobs, where there are none. */
function whyNone(source: Source, jobs: Iterable<Params>): readonly Problem[] {
  for (const _ of jobs) return [];
  const before = countOf(source.jobs);
  if (before === 0) return [source.empty];
  return [
    {
      message: `the swarm has no jobs: the filter keeps none of the ${before} that there are`,
      hint: "look at what it compares: params of files, and of tables without types, are texts",
    },
  ];
}

/** The params of each job, in order; no input's content is read. @throws DefinitionThrew what a filter throws */
export function enumerateJobs(source: JobSource<unknown>, folder: string): Enumeration {
  const found = surveySource(source.source, folder);
  const { names, notes, position, code } = found;
  const jobs = source.filters.length > 0 ? again(() => filtered(found.jobs, source.filters)) : found.jobs;
  const problems = found.problems.length > 0 ? found.problems : whyNone(found, jobs);
  return { names, jobs, problems, notes, ...(position ? { position } : {}), ...(code ? { code } : {}) };
}
