import { standInFor } from "./check-without-inputs.js";
import { placeInTemplate } from "./command-places.js";
import type { NodeCommand } from "./dsl/command.js";
import { JobSource } from "./dsl/job-source.js";
import { DefinitionThrew } from "./dsl/mistake.js";
import { emitProgramEntry } from "./emit/program-entry.js";
import { DigestCache } from "./format/content/digest-cache.js";
import { placeholdersOf, textOfPattern } from "./format/pattern.js";
import { bundleProgram, checkProgram, type LoadedDefinition, loadDefinition } from "./load/index.js";
import { chooseTarget } from "./plan/choose-target.js";
import type { Compilation } from "./plan/compilation.js";
import { completePlan } from "./plan/complete-plan.js";
import { paramTypes } from "./plan/param-types.js";
import { planJobs } from "./plan/plan-all-jobs.js";
import type { PlanMistake } from "./plan/plan-mistake.js";
import { resolveSwarm } from "./plan/resolve-swarm.js";
import type { SwarmPlan } from "./plan/swarm-plan.js";
import { type Problem, ProblemsFound } from "./problem/problem.js";
import { ProblemList } from "./problem/problem-list.js";
import { checkLines } from "./shell/check-lines.js";
import { type Enumeration, enumerateJobs } from "./survey/sources/enumerate-jobs.js";

function asProblem(loaded: LoadedDefinition, mistake: PlanMistake): Problem {
  const place = (mistake.template && placeInTemplate(loaded, mistake.template)) ?? loaded.placeOf(mistake.path);
  return { message: mistake.message, hint: mistake.hint, place };
}

async function bundleNodeProgram(
  loaded: LoadedDefinition,
  node: NodeCommand,
  { names, jobs }: Enumeration,
): Promise<string> {
  const { types, mistakes } = paramTypes(names, jobs);
  if (mistakes.length > 0) throw new ProblemsFound(mistakes.map((mistake) => asProblem(loaded, mistake)));
  const place = loaded.placeOfCall(node.stack) ?? loaded.placeOf(["command"]);
  await checkProgram(loaded.folder, node.path, place);
  return bundleProgram(loaded.folder, node.path, place, (path) => emitProgramEntry(path, names, types));
}

/**
 * Checks, bundles and evaluates a definition, and works out what it means on a target.
 *
 * @param file the path of `swarm.config.ts`
 * @param known names of checks that have found nothing wrong in the definition: none of them is made again
 * @param bundleOf where a target's bundle lies: its jobs stand in for those that cannot be found, since data are missing
 * @throws ProblemsFound with all that is wrong
 * @throws TargetUnclear
 */
export async function compile(
  file: string,
  target: string | undefined,
  known?: readonly string[],
  bundleOf?: (target: string) => string,
): Promise<Compilation> {
  const loaded = await loadDefinition(file, known);
  const { definition } = loaded;
  const targetName = chooseTarget(definition, target);
  try {
    const found = enumerateJobs(JobSource.said(definition.jobs), loaded.folder);
    const standIn = bundleOf && found.problems.length > 0 ? standInFor(found, bundleOf(targetName)) : undefined;
    const enumeration = standIn ?? found;
    const { code } = enumeration;
    const wrong = enumeration.problems.length > 0 || !code ? enumeration.problems : await checkLines(code);
    if (wrong.length > 0) {
      const at = loaded.placeOf(["jobs"]);
      throw new ProblemsFound(wrong.map((problem) => ({ ...problem, place: problem.place ?? at })));
    }
    const resolution = await resolveSwarm(
      definition,
      loaded.file.slice(loaded.folder.length + 1),
      loaded.folder,
      enumeration,
      targetName,
    );
    if (resolution.mistakes.length > 0) {
      const plan = completePlan(resolution.plan, definition, undefined);
      const problems = new ProblemList((path) => loaded.placeOf(path));
      // What is wrong with the jobs is worth knowing at the same time, if their paths can be worked out.
      if (knowsAllPlaceholders(plan))
        planJobs(
          { loaded, plan, enumeration, notes: [] },
          DigestCache.open(undefined),
          problems,
          () => {},
          undefined,
          !bundleOf,
        );
      throw new ProblemsFound([
        ...resolution.mistakes.map((mistake) => asProblem(loaded, mistake)),
        ...problems.listed(),
      ]);
    }
    const program = resolution.node && (await bundleNodeProgram(loaded, resolution.node, enumeration));
    const plan = completePlan(resolution.plan, definition, program);
    const notes = resolution.notes.map((note) => asProblem(loaded, note));
    const standsInFor = standIn ? { standsInFor: found.problems } : {};
    return { loaded, enumeration, plan, notes, parts: resolution.parts, ...standsInFor };
  } catch (error) {
    throw error instanceof DefinitionThrew ? new ProblemsFound([loaded.problemOf(error.cause)]) : error;
  }
}

/** Whether the paths of jobs can be worked out, whatever else is wrong. */
function knowsAllPlaceholders(plan: SwarmPlan): boolean {
  const patterns = [
    ...plan.inputs.flatMap(({ pattern, as = "" }) => [pattern, as]),
    ...plan.outputs.map(({ pattern }) => pattern),
    textOfPattern(plan.jobName ?? []),
  ];
  return patterns.flatMap(placeholdersOf).every((name) => plan.params.includes(name));
}
