import type { Place, Problem } from "../problem/problem.js";
import { type FileLine, readFileLines, whyUnfit } from "./file-lines.js";

function whyOfDisBatch(text: string): ReturnType<typeof whyUnfit> {
  const offset = text.search(/\$\{?DISBATCH_\w+/);
  if (offset < 0) return undefined;
  const hint = "the line's number is $param_number here";
  return { message: "the line uses a variable that only disBatch sets", hint, offset };
}

/** `#DISBATCH PREFIX text`: what is put before each line from there on, and after it. */
const DIRECTIVE = /^#DISBATCH (\w+)(?: (.*))?$/i;

/**
 * Reads a list of commands, line by line: what is neither empty nor a comment, with what disBatch's
 * directives put around it.
 *
 * @param name how the file is called in places
 * @param wrong is told of lines that cannot be run, which are left out
 * @returns the lines, with what bash is to read as their texts
 */
export function* readTaskLines(path: string, name: string, wrong?: (problem: Problem) => void): Generator<FileLine> {
  let prefix = "";
  let suffix = "";
  for (const { number, text: line, placeOf: placeInLine } of readFileLines(path, name)) {
    const directive = DIRECTIVE.exec(line);
    if (directive) {
      const [, word = "", text = ""] = directive;
      if (/^prefix$/i.test(word)) prefix = text;
      else if (/^suffix$/i.test(word)) suffix = text;
      else {
        wrong?.({
          message: `#DISBATCH ${word} means nothing here`,
          place: placeInLine(0),
          hint: "PREFIX and SUFFIX are heeded; jobs are independent, and each line is one",
        });
      }
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const text = prefix + line + suffix;
    const before = prefix.length;
    const placeOf = (offset: number): Place => placeInLine(Math.min(Math.max(offset - before, 0), line.length));
    const unfit = whyUnfit(text) ?? whyOfDisBatch(text);
    if (unfit) wrong?.({ message: unfit.message, place: placeOf(unfit.offset), hint: unfit.hint });
    else yield { number, text, placeOf };
  }
}
