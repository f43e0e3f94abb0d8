import { cleanSource } from "../format/delivery.js";
import { isWithin } from "../format/within.js";
import type { ShellWord } from "./findings.js";
import type { Remark } from "./review-values.js";

/** The files that a job has in its folder, and those that lie beside the definition. */
export interface FilesAround {
  /** is there such a file beside the definition, which a job could be meant to use? */
  isBeside(path: string): boolean;
  /** paths in the job's folder that do not differ from job to job */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Programs whose first argument is a program. */
const INTERPRETERS =
  /^(python[\d.]*|pypy3?|Rscript|bash|sh|zsh|dash|perl|julia|ruby|node|deno|octave(-cli)?|source|\.|lua|php|java|tclsh|gnuplot)$/;

function nameFor(path: string): string {
  const stem = path
    .replace(/^.*\//, "")
    .replace(/(?<=.)\..*$/, "")
    .replace(/\W+/g, "_");
  return /^[A-Za-z_]/.test(stem) ? stem : `file_${stem}`;
}

/** Files beside the definition that a command names, and that its jobs do not get. */
export function reviewFiles(
  words: readonly ShellWord[],
  { isBeside, inputs, outputs }: FilesAround,
): readonly Remark[] {
  const remarks: Remark[] = [];
  const made = new Set(outputs);
  const told = new Set<string>();
  const movesOn = words.some(({ text, isCommand }) => isCommand && /^(cd|pushd)$/.test(text));
  let interpreter: string | undefined;
  for (const { text, at, isCommand, redirection } of words) {
    // Also behind what starts it in other circumstances, as in nice python3.
    if (INTERPRETERS.test(text.replace(/^.*\//, ""))) {
      interpreter = text;
      continue;
    }
    if (isCommand) interpreter = undefined;
    const path = cleanSource(text);
    if (redirection.startsWith(">") || redirection === "&>") made.add(path);
    const isProgram = isCommand ? text.includes("/") : interpreter !== undefined && !text.startsWith("-");
    if (isProgram && !isCommand) interpreter = undefined;
    if (!/^[\w.+-][\w./+-]*$/.test(path) || /^[\d.]+$/.test(path) || told.has(path)) continue;
    if ((isCommand && !isProgram) || made.has(path) || inputs.some((input) => isWithin(input, path))) continue;
    if (movesOn || !isBeside(path)) {
      made.add(path);
      continue;
    }
    told.add(path);
    remarks.push({
      message: `${path} lies beside the definition, and not in the folder of a job, which has its inputs alone`,
      hint: `add it to the inputs: ${nameFor(path)}: shared("${path}")`,
      at,
      isNote: !isProgram,
    });
  }
  return remarks;
}
