import { readPlainLines } from "../format/lines.js";
import type { Place } from "../problem/problem.js";

/** A line of a text file, without what ends it. */
export interface FileLine {
  /** from 1 */
  readonly number: number;
  readonly text: string;
  /** where an offset of the text is in the file */
  placeOf(offset: number): Place;
}

/** What no line may hold, and what to do about it. */
const UNFIT: readonly { readonly what: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    what: /\0/,
    message: "the line has a NUL character in it, which no command can have",
    hint: "is this a text file? One in UTF-16 has to be saved as UTF-8",
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
];

/** Why a line can be no part of a command, and from where on; undefined if it can. */
export function whyUnfit(
  text: string,
): { readonly message: string; readonly hint: string; readonly offset: number } | undefined {
  for (const { what, message, hint } of UNFIT) {
    const offset = text.search(what);
    if (offset >= 0) return { message, hint, offset };
  }
  return undefined;
}

/** The lines of a text file, as `readPlainLines` gives them. @param name how the file is called in places */
export function* readFileLines(path: string, name: string): Generator<FileLine> {
  let number = 0;
  for (const text of readPlainLines(path)) {
    number += 1;
    const line = number;
    yield { number, text, placeOf: (offset) => ({ file: name, line, column: offset + 1 }) };
  }
}
