import { stripVTControlCharacters } from "node:util";
import { RuntimeProblem } from "../../system/problem.js";

/** How a login went on instead of running the command that it was given. */
export type NoStart =
  /** it ended */
  | "ended"
  /** it waited for input, and ended when there was none */
  | "waited"
  /** it waited for input, and ran the command when there was none: too late to give it the script */
  | "read"
  /** it ran the command in the end, long after it had been given up */
  | "slow"
  /** the command ran, and nothing that it says can be heard */
  | "mute"
  /** the command ran, and nothing that it is to read comes to it */
  | "deaf"
  /** nothing happened at all */
  | "silent";

/** More of what a login says does not go into a sentence, in characters. */
const MOST_SAID = 300;

const START_FILES = "~/.bashrc, ~/.bash_profile, ~/.profile, ~/.cshrc or /etc/profile.d";
const FOR_PEOPLE = "put what is meant for people behind a line such as `case $- in *i*) ;; *) return ;; esac`";

/** What a login says that runs no commands, and what to do about it. */
const FIXES: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/restricted/i, "the account's shell is a restricted one: ask those who run the host for a plain bash"],
  [
    /not available|nologin|closed|disabled|expired|suspended/i,
    "ask those who run the host to open the account for commands",
  ],
  [/not found|no such file|permission denied/i, "bash, head and the account's login shell must be there"],
];

/** The end of what a login has said, in one line that is no command to a terminal. */
function plainEnd(said: string): string {
  const plain = stripVTControlCharacters(said)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return plain.length > MOST_SAID ? `… ${plain.slice(-MOST_SAID)}` : plain;
}

/** Why a login ran no command. @param said what came instead, on both streams @param seconds how long was waited */
export function explainNoStart(name: string, how: NoStart, said: string, seconds: number): RuntimeProblem {
  const message = plainEnd(said);
  const says = message === "" ? "without a word" : `and says: ${message}`;
  const trial = how === "deaf" ? `echo echo yes | ssh ${name} bash` : `ssh ${name} bash --version </dev/null`;
  const known = FIXES.find(([pattern]) => pattern.test(message))?.[1];
  const inStartFiles = (what: string) => `look for ${what} in ${START_FILES} there, and ${FOR_PEOPLE}`;
  const late = `lets us log in, and has begun no command for ${seconds} s, ${says}`;
  const hangs = `look for what waits in ${START_FILES} there, or for a file system there that hangs`;
  const explanations: Readonly<Record<NoStart, readonly [what: string, fix: string]>> = {
    ended: [
      `does not run bash ${says}`,
      known ?? `${inStartFiles("`exit` or `exec`")}; a command may also be forced on the key or account`,
    ],
    waited: [
      `does not run bash: for ${seconds} s the login waited for input, ${says}`,
      inStartFiles("a menu, a question, or `exec` of another shell"),
    ],
    read: [
      `begins no command by itself: for ${seconds} s a start file of the login read from standard input, ${says}`,
      inStartFiles("`read` and the like"),
    ],
    mute: [`runs bash, and its standard output does not come here`, inStartFiles("`exec` with a redirection")],
    deaf: [
      "runs bash, and what it is to read from standard input does not come there",
      inStartFiles("`exec` with a redirection, and for what reads standard input"),
    ],
    slow: [late, hangs],
    silent: [late, hangs],
  };
  const [what, fix] = explanations[how];
  return new RuntimeProblem(`${name} ${what}`, `${fix}; see whether this works: ${trial}`);
}
