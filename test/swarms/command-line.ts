import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../runtime/cli/bin.js", import.meta.url));

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

/** Runs the real command line in a process of its own. */
export function locusts(words: readonly string[], { cwd, env, through = [] }: Surroundings = {}): Promise<Ending> {
  const [program, ...args] = [...through, process.execPath, bin, ...words] as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const read = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      read.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      read.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...read }));
  });
}
