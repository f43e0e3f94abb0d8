import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { birthOf } from "../engines/process-birth.js";
import type { Run } from "./run-folder.js";

/** What the manager is called that a local deploy starts. */
const MANAGER = "main";

function lifeNumber(life: string): number {
  return Number(life.slice(life.lastIndexOf(".") + 1));
}

/** The lives of a run's managers, oldest first, by the names of their files. */
export function listLives(run: Run): string[] {
  return readdirSync(join(run.folder, "managers"))
    .filter((file) => /^[A-Za-z0-9_-]+\.\d+$/.test(file))
    .sort((a, b) => lifeNumber(a) - lifeNumber(b));
}

/** Does this manager still run, on this machine? */
export function isAlive(run: Run, life: string): boolean {
  const [pid, birth, host, what] = readFileSync(join(run.folder, "managers", life), "utf8")
    .trim()
    .split(" ");
  return what !== "deploy" && host === hostname() && birth !== undefined && birthOf(Number(pid)) === birth;
}

/**
 * Keeps managers from beginning while this process lives: it takes the number of the next life, which
 * only one can have. A manager that an earlier deploy has launched may be on its way still.
 *
 * @returns false if a manager has taken it first
 */
export function holdRun(run: Run): boolean {
  const managers = join(run.folder, "managers");
  const number = Math.max(0, ...listLives(run).map(lifeNumber)) + 1;
  const draft = join(managers, `.${process.pid}`);
  try {
    writeFileSync(draft, `${process.pid} ${birthOf(process.pid) ?? 0} ${hostname()} deploy\n`);
    linkSync(draft, join(managers, `${MANAGER}.${number}`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
