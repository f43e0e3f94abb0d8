import { parse } from "sh-syntax";

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

/** Parses bash text; costs some 10 ms a call, as each starts a WebAssembly program of its own. */
export async function checkSyntax(text: string): Promise<SyntaxMistake | { readonly commands: number }> {
  try {
    return { commands: (await parse(text)).Stmts.length };
  } catch (error) {
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
