import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Content, surveyContent } from "../format/content/digest.js";
import type { DigestCache } from "../format/content/digest-cache.js";
import { UnusableInput } from "../format/content/input-entries.js";
import { cleanSource } from "../format/delivery.js";
import { isInOwnFolder } from "../format/own-folders.js";
import { fillPattern } from "../format/pattern.js";
import { isWithin } from "../format/within.js";
import type { Problem } from "../problem/problem.js";
import { ProblemList } from "../problem/problem-list.js";
import { hintForMissing } from "../survey/missing-path.js";
import { Repetitions } from "../survey/repetitions.js";
import { NestedPaths } from "./collisions.js";
import type { Compilation } from "./compilation.js";
import { NeedsPlanner } from "./job-needs.js";
import { JobPlanner, NO_CONTENT, nameJob } from "./plan-jobs.js";
import { reportNested, reportRepetitions } from "./report-collisions.js";
import type { JobPlan, SwarmPlan } from "./swarm-plan.js";

/** Looks at an input; what each deploy writes to would be another one after it. */
function look(source: string, folder: string, cache: DigestCache): Content | undefined {
  const path = resolve(folder, source);
  const isOwn = dirname(path) === folder && isInOwnFolder(folder, path);
  if (!isOwn && !isWithin(path, folder)) return surveyContent(path, cache);
  const why = isOwn
    ? "is a folder that each deploy changes"
    : "holds the definition's own folder, with results/, bundle/ and .locusts/, which each deploy changes";
  const hint = "name the files and folders of it that the jobs need; for most of it: environment.tree, or inPlace(…)";
  throw new UnusableInput([{ path, why, hint }]);
}

/** Inputs that many jobs share are looked at once. */
function rememberShared<T>(plan: SwarmPlan, lookAt: (source: string) => T): (source: string) => T {
  const known = new Map<string, T>();
  const repeated = plan.inputs.some((input) => input.shared || input.parts.every((part) => "text" in part));
  if (!repeated) return lookAt;
  const few = 10_000;
  return (source) => {
    if (known.has(source)) return known.get(source) as T;
    const found = lookAt(source);
    if (known.size < few) known.set(source, found);
    return found;
  };
}

function* inputsOfAll({ plan, enumeration }: Compilation): Generator<string> {
  for (const params of enumeration.jobs) {
    for (const { parts } of plan.inputs) yield cleanSource(fillPattern(parts, params));
  }
}

/**
 * Plans the jobs, and reports what is wrong with any.
 *
 * @param tree the digest of the tree that they run in, if any
 * @param looks false: inputs are taken to be there, and not looked at
 * @returns what is worth knowing of them
 */
export function planJobs(
  compilation: Compilation,
  cache: DigestCache,
  problems: ProblemList,
  onJob: (job: JobPlan) => void,
  tree?: string | undefined,
  looks = true,
): readonly Problem[] {
  const { plan, loaded, enumeration } = compilation;
  const { folder } = loaded;
  const inputs = {
    look: looks ? rememberShared(plan, (source) => look(source, folder, cache)) : () => NO_CONTENT,
    isThere: looks ? rememberShared(plan, (source) => existsSync(resolve(folder, source))) : () => true,
    hintForMissing: (source: string) => hintForMissing(folder, source, () => inputsOfAll(compilation)),
  };
  // Without inputs their sizes are not known, nor what follows from them.
  const needs = plan.byJob && looks ? new NeedsPlanner(loaded.definition, plan) : undefined;
  const notes = new ProblemList(problems.placeOf);
  const planner = new JobPlanner(plan, inputs, problems.add, notes.add, tree, needs);
  const repetitions = new Repetitions();
  const nested = new NestedPaths(repetitions.marks);
  for (const params of enumeration.jobs) {
    repetitions.add(`\0${nameJob(plan, params)}`);
    // Two paths that differ in the case of letters alone are one file on some file systems.
    for (const output of plan.outputs) {
      const path = fillPattern(output.parts, params).toLowerCase();
      repetitions.add(path);
      nested.add(path);
    }
    const job = planner.plan(params);
    if (job) onJob(job);
  }
  if (repetitions.any) reportRepetitions(compilation, repetitions, problems);
  if (nested.any) reportNested(compilation, nested, problems);
  return notes.listed();
}
