import type { ShellPart } from "../dsl/command.js";
import type { BundledJob } from "../format/bundle.js";
import { quoteWord } from "../format/quote.js";
import { assembleTemplate } from "../shell/template.js";
import type { Compilation } from "./compilation.js";
import type { SwarmPlan } from "./swarm-plan.js";

/** The values of one job by the bash variables that hold them. */
function valuesOf({ params, inputs, outputs }: SwarmPlan, job: BundledJob): ReadonlyMap<string, string> {
  return new Map([
    ...params.map((name, i) => [`param_${name}`, job.params[i] as string] as const),
    ...inputs.map(({ variable }, i) => [variable, job.inputs[i] as string] as const),
    ...outputs.map(({ variable }, i) => [variable, job.outputs[i] as string] as const),
  ]);
}

/** Takes off the blank lines around a text, and the blanks that all of its lines begin with. */
function outdented(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd()
    .split("\n");
  const indents = lines.flatMap((line) => (line.trim() === "" ? [] : [line.search(/\S/)]));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join("\n");
}

function filled(part: ShellPart, values: ReadonlyMap<string, string>): ShellPart {
  if ("code" in part) return { text: values.get(part.code.variable) ?? "" };
  return "reference" in part ? { constant: values.get(part.reference.variable) ?? "" } : part;
}

/**
 * The command of one job with its values in the places of the references, for people to read. Where a value cannot
 * stand in such a place, as in arithmetic, or the command is a program, the values stand before it.
 */
export async function fillCommand({ plan, parts }: Compilation, job: BundledJob): Promise<string> {
  const values = valuesOf(plan, job);
  const inPlace = parts && (await assembleTemplate(parts.map((part) => filled(part, values))));
  if (inPlace && inPlace.mistakes.length === 0) return outdented(inPlace.text);
  const used = [...values].filter(([variable]) => plan.command.includes(variable));
  return [...used.map(([variable, value]) => `${variable}=${quoteWord(value)}`), outdented(plan.command)].join("\n");
}
