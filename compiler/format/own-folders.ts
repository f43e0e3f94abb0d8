import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { namesIn } from "./file-access.js";

/** What a definition's file is called, unless another name is given. */
export const DEFINITION_NAME = "swarm.config.ts";

const OWN_FOLDERS = ["bundle", "results", ".locusts"];

/** What comes after the name of a list of commands, or of a further definition in a folder, in the name of its own folder. */
export const HOME_ENDING = ".locusts";

function isOwnName(folder: string, name: string): boolean {
  if (OWN_FOLDERS.includes(name)) return true;
  return name.endsWith(HOME_ENDING) && existsSync(join(folder, name.slice(0, -HOME_ENDING.length)));
}

/** The folders beside a definition that Locusts writes: nothing in them is there to be found by a wildcard. */
export function ownFolders(folder: string): readonly string[] {
  const others = namesIn(folder).filter((name) => !OWN_FOLDERS.includes(name) && isOwnName(folder, name));
  return [...OWN_FOLDERS, ...others].map((name) => join(folder, name));
}

/** Is a path within the definition's folder one of these, or in one of them? */
export function isInOwnFolder(folder: string, path: string): boolean {
  return isOwnName(folder, relative(folder, path).split(sep, 1)[0] as string);
}
