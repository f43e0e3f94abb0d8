import { chmodSync, lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { RuntimeProblem } from "./problem.js";

/** Removes one thing after another, and goes on where one cannot be removed. @returns what is left, with the reason */
function removeEach(path: string): { readonly path: string; readonly why: string }[] {
  const left: { path: string; why: string }[] = [];
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // A folder that is not empty is the trouble of what is in it.
      if (code !== "ENOENT" && (code !== "ENOTEMPTY" || left.length === 0)) left.push({ path, why: message });
    }
  };
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return left;
  if (!stats.isDirectory()) {
    attempt(() => unlinkSync(path));
    return left;
  }
  // Folders that may not be written to are no hindrance.
  if ((stats.mode & 0o700) !== 0o700) attempt(() => chmodSync(path, (stats.mode & 0o777) | 0o700));
  attempt(() => {
    for (const entry of readdirSync(path)) left.push(...removeEach(join(path, entry)));
  });
  attempt(() => rmdirSync(path));
  return left;
}

/**
 * Removes a folder with all that is in it.
 *
 * @throws RuntimeProblem naming what cannot be removed; all else is gone then
 */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
    return;
  } catch {
    // Its words are not always true ones; and it stops at once.
  }
  const [first, ...more] = removeEach(path);
  if (!first) return;
  const others = more.length > 0 ? `, nor can ${more.length} more` : "";
  throw new RuntimeProblem(
    `${first.path} cannot be removed${others}: ${first.why.replace(/, \w+ '.*$/, "")}`,
    "see what holds it (lsattr, mount, a process that has it open), then run the same command again",
  );
}
