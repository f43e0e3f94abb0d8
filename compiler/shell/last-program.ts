import { parse } from "sh-syntax";

/** What bash runs itself: `compgen -b` and `compgen -k` of bash 5.2. */
const NO_PROGRAMS = new Set(
  (
    ". : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo " +
    "enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf " +
    "pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit " +
    "umask unalias unset wait if then else elif fi case esac for select while until do done in function time coproc"
  ).split(" "),
);

/** What the manager calls its functions. */
const OWN_FUNCTIONS = "locusts_";

/** With one of these in a text, a word may mean something else than the program of that name, or something is to follow it. */
const CHANGES_MEANING =
  /\(\s*\)|[<>]\(|(?<![\w-])(?:alias|coproc|enable|eval|exec|function|hash|shopt|source|trap)(?![\w-])|(?:^|[\s;&|({])\.\s/m;

/**
 * Finds out whether a command ends in one simple command that is a program, by a name that stands there as it is.
 * Then the shell that runs it has nothing else to do, and `exec` before the name changes nothing.
 *
 * @param before bash text that runs in the same shell before it
 * @returns the offset of the program's name; undefined: something else comes last, or there is doubt
 */
export async function findLastProgram(text: string, before = ""): Promise<number | undefined> {
  if (CHANGES_MEANING.test(text) || CHANGES_MEANING.test(before)) return undefined;
  const last = (await parsed(text))?.Stmts.at(-1);
  if (!last?.Cmd || last.Negated || last.Background || last.Coprocess) return undefined;
  const bytes = Buffer.from(text);
  const command = bytes.subarray(last.Cmd.Pos.Offset, last.Cmd.End.Offset).toString();
  // It forks where it leads a process group, and what it has begun would not be waited for.
  if (/\bsetsid\b/.test(command)) return undefined;
  const name = /^[\w./+][\w./+-]*(?=\s|$)/.exec(command)?.[0];
  if (name === undefined || NO_PROGRAMS.has(name) || name.startsWith(OWN_FUNCTIONS)) return undefined;
  // Only words may stand between these: no operator, and no redirection.
  if (/[|&;<>()\n]/.test(command) && !(await parsed(`words=(${command})`))) return undefined;
  return bytes.subarray(0, last.Cmd.Pos.Offset).toString().length;
}

/** What the parser makes of a text; undefined if it cannot read it. */
function parsed(text: string) {
  return parse(text).catch(() => undefined);
}
