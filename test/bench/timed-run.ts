import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** A process to be timed, from its start to its end. */
export interface TimedCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** variables beside those of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** takes both of its streams */
  readonly log: string;
  /** a Node program: it is asked for its peak memory, which it writes to this file */
  readonly memoryFile?: string;
}

/** A run that failed, with the end of what it said. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/** Has a Node program write down its peak memory, in kilobytes, when it ends. */
function memoryProbe(file: string): string[] {
  const source = `import { writeFileSync } from "node:fs";
    process.on("exit", () => writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`;
  return ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
}

/** @throws RunFailed if it does not end with 0 */
export async function runTimed(command: TimedCommand): Promise<{ seconds: number; peakMemory: number }> {
  const { program, folder, log, memoryFile } = command;
  const args = memoryFile === undefined ? command.args : [...memoryProbe(memoryFile), ...command.args];
  const env = { ...process.env, ...command.environment };
  const output = openSync(log, "w");
  const start = process.hrtime.bigint();
  const code = await new Promise<number | string>((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", output, output] });
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => resolve(exitCode ?? signal ?? "unknown"));
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  closeSync(output);
  if (code !== 0) {
    const words = readFileSync(log, "utf8").trim().split("\n").slice(-15).join("\n");
    throw new RunFailed(`${program} ${command.args.join(" ")} ended with ${code}:\n${words}`);
  }
  return { seconds, peakMemory: memoryFile === undefined ? 0 : Number(readFileSync(memoryFile, "utf8")) / 1024 };
}
