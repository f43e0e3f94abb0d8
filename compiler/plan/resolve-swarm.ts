import { type Command, lineCommand, type NodeCommand, Reference, type ShellPart } from "../dsl/command.js";
import type { Environment, RetryCause } from "../dsl/environment.js";
import { callDefinition } from "../dsl/mistake.js";
import type { Limits, Resources } from "../dsl/needs.js";
import { outputSpec } from "../dsl/outputs.js";
import { type AnyDefinition, referencesOf } from "../dsl/swarm.js";
import type { Target } from "../dsl/targets.js";
import type { Duration } from "../dsl/units.js";
import { dataTables } from "../format/data-columns.js";
import type { ByJob, Needs } from "../format/needs.js";
import { parsePattern, placeholdersOf } from "../format/pattern.js";
import { isReserved, RESERVED_RESULTS, RESULT_TABLES } from "../format/results.js";
import { isWithin } from "../format/within.js";
import type { DefinitionPath, ReportMistake } from "../problem/problem.js";
import { findLastProgram } from "../shell/last-program.js";
import type { ShellAround } from "../shell/template.js";
import type { Enumeration } from "../survey/sources/enumerate-jobs.js";
import { whyOutside } from "../tree/place-output.js";
import { resolveFolder, resolveTree } from "../tree/resolve-tree.js";
import type { TreePlan } from "../tree/tree-plan.js";
import { isByJob, LEAST_NEEDS, LONGER_PILOTS, readResources, readTime, whatLacks, whyTooLong } from "./job-needs.js";
import { resolveChecks } from "./output-checks.js";
import type { PlanMistake } from "./plan-mistake.js";
import { OptionReader } from "./read-options.js";
import { refuseVariable } from "./refuse-variable.js";
import { resolveInputs } from "./resolve-inputs.js";
import { resolveTarget } from "./resolve-target.js";
import { reviewContainer } from "./review-container.js";
import { reviewOutputs, reviewPath } from "./review-outputs.js";
import { commandAround } from "./shell-surroundings.js";
import { ShellTexts } from "./shell-texts.js";
import { type InputPlan, jobVariables, type OutputPlan, type SwarmPlan, type TargetPlan } from "./swarm-plan.js";
import { checkTargetNames } from "./target-names.js";
import { threadVariables } from "./thread-variables.js";

export interface Resolution {
  readonly plan: Omit<SwarmPlan, "identity" | "program">;
  readonly mistakes: readonly PlanMistake[];
  readonly notes: readonly PlanMistake[];
  readonly node: NodeCommand | undefined;
  /** what the command was put together from, if it is no program */
  readonly parts: readonly ShellPart[] | undefined;
}

const ALL_CAUSES: readonly RetryCause[] = ["exit", "signal", "timeout", "oom", "missing-output"];

/** Needs are worked out for each try, and listed. */
const MOST_RETRIES = 1000;

const VARIABLE_NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/;

/** What the survey says of all jobs: of a table nobody else knows the params. */
type JobsSurveyed = Omit<Enumeration, "jobs" | "problems" | "notes">;

class Resolver {
  readonly mistakes: PlanMistake[] = [];
  readonly mistake: ReportMistake = (path, message, hint) => void this.mistakes.push({ path, message, hint });
  readonly read = new OptionReader(this.mistake);
  readonly params: readonly string[];
  readonly hasLines: boolean;
  readonly shell = new ShellTexts(this.mistakes);

  constructor(
    readonly definition: AnyDefinition,
    readonly jobs: JobsSurveyed,
    readonly targetName: string,
    readonly target: Target,
  ) {
    this.params = jobs.names;
    this.hasLines = jobs.code !== undefined;
  }

  /** Is the target on a machine that does not see the definition's folder? */
  get elsewhere(): boolean {
    return this.target.kind !== "local" && this.target.host !== undefined && this.target.sharedDirectory === undefined;
  }

