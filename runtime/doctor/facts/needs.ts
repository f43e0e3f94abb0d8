import type { Budget, BundledAccess, JobNeeds } from "../../../compiler/format/bundle.js";
import type { TreeMode } from "../../../compiler/format/tree-mode.js";
import type { BatchExamination, PilotNeeds } from "./batch-examination.js";

/** What the manager and the scripts of the runtime start: coreutils, findutils, grep, tar. */
const COMMANDS = [
  ..."cat chmod comm cp cut date df du find grep head id ln mkdir mktemp mv nohup nproc readlink realpath".split(" "),
  ..."rm rmdir sha256sum sleep sort stat tail tar timeout touch truncate wc xargs".split(" "),
] as const;

/** What a swarm needs of its target, as far as it can be known before. */
export interface Needs {
  readonly swarm: string;
  /** null: a folder of this machine, beside the definition */
  readonly access: BundledAccess | null;
  readonly commands: readonly string[];
  readonly modules: readonly string[];
  /** what has to be on the target already */
  readonly places: readonly NeededPlace[];
  /** whether the environment may bring programs that the login has not */
  readonly bringsPrograms: boolean;
  readonly budget: Budget;
  /** that any job has for itself, where no scheduler gives them */
  readonly gpus: number;
  /** without a scheduler: jobs at a time, if that is said, and what the narrowest and the widest of them asks for */
  readonly slots: { readonly count: number | undefined; readonly least: JobNeeds; readonly most: JobNeeds } | null;
  readonly pilots: PilotNeeds | null;
  /** how what pilots run under is looked at; undefined: it is not, or there is none */
  readonly batch?: BatchExamination | undefined;
  /** null: each job runs in a folder of its own; undefined: it is not looked at */
  readonly tree?: TreeNeeds | null;
}

export interface NeededPlace {
  /** as what the definition names it */
  readonly name: "inPlace" | "image";
  /** absolute; of inputs that each job has of its own, the folder */
  readonly path: string;
}

export interface TreeNeeds {
  readonly mode: TreeMode;
  readonly bytes: number;
  /** whether some of its files are for reading alone */
  readonly sharesFiles: boolean;
  /** with `inPlace`, where it lies on the target */
  readonly place: string;
  /** whether it is no tree to the definition, but the folder in which the lines of a list run */
  readonly isFolder: boolean;
}

/** The programs that a swarm needs on the host that its target is reached by. */
export function listCommands(
  plan: {
    readonly program?: unknown;
    readonly pin?: boolean;
    readonly container?: { readonly runtime?: string | undefined } | undefined;
  },
  batch: BatchExamination | undefined,
): string[] {
  const commands: string[] = [...COMMANDS];
  // Under a batch system they are needed on the nodes, and are worth a look on the login node no less.
  if (plan.program !== undefined && !plan.container) commands.push("node"); // a container has its own, or none
  if (plan.pin) commands.push("taskset");
  if (plan.container) commands.push(plan.container.runtime ?? "apptainer");
  commands.push(...(batch?.programs ?? []));
  return commands;
}
