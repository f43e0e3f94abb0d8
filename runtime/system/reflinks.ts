import { constants, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { draftOf } from "../../compiler/format/write-atomically.js";

/** Can a copy in this folder share its room with the original? Found out by trying. */
export function hasReflinks(folder: string): boolean {
  const [original, copy] = [draftOf(join(folder, "reflink")), draftOf(join(folder, "reflink-copy"))];
  try {
    writeFileSync(original, "some content");
    copyFileSync(original, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false; // also where nothing was built yet, and the folder is not there
  } finally {
    for (const path of [original, copy]) removeIfItCan(path);
  }
}

function removeIfItCan(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A disk that fails is told of by who needs it.
  }
}
