import type { Mistake, Wording } from "./mistake.js";
import { wordsForNames } from "./name-words.js";
import { wordsForValues } from "./value-words.js";

/** A mistake in words of the definition, or, if it is none of those foreseen, in those of TypeScript, shortened. */
export function inWords(mistake: Mistake): Wording {
  if (!mistake.node.parent) return typescriptWords(mistake.lines); // the file ends too early
  return wordsForNames(mistake) ?? wordsForValues(mistake) ?? typescriptWords(mistake.lines);
}

/** TypeScript's own message and its innermost reason, with long types left out. */
function typescriptWords(lines: readonly string[]): Wording {
  const suggested = /Did you mean (.*\?)/.exec(lines.join("\n"))?.[1];
  const [head = "", ...reasons] = lines.map((line) => shortened(line.replace(/ Did you mean .*\?/, "")));
  const reason = reasons.at(-1);
  const message = reason === undefined || reason === head ? head : `${head}: ${reason}`;
  return { message, hint: suggested && `did you mean ${suggested.replaceAll("'", "")}` };
}

const LONGEST_TYPE = 80;

/** The message with each quoted type that is too long to be read cut short. */
function shortened(message: string): string {
  return message
    .replaceAll(/\bimport\("[^"]*"\)\./g, "")
    .replaceAll(/\bShow<(\{[^{}]*\})>/g, "$1")
    .replace(/'((?:[^'"]|"(?:[^"\\]|\\.)*")*)'/g, (quoted, type: string) =>
      quoted.length <= LONGEST_TYPE ? quoted : `'${withoutDetails(type)}'`,
    );
}

function withoutDetails(type: string): string {
  let short = type;
  // From the inside out, as braces nest.
  for (let before = ""; before !== short; ) {
    before = short;
    short = short.replace(/\{ [^{}]*[^{}…] \}|<[^<>{}=]*[^<>=…]>/g, (part) => (part.startsWith("<") ? "<…>" : "{ … }"));
    if (short.length <= LONGEST_TYPE) return short;
  }
  return short.length <= LONGEST_TYPE ? short : `${short.slice(0, LONGEST_TYPE - 1)}…`;
}
