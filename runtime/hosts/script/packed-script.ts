import { randomBytes } from "node:crypto";
import { quoteSingle } from "../../../compiler/shell/quote.js";

/** A bash script in a form that any login shell passes on unharmed. */
export interface PackedScript {
  /** a command line for sh, bash, csh, tcsh, zsh, fish … alike */
  readonly commandLine: string;
  /** the same as words, where no shell is in between */
  readonly command: readonly [program: string, ...words: string[]];
  /** what it has to read from standard input before anything else */
  readonly preamble: Buffer;
  /** a line that it prints on both streams before anything of its own */
  readonly mark: string;
}

/**
 * The script travels through standard input: so it may be of any length, stands in no process
 * list, and no shell but the bash it is meant for ever reads it. The login shell sees digits and
 * words of ours alone. `head` takes just what it is told to, and leaves the rest to the script.
 *
 * @throws Error if script or words hold a NUL, or half of a surrogate pair
 */
export function packScript(script: string, words: readonly string[]): PackedScript {
  const mark = `locusts-${randomBytes(16).toString("hex")}`;
  const lines = [`echo ${mark}; echo ${mark} >&2`, `set -- ${words.map(quoteSingle).join(" ")}`, script, ""];
  if (script.includes("\0")) throw new Error("a NUL character cannot stand in a bash script; take it out of the text");
  const preamble = Buffer.from(lines.join("\n"));
  // --norc: bash reads ~/.bashrc where it takes its standard input for a network connection
  const program = `eval "$(head -c ${preamble.length})"`;
  return {
    commandLine: `exec bash --norc -c '${program}' bash`,
    command: ["bash", "--norc", "-c", program, "bash"],
    preamble,
    mark,
  };
}
