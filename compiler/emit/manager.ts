import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import { RUN_FORMAT } from "../format/bundle.js";
import type { SwarmPlan } from "../plan/swarm-plan.js";
import { quoteWord } from "../shell/quote.js";

const GRACE_SECONDS = 10;

/** Everything that goes into the script passes through one of these. */
const VALUE_HELPERS = {
  /** a bash word */
  quote: (value: unknown) => quoteWord(String(value)),
  /** a number */
  number: (value: unknown) => {
    if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is no whole number`);
    return String(value);
  },
  /** text in a comment, on one line */
  comment: (value: unknown) => String(value).replace(/[^\x20-\x7e\u00a0-\uffff]/g, " "),
  /** the name of a variable or function */
  variable: (value: unknown) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(value))) throw new Error(`${String(value)} is no variable's name`);
    return String(value);
  },
  /** bash text of the definition, which the shell's own grammar has accepted */
  verbatim: (value: unknown) => String(value),
};

export const MANAGER_HELPERS: readonly string[] = Object.keys(VALUE_HELPERS);

/** The templates of the manager: the script itself, and the parts that it is made of. */
export const MANAGER_TEMPLATES = ["manager", "slot", "outputs", "run", "past", "requests", "main"] as const;

/** The text of a template. */
export function readTemplate(name: (typeof MANAGER_TEMPLATES)[number]): string {
  return readFileSync(new URL(`./templates/${name}.sh.hbs`, import.meta.url), "utf8");
}

/** `manager.sh`: the same however many jobs there are. */
export function emitManager(swarm: SwarmPlan): string {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(VALUE_HELPERS);
  for (const name of MANAGER_TEMPLATES) if (name !== "manager") handlebars.registerPartial(name, readTemplate(name));
  const known = Object.fromEntries(MANAGER_HELPERS.map((name) => [name, true]));
  const template = handlebars.compile(readTemplate("manager"), {
    noEscape: true,
    strict: true,
    knownHelpers: known,
    knownHelpersOnly: true,
  });
  return template({
    ...swarm,
    format: RUN_FORMAT,
    descriptionLines: swarm.description === "" ? [] : swarm.description.trim().split("\n"),
    slots: swarm.target.slots === undefined ? "" : String(swarm.target.slots),
    grace: GRACE_SECONDS,
    retryCauses: swarm.retryOn.join(" "),
    environment: swarm.variables.map(([name, value]) => ({ name, value })),
    references: [
      ...swarm.params.map((name) => `param_${name}`),
      ...swarm.inputs.map((input) => input.variable),
      ...swarm.outputs.map((output) => output.variable),
    ],
    prepare: swarm.prepare ?? "",
    hasModules: swarm.modules.length > 0,
    container: swarm.container
      ? {
          image: swarm.container.image,
          runtime: swarm.container.runtime ?? "apptainer",
          binds: swarm.container.binds ?? [],
        }
      : false,
    hasTimeLimit: swarm.timeSeconds > 0,
    hasChecks: swarm.outputs.some((output) => output.check !== undefined),
    outputs: swarm.outputs.map((output) => ({
      ...output,
      need: output.optional ? "optional" : "compulsory",
      plain: output.kind === "file" && output.minBytes <= 1 && !output.matches,
      ere: output.matches?.ere ?? "",
      grepFlags: output.matches?.ignoreCase ? "-Eqi" : "-Eq",
      check: output.check ?? "",
      checkFunction: `locusts_check_${output.name}`,
    })),
  });
}
