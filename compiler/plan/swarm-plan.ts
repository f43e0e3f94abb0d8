import type { Container, RetryCause } from "../dsl/environment.js";
import type { BundleDescription, BundledAccess, BundledJob, BundledOutput, BundledPilots } from "../format/bundle.js";
import type { Content } from "../format/content/digest.js";
import type { Delivery, JobDelivery } from "../format/delivery.js";
import type { ByJob, Needs } from "../format/needs.js";
import type { PatternPart } from "../format/pattern.js";
import type { TreePlan } from "../tree/tree-plan.js";
import type { CheckPlans } from "./output-checks.js";

export interface InputPlan {
  readonly name: string;
  /** the bash variable that holds its path */
  readonly variable: string;
  readonly pattern: string;
  readonly parts: readonly PatternPart[];
  /** its path in the job's folder, if the definition gives one */
  readonly as: string | undefined;
  readonly asParts: readonly PatternPart[] | undefined;
  readonly shared: boolean;
  readonly delivery: Delivery | undefined;
  /** does this machine see where it lies? An original that stays where it is on a target may be nowhere here */
  readonly seenHere: boolean;
  /** is it said by the source of the jobs, rather than among the inputs? */
  readonly bySource: boolean;
  /** does its pattern have wildcards? Then each job's path was looked up */
  readonly found: boolean;
}

/** Its pattern is without the slash that marks a folder. */
export interface OutputPlan extends BundledOutput {
  readonly variable: string;
  readonly parts: readonly PatternPart[];
  readonly checks: CheckPlans;
}

export interface PilotPlan extends Required<Omit<BundledPilots, "slots" | "nodeHours">> {
  /** the last so many seconds of a pilot no job is begun in */
  readonly closingSeconds: number;
  /** path on the node, with variables that bash expands there; empty: jobs run on the shared file system */
  readonly scratch: string;
  /** options of `sbatch`, one a line of the batch script */
  readonly directives: readonly string[];
}

/** What one pilot has for its jobs. */
export interface Capacity {
  readonly cpus: number;
  /** 0: it is not said */
  readonly memoryMebibytes: number;
  /** the option of the target that says it */
  readonly memoryOption: string;
  /** undefined: what it asks for cannot be counted */
  readonly gpus: number | undefined;
  /** the option of the target that says it */
  readonly gpuOption: string;
}

export interface TargetPlan {
  readonly name: string;
  readonly kind: "local" | "ssh" | "slurm";
  /** jobs at a time on one machine, if it is said; undefined: as many as fit it */
  readonly slots: number | undefined;
  /** undefined: what the machine has, is found out there */
  readonly capacity: Capacity | undefined;
  /** undefined: `.locusts/` of the definition's folder, on this machine */
  readonly access: BundledAccess | undefined;
  readonly pilots: PilotPlan | undefined;
}

/** What a definition means on one target: checked, with every default filled in, as plain data. */
export interface SwarmPlan extends Needs {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  /** bash text that runs here when a deploy ends */
  readonly notify: BundleDescription["notify"];
  readonly target: TargetPlan;
  readonly params: readonly string[];
  /** the param that only says where a job stands: jobs are called by it, and known again by the others */
  readonly position: string | undefined;
  /** what jobs are called, if the definition says it */
  readonly jobName: readonly PatternPart[] | undefined;
  readonly inputs: readonly InputPlan[];
  readonly outputs: readonly OutputPlan[];
  /** bash text of the command; of a node() command, the line that starts the program */
  readonly command: string;
  /** does the command run what the param `line` of each job says? */
  readonly runsLines: boolean;
  /** where in `command` the name of the program stands that is all that is left to do; undefined: there is none */
  readonly lastProgram: number | undefined;
  /** the bundled program of a node() command */
  readonly program: string | undefined;
  readonly prepare: string | undefined;
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly modules: readonly string[];
  readonly container: Container | undefined;
  /** undefined: each job runs in a folder of its own */
  readonly tree: TreePlan | undefined;
  /** params that the command computes with: bash would run what it finds in an array subscript */
  readonly computedParams: readonly string[];
  /** undefined: its needs are those of every job; else those of each job are `JobPlan.tries` */
  readonly byJob: ByJob | undefined;
  /** variables that say how many threads may be started, where that is not the same for all jobs */
  readonly ownThreads: readonly string[];
  /** are jobs bound to cores of their own? */
  readonly pin: boolean;
  readonly retries: number;
  readonly retryOn: readonly RetryCause[];
  /** 0: never stop */
  readonly maxFailures: number;
  readonly staggerMilliseconds: number;
  /** digest of all that its jobs have in common and that decides what they produce */
  readonly identity: string;
}

export interface JobInput extends Content {
  /** from the definition's folder, or absolute */
  readonly source: string;
  /** in the job's folder */
  readonly path: string;
  readonly delivery: JobDelivery;
}

/** What a job is in the bundle, and its inputs with all that is known of them. */
export interface JobPlan extends Omit<BundledJob, "inputs" | "sources" | "olderKey"> {
  readonly inputs: readonly JobInput[];
  /** the part of its key that is its own */
  readonly ownKey: string;
  /** its key, as versions made it whose bundles had whole keys in their tables */
  olderKey(): string;
  /** what each of its tries needs, where jobs do not all need the same */
  readonly tries?: readonly Needs[];
}

/** The bash variables that a job has of its own, in the order of their values in `jobs.tsv`. */
export function jobVariables({ params, inputs, outputs }: Pick<SwarmPlan, "params" | "inputs" | "outputs">): string[] {
  return [...params.map((name) => `param_${name}`), ...[...inputs, ...outputs].map(({ variable }) => variable)];
}
