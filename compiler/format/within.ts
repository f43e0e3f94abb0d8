import { relative } from "node:path";

/** Does a path lie in a folder, or is it that folder? Both as they are written. */
export function isWithin(folder: string, path: string): boolean {
  return relative(folder, path).split("/")[0] !== "..";
}

/** The folders that a path leads through, from the innermost out. */
export function* foldersAround(path: string): Generator<string> {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) yield path.slice(0, at);
}

/** The folders that paths lead through, in the order in which they have to be made. */
export function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  }
  return folders;
}
