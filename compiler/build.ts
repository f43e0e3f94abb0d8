import type { Compilation } from "./compile.js";
import { DefinitionThrew } from "./dsl/mistake.js";
import { BundleEmitter, type EmittedBundle } from "./emit/emit-bundle.js";
import type { JobPlan } from "./plan/swarm-plan.js";
import { planJobs } from "./plan-all-jobs.js";
import { ProblemsFound } from "./problem.js";
import { ProblemList } from "./problem-list.js";
import { DigestCache } from "./survey/digest-cache.js";

export interface BuildOptions {
  /** where the bundle goes */
  readonly folder: string;
  /** false: only compare with what is there */
  readonly write: boolean;
  /** where digests of large files are kept between builds */
  readonly digests: string | undefined;
  /** is told of each job */
  readonly onJob?: (job: JobPlan) => void;
}

/**
 * Surveys the data, plans the jobs and emits the bundle.
 *
 * @throws ProblemsFound with all that is wrong; then the bundle is as it was before
 */
export function build(compilation: Compilation, options: BuildOptions): EmittedBundle {
  const { loaded, plan } = compilation;
  const problems = new ProblemList(loaded);
  const cache = DigestCache.open(options.digests);
  const emitter = new BundleEmitter(plan, options.folder, options.write);
  try {
    planJobs(compilation, cache, problems, (job) => {
      emitter.add(job);
      options.onJob?.(job);
    });
    problems.check();
    const bundle = emitter.finish();
    if (options.write) cache.save();
    return bundle;
  } catch (error) {
    emitter.discard();
    throw error instanceof DefinitionThrew ? new ProblemsFound([loaded.problemOf(error.cause)]) : error;
  }
}
