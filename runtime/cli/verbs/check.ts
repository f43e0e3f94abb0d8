import { countOf } from "../../../compiler/format/amounts.js";
import { bundleFolder } from "../../workspace/workspace.js";
import { EXIT } from "../output/exit-codes.js";
import { sayNotes } from "../output/notes.js";
import { buildInto, compileDefinition } from "./compile-definition.js";
import type { Verb } from "./verb.js";

/** `locusts check`: does all that `build` does, and writes nothing. */
export const check: Verb<object> = async (context) => {
  const compiled = await compileDefinition(context);
  const { plan } = compiled.compilation;
  const { description, notes } = buildInto(compiled, bundleFolder(compiled.workspace, plan.target.name), false);
  const { terminal } = context;
  const { swarm, target, jobs } = description;
  if (context.json) terminal.printDocument({ target, swarm, jobs, notes });
  else {
    sayNotes(terminal, notes);
    terminal.report.say(
      `${terminal.report.colors.green("fine:")} ${swarm} has ${countOf(jobs, "job")} for the target ${target}`,
    );
  }
  return EXIT.fine;
};
