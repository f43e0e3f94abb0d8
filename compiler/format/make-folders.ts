import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "./file-access.js";

/**
 * Makes a folder and those above it that are not there. One by one: where a folder takes no new names, as in /proc or
 * in one that was removed under a running process, Node's own way of making them all never ends.
 *
 * @returns the outermost that had to be made; `undefined` if all were there
 * @throws the system's error, as of `mkdirSync`
 */
export function makeFolders(folder: string): string | undefined {
  if (existsSync(folder)) return mkdirSync(folder, { recursive: true }); // fails if it is a file
  const above = dirname(folder) === folder ? undefined : makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been quicker; what leads nowhere is no folder.
    if (errorCode(error) !== "EEXIST" || !existsSync(folder)) throw error;
  }
  return above ?? folder;
}
