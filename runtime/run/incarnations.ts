import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { namesIn } from "../../compiler/format/file-access.js";
import { incarnationNumber } from "../../compiler/format/journal.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { createLockFile, folderIdentity } from "../system/lock-file.js";
import { birthOf, bootOfMachine } from "../system/process.js";
import type { Run } from "./run-folder.js";

const MANAGER = "main";
/** A manager that is about to leave takes no longer, in milliseconds. */
const MOST_LEAVING = 2000;
const BETWEEN_LOOKS = 20;
/** The incarnation file of nobody. */
const NOBODY = "0 0 - deploy -\n";

/** The incarnations of a run's managers, oldest first, by the names of their files. */
export function listIncarnations(run: Run): string[] {
  return namesIn(join(run.folder, "managers")) // none where nobody has begun, or the folder is lost
    .filter((file) => /^[A-Za-z0-9_-]+\.\d+$/.test(file))
    .sort((a, b) => incarnationNumber(a) - incarnationNumber(b));
}

/** Is a process in that folder? Also true where that can't be told. */
function isIn(pid: number, folder: string): boolean {
  try {
    return folderIdentity(`/proc/${pid}/cwd`) === folderIdentity(folder);
  } catch {
    return true;
  }
}

/** Does this manager still run, on this machine? A copy of a run's folder has its file, too, and not the manager. */
export function isAlive(run: Run, incarnation: string): boolean {
  const [pid, birth, host, what, boot] = readFileSync(join(run.folder, "managers", incarnation), "utf8")
    .trim()
    .split(" ");
  const isHere = boot === undefined ? host === hostname() : boot === bootOfMachine();
  const isOne = isHere && what !== "deploy" && birth !== undefined && birthOf(Number(pid)) === birth;
  return isOne && isIn(Number(pid), run.folder);
}

/**
 * Keeps managers from beginning while this process lives: it takes the number of the next incarnation, which
 * only one can have. A manager that an earlier deploy has launched may be on its way still.
 *
 * @returns false if a manager has taken it first
 */
export async function holdRun(run: Run): Promise<boolean> {
  const last = listIncarnations(run).at(-1);
  const number = (last === undefined ? 0 : incarnationNumber(last)) + 1;
  const place = join(run.folder, "managers", `${MANAGER}.${number}`);
  makeFolders(dirname(place));
  const { pid } = process;
  if (!createLockFile(place, `${pid} ${birthOf(pid) ?? 0} ${hostname()} deploy ${bootOfMachine()}\n`)) return false;
  // One that was held up before it could say who it is, and does so now, finds this file and leaves.
  const since = performance.now();
  while (last !== undefined && isAlive(run, last) && performance.now() - since < MOST_LEAVING) {
    await sleep(BETWEEN_LOOKS);
  }
  const isFirst =
    (last === undefined || !isAlive(run, last)) && incarnationNumber(listIncarnations(run).at(-1) as string) === number;
  if (!isFirst) writeFileSync(place, NOBODY);
  return isFirst;
}
