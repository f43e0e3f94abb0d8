import { join } from "node:path";
import type { NodeCommand } from "./dsl/command.js";
import { DefinitionMistake } from "./dsl/mistake.js";
import { fillPattern } from "./dsl/placeholders.js";
import { BundleEmitter, type EmittedBundle } from "./emit/emit-bundle.js";
import { emitProgramEntry } from "./emit/program-entry.js";
import { bundleProgram, type LoadedDefinition, loadDefinition } from "./load/index.js";
import { Repetitions } from "./plan/collisions.js";
import { type InputContent, JobPlanner } from "./plan/plan-jobs.js";
import {
  type AnyDefinition,
  asPlanMistake,
  completePlan,
  type DefinitionPath,
  type PlanMistake,
  resolveSwarm,
} from "./plan/resolve-swarm.js";
import type { JobPlan, SwarmPlan } from "./plan/swarm-plan.js";
import { type Place, type Problem, ProblemsFound } from "./problem.js";
import { type Content, surveyContent } from "./survey/content.js";
import { DigestCache } from "./survey/digest-cache.js";
import { type Enumeration, enumerateJobs } from "./survey/enumerate-jobs.js";

/** More problems with jobs than this are counted, not listed. */
const MOST_PROBLEMS = 20;

/** A definition that is known to be good, but for its data. */
export interface Compilation {
  readonly loaded: LoadedDefinition;
  readonly plan: SwarmPlan;
  readonly enumeration: Enumeration;
}

/** The targets that a definition has, when the one to use cannot be told. */
export class TargetUnclear extends Error {
  override readonly name = "TargetUnclear";
}

/**
 * Which target is meant: the one that was named, else the only one, else the one called `local`.
 *
 * @throws TargetUnclear with the names to choose from
 */
export function chooseTarget(definition: AnyDefinition, wanted: string | undefined): string {
  const names = Object.keys(definition.targets ?? {});
  const listed = names.join(", ");
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new TargetUnclear(`there is no target "${wanted}"; this swarm's targets are ${listed || "(none)"}`);
  }
  if (names.length === 1) return names[0] as string;
  if (names.includes("local")) return "local";
  throw new TargetUnclear(
    names.length === 0
      ? "the swarm has no targets; give it one: targets: { local: local() }"
      : `the swarm has several targets; choose one with --target: ${listed}`,
  );
}

