import { ParseError, parse } from "sh-syntax";
import { ProblemsFound } from "../problem/problem.js";

interface SyntaxMistake {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly offset: number;
}

/** What the parser says, and what is said instead, with the fix. */
const WORDS: readonly (readonly [pattern: RegExp, message: string, hint?: string])[] = [
  [/^reached (?:EOF|.*?) without closing quote ["`](.)["`]$/, "the quote $1 is never closed"],
  [/^reached (?:EOF|.*?) without matching `(.+)` with `(.+)`$/, "`$1` is never closed with `$2`"],
  [/^`foo\(` must be followed by `\)`$/, "the `(` after this word cannot stand here", "put it in quotes if it is text"],
  [/^unclosed here-document `(.+)`$/, "the here-document has no end: no line is just `$1`"],
  [/^`(.+)` statement must end with `(.+)`$/, "the `$1` here has no `$2`"],
  [/^`(.+)` must be followed by a statement list$/, "`$1` has no command after it"],
  [/^`(.+)` must be followed by a statement$/, "`$1` has no command after it"],
  [/^`(.+)` can only immediately follow a statement$/, "`$1` has no command before it"],
  [
    /^a command can only contain words and redirects; encountered `(.+)`$/,
    "`$1` cannot stand here",
    "put it in quotes if it is text, or look for what is missing before it",
  ],
];

function reword(text: string, command: string): Omit<SyntaxMistake, "offset"> {
  for (const [pattern, message, hint] of WORDS) {
    if (!pattern.test(text)) continue;
    const reworded = text.replace(pattern, message);
    const delimiter = /^unclosed here-document `(.+)`$/.exec(text)?.[1];
    if (delimiter !== undefined && command.split("\n").some((line) => line.trim() === delimiter)) {
      return { message: reworded, hint: `let \`${delimiter}\` begin its line, with no blanks before or after it` };
    }
    return { message: reworded, hint };
  }
  return { message: text.replaceAll("EOF", "the end of the command") };
}

/** It reserves more than 10 GB of address space, and uses little of it: some login nodes allow less to a process. */
const NO_ADDRESSES = {
  message: "the syntax of commands cannot be checked: this process may not use as much address space as that takes",
  hint: "raise the limit (ulimit -v unlimited), or work on another machine: much memory it does not take",
};

/** What is wrong with a text that has ended the parser itself. @throws whatever it was, if the text is not to blame */
function explainEnd(error: unknown): SyntaxMistake {
  const { message } = error as Error;
  if (/out of memory|allocation failed/i.test(message)) throw new ProblemsFound([NO_ADDRESSES]);
  if (!/call stack size|memory access out of bounds|unreachable/.test(message)) throw error;
  return {
    message: "too much is nested in one another here to be read",
    hint: "write it with fewer brackets, or put it into a script that is an input",
    offset: 0,
  };
}

/** Parses bash text; costs some 10 ms a call, as each starts a WebAssembly program of its own. */
export async function checkSyntax(text: string): Promise<SyntaxMistake | { readonly commands: number }> {
  try {
    return { commands: (await parse(text)).Stmts.length };
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof SyntaxError)) return explainEnd(error);
    // what the language forbids comes as a plain SyntaxError whose message starts with line:column
    const place = (error as { Pos?: { Offset: number } }).Pos;
    const [, line, column, message] = /^(\d+):(\d+): (.*)$/s.exec((error as Error).message) ?? [];
    const bytes = Buffer.from(text);
    let start = 0;
    if (place === undefined) for (let i = 1; i < Number(line); i++) start = bytes.indexOf("\n", start) + 1;
    const offset = place?.Offset ?? start + Number(column ?? 1) - 1;
    const words = reword(message ?? (error as { Text?: string }).Text ?? (error as Error).message, text);
    return { ...words, offset: bytes.subarray(0, offset).toString().length };
  }
}
