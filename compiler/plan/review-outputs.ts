import type { ShellPart } from "../dsl/command.js";
import { scanShell } from "../shell/context.js";
import { HOLE } from "../shell/findings.js";
import { withHoles } from "../shell/template.js";
import type { PlanMistake } from "./plan-mistake.js";
import type { OutputPlan } from "./swarm-plan.js";

/** Programs, and words of bash, that write no file by themselves, whatever they are given. */
const WRITE_NOTHING = new Set(
  (
    ": [ [[ basename break case cat cksum cmp column comm continue cut date declare diff dirname do done du echo elif " +
    "else esac exit expr factor false fi fold for grep egrep fgrep head hexdump hostname if in join local ls md5sum nl " +
    "numfmt od paste printf pwd read realpath return rev select seq set sha1sum sha256sum shift sleep stat tac tail " +
    "test then tr true uname unset until wait wc while zcat"
  ).split(" "),
);

/** With one of these, words may mean something else than what they look like. */
const CHANGES_MEANING = /\(\s*\)|[<>]\(|\b(?:alias|enable|eval|exec|function|source|trap)\b/;

/** Can no part of a command have written a file that is not among its outputs by name? Where there is doubt, it can. */
function writesNothingElse(parts: readonly ShellPart[], before: string): boolean {
  const { source, holes } = withHoles(parts);
  if (CHANGES_MEANING.test(source) || CHANGES_MEANING.test(before)) return false;
  // A value of a job may be a file's name.
  const arePaths = parts.every((part) => "text" in part || ("reference" in part && part.reference.kind !== "param"));
  const isKnown = (word: string) =>
    /^(?:\/dev\/(?:null|stdout|stderr)|[\d-]+)$/.test(word) || (arePaths && word === HOLE);
  return scanShell(source, holes).words.every(({ text, isCommand, redirection }) => {
    if (redirection.includes(">")) return isKnown(text);
    return !isCommand || WRITE_NOTHING.has(text) || /^\w+\+?=/.test(text);
  });
}

/**
 * Outputs that cannot come to be, since nothing in the command could write them: they are not named there, and all of
 * its programs are known to print only. Of other programs nobody knows here what they write.
 *
 * @param before bash that runs before it
 */
export function reviewOutputs(
  outputs: readonly OutputPlan[],
  parts: readonly ShellPart[],
  before: string,
): readonly PlanMistake[] {
  const named = parts.flatMap((part) => ("reference" in part ? [part.reference.variable] : []));
  const text = parts.map((part) => ("text" in part ? part.text : "")).join("\n");
  const unnamed = outputs.filter(({ optional, variable }) => {
    return !optional && !named.includes(variable) && !text.includes(variable);
  });
  if (unnamed.length === 0 || !writesNothingElse(parts, before)) return [];
  return unnamed.map(({ name }) => ({
    path: ["outputs", name],
    message: `nothing in the command writes the output "${name}"`,
    hint: `have it written where it is expected, as in … > \${outputs.${name}}`,
  }));
}

/** An output below results/ whose path begins with it once more. */
export function reviewPath({ name, pattern }: OutputPlan): readonly PlanMistake[] {
  if (!/^results\/./.test(pattern)) return [];
  return [
    {
      path: ["outputs", name],
      message: `the output "${pattern}" comes to lie in results/results/: all outputs are below results/ already`,
      hint: `write "${pattern.slice("results/".length)}"`,
    },
  ];
}
