import { begin } from "../deploy/deployment.js";
import { CLI, runVerb } from "../verbs/run-verb.js";

/** How a call of `locusts` ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** words before the command: a program that starts it in other circumstances */
  readonly through?: readonly string[];
}

/** Runs the command line; through another program, in a process of its own. */
export async function locusts(
  words: readonly string[],
  { cwd = process.cwd(), env = {}, through = [] }: Surroundings = {},
): Promise<Ending> {
  const [program, ...args] = [...through, process.execPath, CLI, ...words] as [string, ...string[]];
  if (through.length === 0) return runVerb(words, cwd, env);
  return begin(program, args, cwd, env).outcome;
}
