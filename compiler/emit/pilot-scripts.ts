import { openOptions, valueOfOption } from "../format/sbatch-options.js";
import { generatedFrom } from "../format/version.js";
import type { PilotPlan, SwarmPlan } from "../plan/swarm-plan.js";
import { renderTemplate } from "./templates.js";

/** SLURM's warning may come later than asked for, by as much as its own clock is coarse. */
const WARNING_MARGIN = 60;

function valuesOf({ name, source, tree }: SwarmPlan, pilots: PilotPlan): object {
  return {
    ...pilots,
    // A tree is one for all nodes, and so lies where all of them see it.
    scratch: tree ? "" : pilots.scratch,
    name,
    generated: generatedFrom(source),
    warning: pilots.closingSeconds + WARNING_MARGIN,
    nodesMaySubmit: pilots.nodesMaySubmit ? 1 : 0,
    chain: 1 + pilots.successors,
    // What sbatch may be told by variables, and the nodes that the definition itself leaves out.
    honoured: openOptions(pilots.directives).join(" "),
    exclude: valueOfOption(pilots.directives, "exclude"),
  };
}

export function emitPilot(swarm: SwarmPlan, pilots: PilotPlan): string {
  return renderTemplate("pilot", valuesOf(swarm, pilots));
}

/** `submit.sh`: has SLURM start pilots; it runs on the login node, or on a node that is to have a successor. */
export function emitSubmit(swarm: SwarmPlan, pilots: PilotPlan): string {
  return renderTemplate("submit", valuesOf(swarm, pilots));
}
