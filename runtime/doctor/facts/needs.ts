import type { Budget, BundledAccess, BundledPilots } from "../../../compiler/format/bundle.js";
import type { TreeMode } from "../../../compiler/format/tree-mode.js";

/** What the manager and the scripts of the runtime start: coreutils, findutils, grep, tar. */
const COMMANDS = [
  ..."cat chmod comm cp cut date df du find grep head id ln mkdir mktemp mv nohup nproc readlink realpath".split(" "),
  ..."rm rmdir sha256sum sleep sort stat tail tar timeout touch truncate wc xargs".split(" "),
] as const;

const SLURM_COMMANDS = ["sbatch", "scancel", "scontrol", "sinfo", "squeue"] as const;

/** What a swarm needs of its target, as far as it can be known before. */
export interface Needs {
  readonly swarm: string;
  /** null: a folder of this machine, beside the definition */
  readonly access: BundledAccess | null;
  readonly commands: readonly string[];
  readonly modules: readonly string[];
  /** whether the environment may bring programs that the login has not */
  readonly bringsPrograms: boolean;
  readonly budget: Budget;
  /** without a scheduler: jobs at a time, if that is said, and the cores that each keeps busy */
  readonly slots: { readonly count: number | undefined; readonly cpus: number } | null;
  readonly pilots: PilotNeeds | null;
  /** null: each job runs in a folder of its own; undefined: it is not looked at */
  readonly tree?: TreeNeeds | null;
}

/** What a swarm needs whose jobs run in a tree. */
export interface TreeNeeds {
  readonly mode: TreeMode;
  readonly bytes: number;
  /** whether some of its files are for reading alone */
  readonly sharesFiles: boolean;
  /** with `inPlace`, where it lies on the target */
  readonly place: string;
}

/** What the pilots of a swarm need of SLURM. */
export interface PilotNeeds extends BundledPilots {
  /** how many there will be, at most */
  readonly count: number;
  /** options of `sbatch`, as in the lines `#SBATCH` of the batch script */
  readonly directives: readonly string[];
  /** where jobs run on the node's own disk; empty: they do not, or it is not known */
  readonly scratch: string;
  /** MB that one job needs; 0: not known */
  readonly jobMemory: number;
}

/** How many SLURM jobs are submitted at once; those that pilots submit themselves come later. */
export function countSubmitted(pilots: Pick<PilotNeeds, "count" | "successors" | "nodesMaySubmit">): number {
  return pilots.nodesMaySubmit ? pilots.count : pilots.count * (1 + pilots.successors);
}

/** The programs that a swarm needs on the host that its target is reached by. */
export function listCommands(
  plan: { readonly program?: unknown; readonly container?: { readonly runtime?: string | undefined } | undefined },
  underSlurm: boolean,
): string[] {
  const commands: string[] = [...COMMANDS];
  // Under SLURM they are needed on the nodes, and are worth a look on the login node no less.
  if (plan.program !== undefined) commands.push("node");
  if (plan.container) commands.push(plan.container.runtime ?? "apptainer");
  if (underSlurm) commands.push(...SLURM_COMMANDS);
  return commands;
}
