import { relative } from "node:path";

/** Does a path lie in a folder, or is it that folder? Both as they are written. */
export function isWithin(folder: string, path: string): boolean {
  return relative(folder, path).split("/")[0] !== "..";
}
