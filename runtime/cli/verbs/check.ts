import { countOf } from "../../../compiler/format/amounts.js";
import { REPORT_VERSION } from "../../results/report.js";
import { bundleFolder } from "../../workspace/workspace.js";
import { EXIT } from "../output/exit-codes.js";
import { sayNotes } from "../output/notes.js";
import { compileDefinition, dryBuild } from "./compile-definition.js";
import type { Verb } from "./verb.js";

/** `locusts check`: does all that `build` does, and writes nothing. */
export const check: Verb<object> = async (context) => {
  const compiled = await compileDefinition(context);
  const { plan } = compiled.compilation;
  const { description, notes } = dryBuild(compiled, bundleFolder(compiled.workspace, plan.target.name));
  if (context.json) {
    context.terminal.print(
      JSON.stringify({
        version: REPORT_VERSION,
        target: plan.target.name,
        swarm: plan.name,
        jobs: description.jobs,
        notes,
      }),
    );
  } else {
    const { colors } = context.terminal;
    sayNotes(context.terminal, notes);
    context.terminal.say(
      `${colors.green("fine:")} ${plan.name} has ${countOf(description.jobs, "job")} for the target ${plan.target.name}`,
    );
  }
  return EXIT.fine;
};
