import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const BETWEEN_LOOKS = 50;

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

function worksIn(pid: number, folders: readonly string[]): boolean {
  let place = "";
  try {
    place = readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return false; // it is gone, or a zombie
  }
  const command = commandLine(pid);
  return folders.some((folder) => place.startsWith(folder) || command.includes(folder));
}

/** The processes that work in some folders, or have been started with them, but for tracers. */
export function processesOf(folders: readonly string[], except: readonly (number | undefined)[]): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && !except.includes(pid) && worksIn(pid, folders));
}

/** Waits until some processes are gone. @returns what is left then, as texts */
export async function waitUntilGone(list: () => readonly number[], milliseconds: number): Promise<string[]> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = list();
    if (found.length === 0) return [];
    if (Date.now() > end) return found.map((pid) => `${pid} ${commandLine(pid).slice(0, 200)}`);
    await sleep(BETWEEN_LOOKS);
  }
}

export async function killAll(list: () => readonly number[]): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const found = list();
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It was quicker.
      }
    }
    await sleep(BETWEEN_LOOKS);
  }
}
