import { realpathSync } from "node:fs";
import { join } from "node:path";

const OWN_FOLDERS = ["bundle", "results", ".locusts"];

/** The folders beside a definition that Locusts writes: nothing in them is there to be found by a wildcard. */
export function ownFolders(folder: string): readonly string[] {
  return OWN_FOLDERS.map((name) => join(folder, name));
}

/** The same, by their real paths. */
export function realOwnFolders(folder: string): readonly string[] {
  return ownFolders(realpathSync.native(folder));
}
