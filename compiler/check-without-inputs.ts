import { join } from "node:path";
import { emitLayout } from "./emit/layout.js";
import { emitManager } from "./emit/manager.js";
import { emitPilotScripts } from "./emit/pilot-scripts.js";
import { addAll } from "./format/add-all.js";
import { BUNDLE_FILES, type BundledJob, describedIn, readBundleDescription, readBundledJobs } from "./format/bundle.js";
import { DigestCache } from "./format/content/digest-cache.js";
import { textOf } from "./format/file-access.js";
import type { Params } from "./format/pattern.js";
import { withoutVersion } from "./format/version.js";
import type { Compilation } from "./plan/compilation.js";
import { planJobs } from "./plan/plan-all-jobs.js";
import type { JobPlan } from "./plan/swarm-plan.js";
import { ProblemList } from "./problem/problem-list.js";
import type { Enumeration } from "./survey/sources/enumerate-jobs.js";

/**
 * The jobs of a bundle in the place of those that cannot be found, since the files or tables that they come from are not
 * there; undefined if there is no bundle with these params.
 */
export function standInFor(found: Enumeration, folder: string): Enumeration | undefined {
  const description = describedIn(folder);
  if (!description) return undefined;
  const { params: names, inputs } = description;
  if (found.names.join("\t") !== names.join("\t")) return undefined;
  const looked = inputs.filter((input) => input.found).map(({ name }) => name);
  const given = Object.entries(found.inputs ?? {}).flatMap(([name, { foundAs }]) =>
    foundAs === undefined ? [] : [[foundAs, looked.indexOf(name)] as const],
  );
  const jobs = function* (): Generator<Params> {
    for (const job of readBundledJobs(folder, description)) {
      const own = names.map((name, i) => [name, job.params[i] as string] as const);
      const paths = given.map(([name, i]) => [name, job.sources?.[i] ?? ""] as const);
      yield Object.fromEntries([...own, ...paths]);
    }
  };
  return { ...found, jobs: { [Symbol.iterator]: jobs }, problems: [], notes: [] };
}

/** Plans the jobs as if all inputs were there. @throws ProblemsFound @returns how many there are */
export function planWithoutInputs(compilation: Compilation, onJob: (job: JobPlan) => void = () => {}): number {
  const problems = new ProblemList((path) => compilation.loaded.placeOf(path));
  let count = 0;
  const each = (job: JobPlan) => {
    count += 1;
    onJob(job);
  };
  planJobs(compilation, DigestCache.open(undefined), problems, each, undefined, false);
  problems.check();
  return count;
}

/** What of a bundle is not as the definition says, as far as that can be told without any input. */
interface Outdated {
  /** files of the bundle that differ */
  readonly files: readonly string[];
  /** jobs that are in one of both alone, or have other params or paths */
  readonly jobs: readonly string[];
  readonly total: number;
}

/** Compares a bundle with what the definition would make, but for keys, uploads and the tree. @throws ProblemsFound */
export function compareWithoutInputs(compilation: Compilation, folder: string): Outdated {
  const { plan } = compilation;
  const description = readBundleDescription(folder);
  const texts: Readonly<Record<string, string>> = {
    // What follows from the inputs' sizes is taken to be as it was.
    [BUNDLE_FILES.manager]: emitManager(plan, description.needs?.byJob),
    ...emitPilotScripts(plan),
    [BUNDLE_FILES.layout]: emitLayout(plan),
    ...(plan.program === undefined || compilation.standsInFor ? {} : { [BUNDLE_FILES.program]: plan.program }),
  };
  const plain = (text: string) => withoutVersion(text.replaceAll("\r\n", "\n"));
  const files = Object.entries(texts).flatMap(([file, text]) =>
    plain(textOf(join(folder, file)) ?? "") === plain(text) ? [] : [file],
  );
  const valuesOf = (job: Pick<BundledJob, "params" | "outputs">, inputs: readonly string[]) =>
    [...job.params, ...inputs, ...job.outputs].join("\t");
  const known = new Map<string, string>();
  for (const job of readBundledJobs(folder, description)) known.set(job.name, valuesOf(job, job.inputs));
  const jobs: string[] = [];
  const total = planWithoutInputs(compilation, (job) => {
    const values = job.inputs.map(({ path }) => path);
    if (known.get(job.name) !== valuesOf(job, values)) jobs.push(job.name);
    known.delete(job.name);
  });
  addAll(jobs, known.keys());
  return { files: jobs.length > 0 ? [...files, BUNDLE_FILES.jobs] : files, jobs, total };
}
