import { randomBytes } from "node:crypto";
import { quoteSingle } from "../../../compiler/format/quote.js";

/** A bash script in a form that any login shell passes on unharmed. */
export interface PackedScript {
  /** a command line for sh, bash, csh, tcsh, zsh, fish … alike */
  readonly commandLine: string;
  /** the same as words, where no shell is in between */
  readonly command: readonly [program: string, ...words: string[]];
  /** what it has to read from standard input, once it has printed the mark and not before */
  readonly preamble: Buffer;
  /** a line that it prints on both streams before anything of its own: from then on it is bash that reads */
  readonly mark: string;
}

/**
 * What the account's environment says to bash, or to programs that scripts call, is not meant for scripts: it is
 * taken out, and kept in `locusts_aside` for those that start managers. Any bash can read this.
 */
const TAKE_OUT = `locusts_aside=(); for locusts_name in TMOUT FUNCNEST POSIXLY_CORRECT TAR_OPTIONS TAPE GREP_OPTIONS \\
  QUOTING_STYLE BLOCK_SIZE BLOCKSIZE LANG LANGUAGE LC_ALL "\${!LC_@}"; do
  if [[ \${!locusts_name+set} ]]; then
    locusts_aside+=("$locusts_name=\${!locusts_name}")
    unset "$locusts_name"
  fi
done; set +o posix`;

/** What is said, and nothing else, where a script has not come whole. */
export const NOT_READ = "the machine has ended a script before it was read";

/**
 * The script travels through standard input: so it may be of any length, stands in no process list, and no shell but
 * the bash it is meant for ever reads it. The login shell sees digits and words of ours alone. Nothing is to be sent
 * before the mark has come: start files may read, too, and may put another program in the place of ours. `head` takes
 * just what it is told to, and leaves the rest to the script. Of a script that has not come whole, since `head` was
 * killed or a connection broke, nothing is done.
 *
 * @throws Error if script or words hold a NUL, or half of a surrogate pair
 */
export function packScript(script: string, args: readonly string[]): PackedScript {
  const mark = `locusts-${randomBytes(16).toString("hex")}`;
  const lines = [TAKE_OUT, `set -- ${args.map(quoteSingle).join(" ")}`, script, `# ${mark}`, ""];
  if (script.includes("\0")) throw new Error("a NUL character cannot stand in a bash script; take it out of the text");
  const preamble = Buffer.from(lines.join("\n"));
  // -p: neither BASH_ENV nor functions of the environment are for this script
  // --norc: bash reads ~/.bashrc where it takes its standard input for a network connection
  const read = `locusts_script=$(head -c ${preamble.length})`;
  const complain = `{ echo ${NOT_READ} >&2; exit 1; }`;
  const program = `echo ${mark}; echo ${mark} >&2; ${read}; [[ $locusts_script == *${mark} ]] || ${complain}; eval "$locusts_script"`;
  return {
    commandLine: `exec bash --norc -p -c '${program}' bash`,
    command: ["bash", "--norc", "-p", "-c", program, "bash"],
    preamble,
    mark,
  };
}

/**
 * A command line by which any login shell starts bash with a script of some lines that leaves standard input alone, for a
 * terminal, say. Quotes within quotes are read in other ways by some of them: this one has nothing in it that they read.
 */
export function packLine(script: string): string {
  return `exec bash --norc -p -c 'eval "$(echo ${Buffer.from(script).toString("base64")} | base64 -d)"' bash`;
}
