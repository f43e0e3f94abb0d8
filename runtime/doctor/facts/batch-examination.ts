import type { BundledPilots } from "../../../compiler/format/bundle.js";
import type { ScriptName } from "../../hosts/load-script.js";
import type { Finding } from "./finding.js";
import type { HostFacts } from "./host-facts.js";

export interface PilotNeeds extends BundledPilots {
  /** how many there will be, at most */
  readonly count: number;
  /** options of `sbatch`, as in the lines `#SBATCH` of the batch script */
  readonly directives: readonly string[];
  /** where jobs run on the node's own disk; empty: they do not, or it is not known */
  readonly scratch: string;
  /** MB that one job needs; 0: not known */
  readonly jobMemory: number;
  /** whether jobs are to be bound to cores of their own */
  readonly pin: boolean;
}

/** How many SLURM jobs are submitted at once; those that pilots submit themselves come later. */
export function countSubmitted(pilots: Pick<PilotNeeds, "count" | "successors" | "nodesMaySubmit">): number {
  return pilots.nodesMaySubmit ? pilots.count : pilots.count * (1 + pilots.successors);
}

export interface BatchExamination {
  readonly name: string;
  /** what has to be on the host */
  readonly programs: readonly string[];
  /** what to do where they are not */
  readonly hint: string;
  /** asks it, and submits nothing */
  readonly script: ScriptName;
  /** what the script is given, and reads from standard input */
  question(pilots: PilotNeeds): { readonly args: readonly string[]; readonly input: string };
  /** @param answer what the script has printed */
  judge(answer: string, pilots: PilotNeeds, facts: Pick<HostFacts, "user" | "groups">): Finding[];
}