  sees(path: string): boolean {
    if (!path.startsWith("/")) return !this.elsewhere;
    const { target } = this;
    if (target.kind === "local") return true;
    return target.sharedDirectory !== undefined && isWithin(target.sharedDirectory.here, path);
  }

  checkName(path: DefinitionPath, what: string, name: string): void {
    if (!VARIABLE_NAME.test(name)) {
      this.mistake(path, `"${name}" cannot name ${what}`, "use letters, digits and _, beginning with a letter");
    }
  }

  refuseName(name: string): void {
    const better = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|-+$/g, "") || "my-swarm";
    const isOfJobs = placeholdersOf(name).length > 0;
    const hint = isOfJobs ? `what jobs are called: jobName: "${name}"` : `write name: "${better.slice(0, 100)}"`;
    this.mistake(["name"], `"${name}" cannot name a swarm: use letters, digits, ., _ and -, at most 100`, hint);
  }

  /** Placeholders that only now turn out to be unknown: the type checker does not see a table's columns. */
  checkPlaceholders(path: DefinitionPath, pattern: string): void {
    for (const name of placeholdersOf(pattern)) {
      if (!this.params.includes(name)) {
        const known = this.params.map((param) => `{${param}}`).join(", ") || "no params";
        this.mistake(path, `unknown placeholder {${name}}; this swarm's jobs have ${known}`);
      }
    }
  }

  /** What jobs are called, if not by their params. */
  jobName(): SwarmPlan["jobName"] {
    const { jobName } = this.definition;
    if (jobName === undefined) return undefined;
    this.checkPlaceholders(["jobName"], jobName);
    if (placeholdersOf(jobName).length === 0) {
      const hint = `put in what sets them apart, as in "${jobName}_{${this.params[0] ?? "id"}}"`;
      this.mistake(["jobName"], `jobName "${jobName}" has no placeholder: all jobs would be called the same`, hint);
    }
    return parsePattern(jobName);
  }

  tree(environment: Environment): TreePlan | undefined {
    if (environment.tree === undefined) return this.folderOfLines();
    const own = this.target.environment?.tree !== undefined;
    const place = [...(own ? ["targets", this.targetName] : []), "environment", "tree"];
    const { elsewhere, targetName } = this;
    return resolveTree(
      environment.tree,
      { elsewhere, targetName, hasInputs: this.hasInputs(), place },
      (path, message, hint) => this.mistake([...place, ...path], message, hint),
    );
  }

  hasInputs(): boolean {
    return Object.keys({ ...this.jobs.inputs, ...this.definition.inputs }).length > 0;
  }

  /** Lines run where they would by hand, unless it is said what a job reads or writes: then in a folder of its own. */
  folderOfLines(): TreePlan | undefined {
    const { folder } = this.jobs;
    if (folder === undefined || this.hasInputs() || Object.keys(this.definition.outputs ?? {}).length > 0)
      return undefined;
    return resolveFolder(folder, this.elsewhere ? this.targetName : undefined, ["jobs"], (message, hint) =>
      this.mistake(["jobs"], message, hint),
    );
  }

  async outputs(tree: TreePlan | undefined): Promise<OutputPlan[]> {
    const plans: OutputPlan[] = [];
    for (const [name, like] of Object.entries(this.definition.outputs ?? {})) {
      const path = ["outputs", name];
      const spec = outputSpec(like);
      this.checkName(path, "an output", name);
      this.checkPlaceholders(path, spec.pattern);
      const kind = spec.pattern.endsWith("/") ? "folder" : "file";
      const pattern = spec.pattern.replace(/\/+$/, "").replace(/^(\.\/+)+/, "");
      const outside = whyOutside(tree?.workdir, pattern);
      const hint = tree ? undefined : 'give a path below the job\'s folder, as in "tables/{id}.tsv"';
      if (outside !== undefined) this.mistake(path, `the output "${spec.pattern}" ${outside}`, hint);
      if (!tree && isReserved(pattern)) {
        this.mistake(
          path,
          `the output "${spec.pattern}" would lie where Locusts keeps its own records of the results`,
          `choose another name than ${RESERVED_RESULTS.join(", ")}`,
        );
      }
      const checks = await resolveChecks(spec.checks, {
        kind,
        pattern,
        hasTree: tree !== undefined,
        taken: [...RESULT_TABLES.jobs.columns, ...this.params],
        mistake: (message, hint) => this.mistake(path, message, hint),
        bash: async (make) => {
          const command = callDefinition(() => make({ output: new Reference("checked-output", "output") }));
          if (command?.kind === "sh") return await this.shell.assemble(command, path);
          this.mistake(path, "a check is written with the sh tag: ({ output }) => sh`test -s ${output}`");
          return undefined;
        },
      });
      plans.push({
        name,
        variable: `out_${name}`,
        pattern,
        parts: parsePattern(pattern),
        kind,
        optional: spec.optional,
        ...(checks.data ? { data: checks.data } : {}),
        checks,
      });
      if (checks.data) this.dataTable(path, name);
    }
    return plans;
  }

  /** The rows of all jobs come together in a table, which must not lie where something else does. */
  dataTable(path: readonly string[], name: string): void {
    if (Object.values(dataTables(name)).some(isReserved))
      this.mistake(path, `the table of the output ${name} would lie where Locusts keeps its own`, "call it otherwise");
  }

  async command(
    inputs: readonly InputPlan[],
    outputs: readonly OutputPlan[],
    around: ShellAround | undefined,
  ): Promise<{ text: string; node?: NodeCommand; parts?: readonly ShellPart[] }> {
    const names = referencesOf(
      inputs.map((input) => input.name),
      outputs.map((output) => output.name),
      this.params,
      this.hasLines,
    );
    const { command: make = this.hasLines ? lineCommand : undefined } = this.definition;
    const command = callDefinition(() => make?.(names) as Command | undefined);
    if (command?.kind === "sh")
      return { text: await this.shell.assemble(command, ["command"], around), parts: command.parts };
    if (command?.kind !== "node") {
      this.mistake(
        ["command"],
        "the command function returns no command",
        'return an sh`…` template, or node("./program.ts")',
      );
      return { text: "" };
    }
    const words = [
      ...inputs.map(({ name, variable }) => `"in.${name}=$${variable}"`),
      ...outputs.map(({ name, variable }) => `"out.${name}=$${variable}"`),
      ...this.params.map((param) => `"param.${param}=$param_${param}"`),
    ];
    return { text: `  node "$locusts_bundle/program.mjs" ${words.join(" ")}`, node: command };
  }

  limits(limits: Limits) {
    const { read } = this;
    return {
      retries: read.wholeNumber(["limits", "retries"], limits.retries, 0, 0, MOST_RETRIES),
      pin: limits.pin === true,
      retryOn: limits.retryOn ?? ALL_CAUSES,
      maxFailures: read.wholeNumber(["limits", "maxFailures"], limits.maxFailures, 1, 0),
      staggerMilliseconds: Math.round(read.seconds(["limits", "stagger"], limits.stagger, 0) * 1000),
    };
  }

  /** What every job needs; where each has needs of its own, nothing. What a pilot does not have is reported. */
  needs(byJob: ByJob | undefined, target: TargetPlan): Needs {
    const { resources, limits } = this.definition;
    const needs: Needs = {
      ...LEAST_NEEDS,
      ...(byJob?.resources ? {} : readResources(this.read, (resources ?? {}) as Resources)),
      ...(byJob?.time ? {} : { timeSeconds: readTime(this.read, limits?.time as Duration | undefined) }),
    };
    for (const [option, message, hint] of whatLacks(target, needs)) {
      this.mistake(["targets", this.targetName, option], `a job ${message}`, hint);
    }
    const why = whyTooLong(target, needs.timeSeconds);
    if (why !== undefined) this.mistake(["limits", "time"], `a job ${why}`, LONGER_PILOTS);
    return needs;
  }

  /**
   * @param cpus of each job; undefined if they have not all the same
   * @param own the variables that a job's params, inputs and outputs are in
   */
  variables(environment: Environment, cpus: number | undefined, own: readonly string[]): (readonly [string, string])[] {
    const given = environment.variables ?? {};
    for (const [name, value] of Object.entries(given)) {
      const path = ["environment", "variables", name];
      this.checkName(path, "a variable", name);
      const refusal = own.includes(name)
        ? { message: `${name} holds a param, an input or an output of each job`, hint: "choose another name" }
        : refuseVariable(name, String(value));
      if (refusal !== undefined) this.mistake(path, refusal.message, refusal.hint);
    }
    return [
      ...(cpus === undefined ? [] : threadVariables(given).map((name) => [name, String(cpus)] as const)),
      ...Object.entries(given).map(([name, value]) => [name, String(value)] as const),
    ];
  }
}

