import { lstatSync, type Stats } from "node:fs";

/** What lies at a path, itself and not what it leads to; undefined if nothing does, or a file is on the way. */
export function statEntry(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
