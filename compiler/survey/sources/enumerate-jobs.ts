import type { SaidJobs } from "../../dsl/job-source.js";
import { callDefinition } from "../../dsl/mistake.js";
import { formatNumber } from "../../format/amounts.js";
import type { Params } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { surveySource } from "./index.js";
import { crossSources } from "./product.js";
import { again, type Source } from "./source.js";

export type Enumeration = Omit<Source, "empty">;

function* filtered(jobs: Iterable<Params>, filters: SaidJobs["filters"]): Generator<Params> {
  const keeps = (params: Params) => filters.every((keep) => keep(params as never));
  for (const params of jobs) if (callDefinition(() => keeps(params))) yield params;
}

/** Of more, a number is a slip rather than meant; to write down so many takes half an hour. */
const MOST_JOBS = 100_000_000;

function whyTooMany({ count = 0 }: Source): readonly Problem[] {
  if (count <= MOST_JOBS) return [];
  return [
    {
      message: `these are ${formatNumber(count)} jobs, and a swarm has at most ${formatNumber(MOST_JOBS)}`,
      hint: "is one of the numbers too large? Let each job do more than one of these",
    },
  ];
}

/** Why there are no jobs, where there are none. */
function whyNone(source: Source, jobs: Iterable<Params>): readonly Problem[] {
  for (const _ of jobs) return [];
  let before = 0;
  for (const _ of source.jobs) before += 1;
  if (before === 0) return [source.empty];
  return [
    {
      message: `the swarm has no jobs: the filter keeps none of the ${before} that there are`,
      hint: "look at what it compares: params of files, and of tables without types, are texts",
    },
  ];
}

/** What a source, or several crossed ones, come to, with their filters. */
function survey({ source, filters }: SaidJobs, folder: string): Source {
  const found =
    source.kind === "product"
      ? source.factors.map((factor) => survey(factor, folder)).reduce(crossSources)
      : surveySource(source, folder);
  const jobs = filters.length > 0 ? again(() => filtered(found.jobs, filters)) : found.jobs;
  const tooMany = whyTooMany(found);
  if (tooMany.length > 0) return { ...found, jobs: [], problems: [...found.problems, ...tooMany] };
  const problems = found.problems.length > 0 ? found.problems : whyNone(found, jobs);
  if (filters.length === 0) return { ...found, jobs, problems };
  const { count: _, ...rest } = found;
  return { ...rest, jobs, problems };
}

/** The params of each job, in order; no input's content is read. @throws DefinitionThrew what a filter throws */
export function enumerateJobs(said: SaidJobs, folder: string): Enumeration {
  const { empty: _, ...enumeration } = survey(said, folder);
  return enumeration;
}