/**
 * Works out what a definition means on a target. All mistakes are reported, not the first alone.
 *
 * @throws DefinitionThrew if one of the definition's own functions throws
 */
export async function resolveSwarm(
  definition: AnyDefinition,
  source: string,
  folder: string,
  jobs: JobsSurveyed,
  targetName: string,
): Promise<Resolution> {
  const target = definition.targets[targetName] as Target;
  const { names: params, position } = jobs;
  const resolver = new Resolver(definition, jobs, targetName, target);
  const { hasLines } = resolver;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(definition.name ?? "")) {
    resolver.refuseName(String(definition.name));
  }
  checkTargetNames(definition.targets, resolver.mistake);
  for (const param of params) resolver.checkName(["jobs"], "a param", param);
  const environment: Environment = { ...definition.environment, ...target.environment };
  const inputs = resolveInputs(jobs.inputs ?? {}, definition.inputs ?? {}, resolver);
  const tree = resolver.tree(environment);
  const outputs = await resolver.outputs(tree);
  const prepare = await resolver.shell.prepare(environment);
  const around = commandAround({ params, inputs, outputs, environment, prepare, tree, hasLines, folder });
  const command = await resolver.command(inputs, outputs, around);
  const limits = resolver.limits(definition.limits ?? {});
  const resolvedTarget = resolveTarget(targetName, target, (path, message, hint) =>
    resolver.mistake(["targets", targetName, ...path], message, hint),
  );
  const byJob = isByJob(definition);
  const needs = resolver.needs(byJob, resolvedTarget);
  const plan = {
    name: definition.name,
    description: definition.description ?? "",
    source,
    notify: await resolver.shell.notify(definition.notify),
    target: resolvedTarget,
    params,
    position,
    jobName: resolver.jobName(),
    inputs,
    outputs,
    command: command.text,
    runsLines: hasLines,
    lastProgram: await findLastProgram(command.text, prepare),
    prepare,
    variables: resolver.variables(
      environment,
      byJob?.resources ? undefined : needs.cpus,
      jobVariables({ params, inputs, outputs }),
    ),
    modules: environment.modules ?? [],
    container: environment.container,
    tree,
    computedParams: [...resolver.shell.computed],
    byJob,
    ownThreads: byJob?.resources ? threadVariables(environment.variables ?? {}) : [],
    ...needs,
    ...limits,
  };
  const { mistakes, shell } = resolver;
  const notes = [...shell.notes, ...(tree ? [] : outputs.flatMap(reviewPath))];
  if (!tree && !hasLines) {
    notes.push(...reviewContainer(environment.container, inputs));
    if (command.parts) notes.push(...reviewOutputs(outputs, command.parts, prepare ?? ""));
  }
  return { plan, mistakes, notes, node: command.node, parts: command.parts };
}
