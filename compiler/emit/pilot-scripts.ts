import { BUNDLE_FILES } from "../format/bundle.js";
import { openOptions, valueOfOption } from "../format/sbatch-options.js";
import { generatedFrom } from "../format/version.js";
import type { SwarmPlan } from "../plan/swarm-plan.js";
import { renderTemplate } from "./templates.js";

/** SLURM's warning may come later than asked for, by as much as its own clock is coarse. */
const WARNING_MARGIN = 60;

/** Those that a bundle has for pilots, by their names: none where it has no pilots. */
export function emitPilotScripts({ name, source, target, tree }: SwarmPlan): Readonly<Record<string, string>> {
  const { pilots } = target;
  if (!pilots) return {};
  const values = {
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
  return {
    [BUNDLE_FILES.pilot]: renderTemplate("pilot", values),
    [BUNDLE_FILES.submit]: renderTemplate("submit", values),
  };
}
