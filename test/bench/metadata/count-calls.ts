import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The folders of a run that all managers use. */
export const SHARED_FOLDERS = ["claims", "managers", "chunks", "journal"] as const;

export interface Calls {
  /** calls that name a path in a shared folder, by folder */
  readonly shared: Readonly<Record<(typeof SHARED_FOLDERS)[number], number>>;
  /** calls that name any path in the target's folder */
  readonly all: number;
}

/** A call, with the first text among its words: its path. Starting a program is none in the run's folders. */
const CALL = /^\d+ +(?!execve)\w+\([^"]*"([^"]*)"/;

/**
 * Counts the file-system calls of managers by what `strace -f -e trace=%file` has written of each.
 *
 * @param traces folder of strace's files
 * @param target absolute path of the target's folder
 * @param run absolute path of the run's, where managers work
 */
export async function countCalls(traces: string, target: string, run: string): Promise<Calls> {
  const shared = { claims: 0, managers: 0, chunks: 0, journal: 0 };
  let all = 0;
  for (const file of readdirSync(traces)) {
    for await (const line of createInterface({ input: createReadStream(join(traces, file)) })) {
      const path = CALL.exec(line)?.[1];
      if (path === undefined || path === "") continue;
      if (path.startsWith("/") && path !== target && !path.startsWith(`${target}/`)) continue;
      all += 1;
      const within = path.startsWith(`${run}/`) ? path.slice(run.length + 1) : path;
      const folder = SHARED_FOLDERS.find((name) => within === name || within.startsWith(`${name}/`));
      if (folder) shared[folder] += 1;
    }
  }
  return { shared, all };
}
