import { readFileSync } from "node:fs";
import { loadTemplates } from "../format/compiled-templates.js";
import { quoteExpanding, quoteWord } from "../format/quote.js";

/** Everything that goes into the script passes through one of these. */
const VALUE_HELPERS = {
  /** a bash word */
  quote: (value: unknown) => quoteWord(String(value)),
  number: (value: unknown) => {
    if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is no whole number`);
    return String(value);
  },
  /** text in a comment, on one line */
  comment: (value: unknown) => String(value).replace(/[^\x20-\x7e\u00a0-\uffff]/g, " "),
  variable: (value: unknown) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(value))) throw new Error(`${String(value)} is no variable's name`);
    return String(value);
  },
  /** a bash word in which variables are expanded, and nothing else */
  expanding: (value: unknown) => quoteExpanding(String(value)),
  /** bash text of the definition, which the shell's own grammar has accepted */
  verbatim: (value: unknown) => String(value),
};

export const TEMPLATES = {
  manager: "templates/manager.sh.hbs",
  pilot: "slurm/pilot.sh.hbs",
  submit: "slurm/submit.sh.hbs",
} as const;

export type TemplateName = keyof typeof TEMPLATES;

export function readTemplate(name: TemplateName): string {
  return readFileSync(new URL(`./${TEMPLATES[name]}`, import.meta.url), "utf8");
}

/** How the templates are compiled: a slip in one of them is an error, and so is a helper that is none of ours. */
export const COMPILE_OPTIONS: CompileOptions = {
  noEscape: true,
  strict: true,
  knownHelpers: Object.fromEntries(Object.keys(VALUE_HELPERS).map((helper) => [helper, true])) as KnownHelpers,
  knownHelpersOnly: true,
};

/** What the build of Locusts makes of all templates, beside their texts. */
export const COMPILED_TEMPLATES = new URL("./templates/compiled.cjs", import.meta.url);

let loaded: Readonly<Record<TemplateName, HandlebarsTemplateDelegate>> | undefined;

export function renderTemplate(name: TemplateName, values: object): string {
  loaded ??= loadTemplates(COMPILED_TEMPLATES, VALUE_HELPERS);
  return loaded[name](values);
}
