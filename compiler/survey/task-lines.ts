import { readLines } from "../format/lines.js";
import type { Place, Problem } from "../problem/problem.js";

/** A line of a list of commands that is to be run. */
export interface TaskLine {
  /** from 1 */
  readonly number: number;
  /** what bash is to read */
  readonly text: string;
  /** where an offset of the text is in the file */
  placeOf(offset: number): Place;
}

/** What no line may hold, and what to do about it. */
const UNFIT: readonly { readonly what: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    what: /\0/,
    message: "the line has a NUL character in it, which no command can have",
    hint: "is this a list of commands? One in UTF-16 has to be saved as UTF-8",
  },
  {
    what: /\r/,
    message: "the line has a carriage return in the middle of it",
    hint: "save the file with Unix line ends (LF)",
  },
  {
    what: /\uFFFD/,
    message: "the line is not UTF-8 from here on",
    hint: "save the file as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8",
  },
  {
    what: /\$\{?DISBATCH_\w+/,
    message: "the line uses a variable that only disBatch sets",
    hint: "the line's number is $param_number here",
  },
];

/** `#DISBATCH PREFIX text`: what is put before each line from there on, and after it. */
const DIRECTIVE = /^#DISBATCH (\w+)(?: (.*))?$/i;

/**
 * Reads a list of commands, line by line: what is neither empty nor a comment, with what disBatch's
 * directives put around it.
 *
 * @param name how the file is called in places
 * @param wrong is told of lines that cannot be run, which are left out
 */
export function* readTaskLines(path: string, name: string, wrong?: (problem: Problem) => void): Generator<TaskLine> {
  let number = 0;
  let prefix = "";
  let suffix = "";
  for (const raw of readLines(path, true)) {
    number += 1;
    const line = raw.slice(number === 1 && raw.startsWith("\uFEFF") ? 1 : 0, raw.endsWith("\r") ? -1 : undefined);
    const place = (column: number): Place => ({ file: name, line: number, column });
    const directive = DIRECTIVE.exec(line);
    if (directive) {
      const [, word = "", text = ""] = directive;
      if (/^prefix$/i.test(word)) prefix = text;
      else if (/^suffix$/i.test(word)) suffix = text;
      else {
        wrong?.({
          message: `#DISBATCH ${word} means nothing here`,
          place: place(1),
          hint: "PREFIX and SUFFIX are heeded; jobs are independent, and each line is one",
        });
      }
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const text = prefix + line + suffix;
    const unfit = UNFIT.find(({ what }) => what.test(text));
    const at = number;
    const placeOf = (offset: number): Place => {
      const inLine = Math.min(Math.max(offset - prefix.length, 0), line.length);
      return { file: name, line: at, column: inLine + 1 };
    };
    if (unfit) wrong?.({ message: unfit.message, place: placeOf(text.search(unfit.what)), hint: unfit.hint });
    else yield { number, text, placeOf };
  }
}
