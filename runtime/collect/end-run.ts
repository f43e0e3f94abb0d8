import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { closeRun, type Run } from "../run/run-folder.js";
import { explainSystemError } from "../system/system-errors.js";
import type { TargetFiles } from "../transfer/target-files.js";

/** The file that says that a run is still to be tidied, and which folders stay: NUL-terminated paths below work/. */
function untidiedFile(run: Run): string {
  return join(run.folder, "untidied");
}

/**
 * Ends a run whose results have all come home, and removes its working folders.
 *
 * @param keep the folders that stay, below work/
 * @returns what could not be removed, as a text; undefined if all was. It is no reason to stop: `tidyAgain` tries it once more
 */
export async function endRun(run: Run, files: TargetFiles, keep: readonly string[]): Promise<string | undefined> {
  writeAtomically(untidiedFile(run), keep.map((place) => `${place}\0`).join(""));
  closeRun(run);
  return tidyAgain(run, files);
}

/** Removes what could not be removed before of a run that has ended. @returns as `endRun` */
export async function tidyAgain(run: Run, files: TargetFiles): Promise<string | undefined> {
  const path = untidiedFile(run);
  if (!existsSync(path)) return undefined;
  const keep = readFileSync(path, "utf8").split("\0").slice(0, -1);
  try {
    await files.tidy(run, keep);
  } catch (error) {
    return explainSystemError(error)?.message ?? (error as Error).message;
  }
  rmSync(path, { force: true });
  return undefined;
}
