import { callDefinition, DefinitionMistake } from "../dsl/mistake.js";
import type { JobFacts, Limits, Resources } from "../dsl/needs.js";
import type { AnyDefinition } from "../dsl/swarm.js";
import { countOf, formatWalltime } from "../format/amounts.js";
import type { ByJob, Needs } from "../format/needs.js";
import type { Params } from "../format/pattern.js";
import { didYouMean } from "../problem/closest.js";
import type { DefinitionPath, ReportMistake } from "../problem/problem.js";
import { longestJob } from "./pilot-time.js";
import { OptionReader } from "./read-options.js";
import type { Capacity, JobInput, SwarmPlan, TargetPlan } from "./swarm-plan.js";

export const LEAST_NEEDS: Needs = { cpus: 1, memoryMebibytes: 0, gpus: 0, timeSeconds: 0 };

const RESOURCES: readonly string[] = ["cpus", "memory", "gpus"] satisfies readonly (keyof Resources)[];

/** Which needs a definition works out for each job. */
export function isByJob({ resources, limits }: Pick<AnyDefinition, "resources" | "limits">): ByJob | undefined {
  const byJob = { resources: typeof resources === "function", time: typeof limits?.time === "function" };
  return byJob.resources || byJob.time ? byJob : undefined;
}

export function readResources(read: OptionReader, resources: Resources): Omit<Needs, "timeSeconds"> {
  return {
    cpus: read.wholeNumber(["resources", "cpus"], resources.cpus, 1, 1),
    gpus: read.wholeNumber(["resources", "gpus"], resources.gpus, 0, 0),
    memoryMebibytes: read.mebibytes(["resources", "memory"], resources.memory),
  };
}

export function readTime(read: OptionReader, time: Exclude<Limits["time"], Function>): number {
  return Math.ceil(read.seconds(["limits", "time"], time, 0));
}

/** Jobs at a time on one machine; undefined: as many as fit it, which is found out there. */
export function slotsOf({ target, ...swarm }: SwarmPlan, bounds: NeedBounds | undefined): number | undefined {
  return target.slots ?? (target.capacity && slotsIn(target.capacity, bounds?.least ?? swarm));
}

function slotsIn(capacity: Capacity, needs: Needs): number {
  const bounds = [Math.floor(capacity.cpus / needs.cpus)];
  if (capacity.memoryMebibytes > 0 && needs.memoryMebibytes > 0) {
    bounds.push(Math.floor(capacity.memoryMebibytes / needs.memoryMebibytes));
  }
  if (needs.gpus > 0 && capacity.gpus !== undefined) bounds.push(Math.floor(capacity.gpus / needs.gpus));
  return Math.max(1, Math.min(...bounds));
}

/** What of a job's needs a pilot does not have: in which option of the target it is said, in words, and what to do. */
export function* whatLacks(
  { capacity }: Pick<TargetPlan, "capacity">,
  needs: Needs,
): Generator<readonly [option: string, message: string, hint: string]> {
  if (!capacity) return;
  const { cpus, memoryMebibytes: memory, memoryOption, gpus, gpuOption } = capacity;
  if (needs.cpus > cpus) {
    const hint = "raise cpusPerNode, or lower resources.cpus";
    yield ["cpusPerNode", `needs ${countOf(needs.cpus, "core")}, and a pilot has ${cpus}`, hint];
  }
  if (memory > 0 && needs.memoryMebibytes > memory) {
    const message = `needs ${needs.memoryMebibytes} MB, and a pilot has ${memory} MB`;
    yield [memoryOption, message, "raise it, or lower resources.memory"];
  }
  if (gpus !== undefined && needs.gpus > gpus) {
    yield [gpuOption, `needs ${countOf(needs.gpus, "GPU")}, and a pilot has ${gpus}`, `raise ${gpuOption}`];
  }
}

/** Why a pilot is too short for jobs that take their whole limit; undefined if it is not. */
export function whyTooLong({ name, pilots }: TargetPlan, timeSeconds: number): string | undefined {
  if (!pilots || pilots.walltimeSeconds === 0 || timeSeconds <= longestJob(pilots)) return undefined;
  const walltime = formatWalltime(pilots.walltimeSeconds);
  const time = formatWalltime(timeSeconds);
  return timeSeconds > pilots.walltimeSeconds
    ? `may take ${time}, and a pilot on ${name} runs for ${walltime}`
    : `may take ${time}, and of the ${walltime} of a pilot on ${name} it can have ${formatWalltime(longestJob(pilots))} at most: the rest is for its end`;
}

export const LONGER_PILOTS = "raise the target's walltime, or lower limits.time";

