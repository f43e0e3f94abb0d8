import { join } from "node:path";
import { DefinitionThrew } from "./dsl/mistake.js";
import { BundleEmitter, type EmittedBundle } from "./emit/emit-bundle.js";
import { formatWalltime } from "./format/amounts.js";
import type { BundledTreeEntry } from "./format/bundle.js";
import { DigestCache } from "./format/content/digest-cache.js";
import { MACHINERY_FOLDER } from "./format/machinery.js";
import type { Compilation } from "./plan/compilation.js";
import { lostShare } from "./plan/pilot-time.js";
import { planJobs } from "./plan/plan-all-jobs.js";
import { nodeHoursOf } from "./plan/resolve-target.js";
import type { JobPlan } from "./plan/swarm-plan.js";
import { type Problem, ProblemsFound } from "./problem/problem.js";
import { ProblemList } from "./problem/problem-list.js";
import { takeTree } from "./tree/take-tree.js";

export interface BuildOptions {
  /** where the bundle goes */
  readonly folder: string;
  /** where the machinery goes, which the bundles of all targets share; unless it is said, into the bundle's folder */
  readonly machinery?: string;
  /** false: only compare with what is there */
  readonly write: boolean;
  /** where digests of large files are kept between builds */
  readonly digests: string | undefined;
  readonly onJob?: (job: JobPlan) => void;
  /** is told of each entry of the tree that is selected, in the order of `tree.tsv` */
  readonly onTreeEntry?: (entry: BundledTreeEntry) => void;
}

export interface Built extends EmittedBundle {
  /** what people should know, and is no mistake */
  readonly notes: readonly Problem[];
}

/** Jobs that take so much of a pilot's time that much of it is lost. */
function reviewTime({ loaded, plan }: Compilation): Problem[] {
  const { pilots } = plan.target;
  const lost = pilots && plan.timeSeconds > 0 ? lostShare(pilots, plan.timeSeconds) : 0;
  if (!pilots || lost === 0) return [];
  const hours = nodeHoursOf(pilots);
  const [time, walltime] = [plan.timeSeconds, pilots.walltimeSeconds].map(formatWalltime);
  return [
    {
      message: `jobs of up to ${time} in pilots of ${walltime}: where they take as long as that, ${Math.round(lost * 100)} % of each pilot's time is lost, up to ${Math.round(hours * lost * 10) / 10} of ${hours} node-hours`,
      hint: "raise walltime to several times what a job takes, or lower limits.time to what it needs",
      place: loaded.placeOf(["limits", "time"]),
    },
  ];
}

/** Surveys the data, plans the jobs and emits the bundle. @throws ProblemsFound; then the bundle is as it was before */
export function build(compilation: Compilation, options: BuildOptions): Built {
  const { loaded, plan } = compilation;
  const problems = new ProblemList((path) => loaded.placeOf(path));
  const cache = DigestCache.open(options.digests);
  const emitter = new BundleEmitter(
    plan,
    options.folder,
    options.machinery ?? join(options.folder, MACHINERY_FOLDER),
    options.write,
  );
  try {
    const notes =
      plan.tree && plan.tree.mode !== "inPlace"
        ? takeTree(plan.tree, loaded.folder, cache, problems, (entry) => {
            emitter.addToTree(entry);
            options.onTreeEntry?.(entry);
          })
        : [];
    const tree = emitter.finishTree();
    const onJob = (job: JobPlan) => {
      emitter.add(job);
      options.onJob?.(job);
    };
    const jobNotes = planJobs(compilation, cache, problems, onJob, tree?.digest);
    problems.check();
    const bundle = emitter.finish();
    if (options.write) cache.save();
    const sourceNotes = compilation.enumeration.notes.map((note) => ({
      ...note,
      place: note.place ?? loaded.placeOf(["jobs"]),
    }));
    return {
      ...bundle,
      notes: [...sourceNotes, ...compilation.notes, ...notes, ...jobNotes, ...reviewTime(compilation)],
    };
  } catch (error) {
    emitter.discard();
    throw error instanceof DefinitionThrew ? new ProblemsFound([loaded.problemOf(error.cause)]) : error;
  }
}
