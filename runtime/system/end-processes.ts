import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { entriesIn } from "../../compiler/format/file-access.js";

/** So many rounds: what dies may have just started something. */
const MOST_ROUNDS = 40;
const BETWEEN_ROUNDS = 50;

/** What slots have in their environment, and all that they start: the folder of their manager's incarnation. */
const MARK = "LOCUSTS_INCARNATION=";

/** Is it a manager of this folder, or what one has started? Whoever else looks at what lies there is left alone. */
function worksIn(pid: string, folder: string): boolean {
  const listOf = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  const isWithin = (path: string) => path.startsWith(`${folder}/`);
  try {
    const mark = listOf("environ").find((entry) => entry.startsWith(MARK));
    if (mark !== undefined && isWithin(mark.slice(MARK.length))) return true;
    const [program = "", ...args] = listOf("cmdline");
    const isManager = basename(program).startsWith("bash") && args.some((word) => basename(word) === "manager.sh");
    return isManager && isWithin(readlinkSync(`/proc/${pid}/cwd`));
  } catch {
    return false; // it is gone, or another user's
  }
}

function processesIn(folder: string): number[] {
  const names = entriesIn("/proc").map(({ name }) => name); // none where this system has no such folder
  const found = names.filter((name) => /^\d+$/.test(name) && worksIn(name, folder)).map(Number);
  return found.filter((pid) => pid !== process.pid && pid !== process.ppid);
}

/**
 * Ends the managers and jobs of this machine that work in a target's folder, where nothing is left that would
 * tell which they are. @returns whether all are gone
 */
export async function endProcessesIn(folder: string): Promise<boolean> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = processesIn(folder);
    if (found.length === 0) return true;
    for (const pid of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It was quicker.
      }
    }
    await sleep(BETWEEN_ROUNDS);
  }
  return processesIn(folder).length === 0;
}
