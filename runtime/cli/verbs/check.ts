import { planWithoutInputs } from "../../../compiler/check-without-inputs.js";
import { countOf } from "../../../compiler/format/amounts.js";
import { EXIT } from "../output/exit-codes.js";
import { sayNotes } from "../output/notes.js";
import { buildInto, type Compiled, compileDefinition } from "./compile-definition.js";
import type { Verb } from "./verb.js";

export interface CheckOptions {
  /** commander's name of --no-inputs: the data need not be there */
  readonly inputs?: boolean;
}

function countJobs(compiled: Compiled, withoutInputs: boolean) {
  if (withoutInputs) {
    return { jobs: planWithoutInputs(compiled.compilation), notes: compiled.compilation.notes };
  }
  const { description, notes } = buildInto(compiled, compiled.bundle, false);
  return { jobs: description.jobs, notes };
}

/** `locusts check`: does all that `build` does, and writes nothing. */
export const check: Verb<CheckOptions> = async (context, options) => {
  const withoutInputs = options.inputs === false;
  const compiled = await compileDefinition(context, withoutInputs);
  const { target } = compiled;
  const { plan } = compiled.compilation;
  const { jobs, notes } = countJobs(compiled, withoutInputs);
  const { terminal } = context;
  if (context.json) terminal.printDocument("check", { target, swarm: plan.name, jobs, notes });
  else {
    const { report } = terminal;
    const unseen = withoutInputs ? "; their inputs were not looked at" : "";
    sayNotes(terminal, notes);
    report.say(
      `${report.colors.green("fine:")} ${plan.name} has ${countOf(jobs, "job")} for the target ${target}${unseen}`,
    );
  }
  return EXIT.fine;
};
