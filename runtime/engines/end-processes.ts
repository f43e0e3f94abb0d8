import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** So many rounds: what dies may have just started something. */
const MOST_ROUNDS = 40;
const BETWEEN_ROUNDS = 50;

function worksIn(pid: string, folder: string): boolean {
  try {
    const place = readlinkSync(`/proc/${pid}/cwd`);
    if (place === folder || place.startsWith(`${folder}/`)) return true;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .some((word) => word.startsWith(`${folder}/`));
  } catch {
    return false; // it is gone, or another user's
  }
}

function processesIn(folder: string): number[] {
  let all: string[];
  try {
    all = readdirSync("/proc");
  } catch {
    return []; // this system has no such folder
  }
  const found = all.filter((entry) => /^\d+$/.test(entry) && worksIn(entry, folder)).map(Number);
  return found.filter((pid) => pid !== process.pid && pid !== process.ppid);
}

/**
 * Ends all processes of this machine that work in a folder of Locusts', where nothing is left that would tell
 * which they are. @returns whether all are gone
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