/** Maps a place in the text of an `sh` template to one in the source, which has two escapes more. */
function placeInTemplate(loaded: LoadedDefinition, at: NonNullable<PlanMistake["template"]>): Place | undefined {
  const quasi = loaded.templateOf(at.stack)?.quasis[at.piece];
  if (!quasi) return undefined;
  let offset = 0;
  let { line, column } = quasi.place;
  for (let i = 0; i < quasi.raw.length; i += 1) {
    const escaped = /^\\(`|\$\{)/.test(quasi.raw.slice(i, i + 3));
    if (!escaped && offset >= at.offset) break;
    if (!escaped) offset += 1;
    if (quasi.raw[i] === "\n") {
      line += 1;
      column = 1;
    } else column += 1;
  }
  return { file: quasi.place.file, line, column };
}

function asProblem(loaded: LoadedDefinition, mistake: PlanMistake): Problem {
  const place = (mistake.template && placeInTemplate(loaded, mistake.template)) ?? loaded.placeOf(mistake.path);
  return { message: mistake.message, hint: mistake.hint, place };
}

async function bundleNodeProgram(
  loaded: LoadedDefinition,
  node: NodeCommand,
  plan: Pick<SwarmPlan, "params">,
  types: Readonly<Record<string, string>>,
): Promise<string> {
  const place = loaded.placeOfCall(node.stack) ?? loaded.placeOf(["command"]);
  return bundleProgram(loaded.folder, node.path, place, (path) => emitProgramEntry(path, plan.params, types));
}

/** The types of the first job's params stand for those of all. */
function paramTypes(enumeration: Enumeration): Readonly<Record<string, string>> {
  for (const params of enumeration.jobs) {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, typeof value]));
  }
  return {};
}

/**
 * Checks, bundles and evaluates a definition, and works out what it means on a target.
 *
 * @param file the path of `swarm.config.ts`
 * @throws ProblemsFound with all that is wrong
 * @throws TargetUnclear
 */
export async function compile(file: string, target: string | undefined): Promise<Compilation> {
  const loaded = await loadDefinition(file);
  const definition = loaded.definition as AnyDefinition;
  const targetName = chooseTarget(definition, target);
  const fail = (mistakes: readonly PlanMistake[]) =>
    new ProblemsFound(mistakes.map((mistake) => asProblem(loaded, mistake)));
  try {
    const enumeration = enumerateJobs(definition.jobs, loaded.folder);
    if (enumeration.problems.length > 0) {
      const at = loaded.placeOf(["jobs"]);
      throw new ProblemsFound(enumeration.problems.map((problem) => ({ ...problem, place: problem.place ?? at })));
    }
    const resolution = await resolveSwarm(
      definition,
      loaded.file.slice(loaded.folder.length + 1),
      enumeration.names,
      targetName,
    );
    if (resolution.mistakes.length > 0) throw fail(resolution.mistakes);
    const program =
      resolution.node && (await bundleNodeProgram(loaded, resolution.node, resolution.plan, paramTypes(enumeration)));
    return { loaded, enumeration, plan: completePlan(resolution.plan, definition, program) };
  } catch (error) {
    const mistake = asPlanMistake(error);
    throw mistake ? fail([mistake]) : error;
  }
}

/** Collects what is wrong with jobs, of which there may be very many. */
class ProblemList {
  readonly problems: Problem[] = [];
  #more = 0;

  constructor(readonly loaded: LoadedDefinition) {}

  readonly add = (path: DefinitionPath, message: string, hint?: string): void => {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ message, hint, place: this.loaded.placeOf(path) });
    else this.#more += 1;
  };

  /** @throws ProblemsFound if anything was added */
  check(): void {
    if (this.problems.length === 0) return;
    const more = this.#more > 0 ? [{ message: `and ${this.#more} more of these` }] : [];
    throw new ProblemsFound([...this.problems, ...more]);
  }
}

/** Inputs that many jobs share are looked at once. */
function rememberShared(
  plan: SwarmPlan,
  folder: string,
  cache: DigestCache,
): (source: string) => InputContent | undefined {
  const known = new Map<string, Content | undefined>();
  const look = (source: string) => surveyContent(source.startsWith("/") ? source : join(folder, source), cache);
  const repeated = plan.inputs.some((input) => input.shared || input.parts.every((part) => "text" in part));
  if (!repeated) return look;
  const few = 10_000;
  return (source) => {
    if (known.has(source)) return known.get(source);
    const content = look(source);
    if (known.size < few) known.set(source, content);
    return content;
  };
}

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
  const { loaded, plan, enumeration } = compilation;
  const problems = new ProblemList(loaded);
  const cache = DigestCache.open(options.digests);
  const emitter = new BundleEmitter(plan, options.folder, options.write);
  try {
    const planner = new JobPlanner(plan, rememberShared(plan, loaded.folder, cache), problems.add);
    const repetitions = new Repetitions();
    let count = 0;
    for (const params of enumeration.jobs) {
      count += 1;
      const job = planner.plan(params);
      if (!job) continue;
      repetitions.add(`job ${job.name}`);
      // Two paths that differ in the case of letters alone are one file on some file systems.
      for (const output of job.outputs) repetitions.add(`path ${output.toLowerCase()}`);
      emitter.add(job);
      options.onJob?.(job);
    }
    if (count === 0) {
      problems.add(
        ["jobs"],
        "the swarm has no jobs",
        "look at the pattern, the list or the filter that they come from",
      );
    }
    if (repetitions.any) reportRepetitions(compilation, repetitions, problems);
    problems.check();
    const bundle = emitter.finish();
    if (options.write) cache.save();
    return bundle;
  } catch (error) {
    emitter.discard();
    const mistake = error instanceof DefinitionMistake ? asPlanMistake(error) : undefined;
    throw mistake ? new ProblemsFound([asProblem(loaded, mistake)]) : error;
  }
}

/** Names the jobs that have the same name, or write the same path; a second look, in the rare case. */
function reportRepetitions({ plan, enumeration }: Compilation, repetitions: Repetitions, problems: ProblemList): void {
  const names = new Map<string, number>();
  const writers = new Map<string, string>();
  let number = 0;
  for (const params of enumeration.jobs) {
    number += 1;
    const name = plan.params
      .map((param) => (plan.params.length === 1 ? "" : `${param}=`) + String(params[param]))
      .join(",");
    if (repetitions.isSuspect(`job ${name}`)) {
      const first = names.get(name);
      if (first !== undefined) {
        problems.add(["jobs"], `jobs ${first} and ${number} have the same params: ${name}`, "leave one of them out");
        continue;
      }
      names.set(name, number);
    }
    for (const output of plan.outputs) {
      const path = fillPattern(output.parts, params);
      if (!repetitions.isSuspect(`path ${path.toLowerCase()}`)) continue;
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
