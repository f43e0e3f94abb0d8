import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import { RUN_FORMAT } from "../format/bundle.js";
import type { OutputPlan, SwarmPlan } from "../plan/swarm-plan.js";
import { quoteExpanding, quoteWord } from "../shell/quote.js";

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
  /** a bash word in which variables are expanded, and nothing else */
  expanding: (value: unknown) => quoteExpanding(String(value)),
  /** bash text of the definition, which the shell's own grammar has accepted */
  verbatim: (value: unknown) => String(value),
};

export const MANAGER_HELPERS: readonly string[] = Object.keys(VALUE_HELPERS);

/** The templates of the manager: the script itself, and the parts that it is made of. */
export const MANAGER_TEMPLATES = [
  "manager",
  "slot",
  "trees",
  "jobs",
  "try",
  "outputs",
  "record",
  "run",
  "past",
  "requests",
  "gpus",
  "pilots",
  "failures",
  "running",
  "main",
] as const;

/** Templates of scripts that are bundled beside the manager. */
export const SCRIPT_TEMPLATES = ["pilot", "submit"] as const;

type TemplateName = (typeof MANAGER_TEMPLATES)[number] | (typeof SCRIPT_TEMPLATES)[number];

/** The text of a template. */
export function readTemplate(name: TemplateName): string {
  return readFileSync(new URL(`./templates/${name}.sh.hbs`, import.meta.url), "utf8");
}

/** Fills in a template. */
export function renderTemplate(name: TemplateName, values: object): string {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(VALUE_HELPERS);
  for (const part of MANAGER_TEMPLATES) if (part !== "manager") handlebars.registerPartial(part, readTemplate(part));
  const known = Object.fromEntries(MANAGER_HELPERS.map((helper) => [helper, true]));
  const template = handlebars.compile(readTemplate(name), {
    noEscape: true,
    strict: true,
    knownHelpers: known,
    knownHelpersOnly: true,
  });
  return template(values);
}

/** Is there nothing more to see to than whether the file is there, and not empty? */
function isQuicklyChecked({ kind, minBytes, matches, check }: OutputPlan): boolean {
  return kind === "file" && minBytes <= 1 && matches === undefined && check === undefined;
}

/** `manager.sh`: the same however many jobs there are. */
export function emitManager(swarm: SwarmPlan): string {
  const { pilots } = swarm.target;
  return renderTemplate("manager", {
    ...swarm,
    format: RUN_FORMAT,
    descriptionLines: swarm.description === "" ? [] : swarm.description.trim().split("\n"),
    slots: swarm.target.slots === undefined ? "" : String(swarm.target.slots),
    // Between SIGTERM for the last jobs and the end of a pilot's time there are but a few seconds.
    grace: pilots ? Math.min(GRACE_SECONDS, Math.floor(pilots.closingSeconds / 3)) : GRACE_SECONDS,
    pilots: pilots ? { ...pilots, nodesMaySubmit: pilots.nodesMaySubmit ? 1 : 0 } : false,
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
    tree: swarm.tree ? { workdir: swarm.tree.workdir, perJob: swarm.tree.mode === "perJob" } : false,
    hasTimeLimit: swarm.timeSeconds > 0,
    hasChecks: swarm.outputs.some((output) => output.check !== undefined),
    // Each job's own subshell does what this function does, unless something else has to run it.
    ownExecute: swarm.container !== undefined || swarm.tree?.mode === "perJob",
    // Where bash's own tests tell that all is well. In a tree, where an output lies is for a function to say.
    isQuick: swarm.tree === undefined && swarm.outputs.every(isQuicklyChecked),
    quickWords: swarm.outputs.map(() => "present").join(" ") || "-",
    outputs: swarm.outputs.map((output) => ({
      ...output,
      need: output.optional ? "optional" : "compulsory",
      ere: output.matches?.ere ?? "",
      grepFlags: output.matches?.ignoreCase ? "-Eqi" : "-Eq",
      check: output.check ?? "",
      checkFunction: `locusts_check_${output.name}`,
    })),
  });
}
