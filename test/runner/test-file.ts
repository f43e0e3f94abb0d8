import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents, reportVariable, type TestEvent } from "./report.js";

/** How one test file ended, before it is judged. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly seconds: number;
  /** both streams, as they came */
  readonly output: string;
  readonly events: readonly TestEvent[];
}

/** Process groups of test files that run right now. */
const running = new Set<number>();

/**
 * Runs one compiled test file in a Node process of its own. Its output goes to a file instead of a
 * pipe: a pipe stays open for as long as any stray grandchild holds it.
 */
export async function runTestFile(
  file: string,
  seconds: number,
  scratch: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  const outputFile = join(scratch, "output");
  const reportFile = join(scratch, "report");
  const begun = performance.now();
  const output = openSync(outputFile, "w");
  const child = spawn(process.execPath, [file], {
    stdio: ["ignore", output, output],
    detached: true,
    env: { ...process.env, ...variables, [reportVariable]: reportFile },
  });
  closeSync(output);
  if (child.pid !== undefined) running.add(child.pid);

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, seconds * 1000);

  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, by) => resolve([code, by]));
  });
  clearTimeout(timer);
  // Whatever the file has left running in its group ends with it.
  killGroup(child.pid);
  if (child.pid !== undefined) running.delete(child.pid);

  return {
    exitCode,
    signal,
    timedOut,
    seconds: (performance.now() - begun) / 1000,
    output: readFileSync(outputFile, "utf8"),
    events: readEvents(reportFile),
  };
}

/** For an interrupted runner: its test files are in groups of their own and would run on. */
export function killRunningFiles(): void {
  for (const pid of running) killGroup(pid);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
