import { createHash, hash } from "node:crypto";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { namesIn } from "./file-access.js";

/** The folder of the manager's machinery: beside the bundles of all targets, and in a bundle that stands alone. */
export const MACHINERY_FOLDER = "lib";

/** How each file of it begins: by this Locusts knows what it has put there itself. */
const MARK = "# Part of Locusts, ";

export interface Machinery {
  readonly version: string;
  /** sha256 over its files */
  readonly digest: string;
}

/** Where the machinery of a bundle lies: in its folder, or beside it. The same rule stands in manager.sh. */
export function machineryOf(bundle: string): string {
  const inside = join(bundle, MACHINERY_FOLDER);
  return existsSync(inside) ? inside : join(dirname(bundle), MACHINERY_FOLDER);
}

export function isPartOfMachinery(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path, "utf8").startsWith(MARK);
}

/** The files of the machinery in a folder, by name and in the order of their names; none if there is no such folder. */
export function machineryFiles(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".sh") && isPartOfMachinery(join(folder, name)))
    .sort();
}

export function digestMachinery(folder: string): string {
  const digest = createHash("sha256");
  for (const name of machineryFiles(folder))
    digest.update(`${name}\0${hash("sha256", readFileSync(join(folder, name)))}\n`);
  return digest.digest("hex");
}