/** Works out what each try of a job needs, where the definition has functions for that. */
export class NeedsPlanner {
  constructor(
    readonly said: Pick<AnyDefinition, "resources" | "limits">,
    readonly plan: Pick<SwarmPlan, "target" | "retries" | "inputs">,
  ) {}

  /**
   * The needs of each try of a job; what is wrong with one is reported.
   *
   * @throws DefinitionThrew if a function of the definition throws
   */
  tries(params: Params, inputs: readonly JobInput[], job: string, report: ReportMistake): readonly Needs[] {
    const tries: Needs[] = [];
    const told = new Set<string>();
    for (let attempt = 1; attempt <= 1 + this.plan.retries; attempt += 1) {
      const which = attempt === 1 ? `the job ${job}` : `try ${attempt} of the job ${job}`;
      const wrong = (kind: string, path: DefinitionPath, message: string, hint?: string) => {
        if (!told.has(kind)) report(path, message, hint, { kind, job });
        told.add(kind); // further tries are no other mistake
      };
      const read = new OptionReader((path, message, hint) =>
        wrong(path.join("."), path, `${message}: that is what ${which} gets`, hint),
      );
      const facts = this.#facts(params, inputs, attempt);
      const { resources, limits } = this.said;
      const own = callNeed(resources, facts, which) ?? {};
      // Not seen by TypeScript, where a function gives it.
      const unknown = Object.keys(own).find((name) => !RESOURCES.includes(name));
      if (unknown !== undefined) {
        const hint = didYouMean(unknown, RESOURCES) ?? `it has ${RESOURCES.join(", ")}`;
        wrong("unknown", ["resources"], `resources has no "${unknown}", which is what ${which} gets`, hint);
      }
      const time = callNeed(limits?.time, facts, which);
      const needs = { ...readResources(read, own), timeSeconds: readTime(read, time) };
      for (const [option, message, hint] of whatLacks(this.plan.target, needs)) {
        wrong(
          `lacks ${option}`,
          ["resources"],
          `${which} ${message}`,
          hint.replace("raise it", `raise ${option} of the target`),
        );
      }
      const why = whyTooLong(this.plan.target, needs.timeSeconds);
      if (why !== undefined) wrong("time", ["limits", "time"], `${which} ${why}`, LONGER_PILOTS);
      tries.push(needs);
    }
    return tries;
  }

  #facts(params: Params, inputs: readonly JobInput[], attempt: number): JobFacts<never, never> {
    const sizes = this.plan.inputs.map(({ name, delivery }, i) => [
      name,
      sizeOf(name, delivery, inputs[i]?.bytes ?? 0),
    ]);
    return { params, inputs: Object.fromEntries(sizes), attempt } as JobFacts<never, never>;
  }
}

/** @throws DefinitionMistake from the getter, if its size is not known */
function sizeOf(name: string, delivery: string | undefined, bytes: number): { readonly bytes: number } {
  if (delivery !== "in-place") return { bytes };
  return {
    get bytes(): number {
      const hint = "it is used where it lies on the target: say the size by a param, or let it be sent";
      throw new DefinitionMistake(
        `the size of the input ${name} is not known when the bundle is built`,
        ["inputs", name],
        hint,
      );
    },
  };
}

function callNeed<T>(said: T | ((facts: never) => T), facts: JobFacts<never, never>, which: string): T {
  if (typeof said !== "function") return said;
  return callDefinition(() => {
    try {
      return (said as (facts: JobFacts<never, never>) => T)(facts);
    } catch (error) {
      // Errors of the definition's own context are no instances of this context's.
      const thrown = error as { message?: unknown } | null;
      if (typeof thrown?.message === "string") thrown.message += `, for ${which}`;
      throw error;
    }
  });
}

/** The least and the most that any try of a job needs, of each kind. */
export interface NeedBounds {
  readonly least: Needs;
  readonly most: Needs;
}

/** The bounds with one job more. */
export function boundsOf(bounds: NeedBounds | undefined, tries: readonly Needs[]): NeedBounds {
  let { least, most } = bounds ?? { least: tries[0] ?? LEAST_NEEDS, most: tries[0] ?? LEAST_NEEDS };
  for (const needs of tries) {
    least = combine(least, needs, Math.min);
    most = combine(most, needs, Math.max);
  }
  return { least, most };
}

function combine(a: Needs, b: Needs, choose: (a: number, b: number) => number): Needs {
  return {
    cpus: choose(a.cpus, b.cpus),
    memoryMebibytes: choose(a.memoryMebibytes, b.memoryMebibytes),
    gpus: choose(a.gpus, b.gpus),
    timeSeconds: choose(a.timeSeconds, b.timeSeconds),
  };
}
