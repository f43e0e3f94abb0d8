import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode } from "../format/file-access.js";
import {
  digestMachinery,
  isPartOfMachinery,
  MACHINERY_FOLDER,
  type Machinery,
  machineryFiles,
} from "../format/machinery.js";
import { makeFolders } from "../format/make-folders.js";
import { copyAtomically, removeOldDrafts } from "../format/write-atomically.js";
import { ProblemsFound } from "../problem/problem.js";
import { refuseForeign } from "./owned-files.js";

export const MACHINERY_SOURCE = fileURLToPath(new URL("./library/", import.meta.url));

let machinery: Machinery | undefined;

export function ownMachinery(): Machinery {
  if (machinery) return machinery;
  const version = /^locusts_machinery=(\S+)$/m.exec(readFileSync(join(MACHINERY_SOURCE, "locusts.sh"), "utf8"))?.[1];
  machinery = { version: version as string, digest: digestMachinery(MACHINERY_SOURCE) };
  return machinery;
}

/** @throws ProblemsFound if the machinery in that folder would replace something that Locusts has not put there */
export function refuseForeignMachinery(folder: string): void {
  const files = machineryFiles(MACHINERY_SOURCE);
  // Among others of it, one that was emptied or garbled is its own: a folder of somebody else's has none.
  const holdsOne = files.some((file) => isPartOfMachinery(join(folder, file)));
  refuseForeign(folder, files, () => holdsOne, `${MACHINERY_FOLDER}/`);
}

/** Removes a machinery that this build has put into a folder of its own making. */
export function removeMachinery(folder: string): void {
  for (const name of machineryFiles(folder)) rmSync(join(folder, name));
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/**
 * Puts the machinery into a folder, each file in one step; what is the same is not touched.
 *
 * @param write false: compare alone
 * @throws ProblemsFound if the folder is a link to another machinery
 * @returns whether it was another one, or none
 */
export function emitMachinery(folder: string, write: boolean): boolean {
  const names = machineryFiles(MACHINERY_SOURCE);
  let hasChanged = false;
  const isLink = lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink && existsSync(folder)) {
    if (digestMachinery(folder) === ownMachinery().digest) return false;
    throw new ProblemsFound([
      {
        message: `${folder} is a link to ${realpathSync.native(folder)}, which holds another machinery than this Locusts has`,
        hint: "nothing is written through a link: remove it, and build again",
      },
    ]);
  }
  if (write) {
    if (isLink) rmSync(folder); // it leads nowhere any more
    makeFolders(folder);
    removeOldDrafts(folder, Date.now(), names);
  }
  for (const name of names) {
    const text = readFileSync(join(MACHINERY_SOURCE, name), "utf8");
    let old: string | undefined;
    try {
      old = readFileSync(join(folder, name), "utf8");
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
    // Line ends that git has changed in a clone are no difference, but bash does not read them.
    if (old === text || (!write && old?.replaceAll("\r\n", "\n") === text)) continue;
    hasChanged = true;
    if (write) copyAtomically(join(MACHINERY_SOURCE, name), join(folder, name));
  }
  for (const name of machineryFiles(folder)) {
    if (names.includes(name)) continue;
    hasChanged = true;
    if (write) rmSync(join(folder, name));
  }
  return hasChanged;
}
