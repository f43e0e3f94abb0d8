import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { targetDirectory, type Workspace } from "./workspace.js";

/** Where the command of a bundle was written: no part of the bundle, since an edit above it changes no job. */
export interface CommandPlaces {
  /** of the bundle */
  readonly digest: string;
  /** names the check of the definition as it was then; undefined where it has none */
  readonly check?: string | undefined;
  /** of the lines of its command, as `swarm.config.ts:14`; null where it is not known */
  readonly lines: readonly (string | null)[];
  /** where jobs are the lines of a list of commands, its file */
  readonly list?: string;
}

function placesFile(workspace: Workspace, target: string): string {
  return join(targetDirectory(workspace, target), "command-places.json");
}

/** Keeps them for `logs`. No deploy fails for want of them, on a full disk, say. */
export function keepCommandPlaces(workspace: Workspace, target: string, places: CommandPlaces): void {
  const file = placesFile(workspace, target);
  const text = `${JSON.stringify(places)}\n`;
  try {
    if (textOf(file) === text) return;
    makeFolders(targetDirectory(workspace, target));
    writeFileSync(file, text); // a torn one counts for nothing
  } catch {
    // Then lines are those of manager.sh.
  }
}

/** Where the command of this bundle was written; undefined if nobody knows it here. */
export function readCommandPlaces(workspace: Workspace, target: string, digest: string): CommandPlaces | undefined {
  try {
    const places = JSON.parse(textOf(placesFile(workspace, target)) ?? "") as CommandPlaces;
    return places.digest === digest && Array.isArray(places.lines) ? places : undefined;
  } catch {
    return undefined; // it is missing, or damaged
  }
}
