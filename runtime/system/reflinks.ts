import { constants, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Can a copy in this folder share its room with the original? Found out by trying. */
export function hasReflinks(folder: string): boolean {
  const [original, copy] = [join(folder, `.reflink-${process.pid}`), join(folder, `.reflink-${process.pid}.copy`)];
  try {
    writeFileSync(original, "some content");
    copyFileSync(original, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false; // also where nothing was built yet, and the folder is not there
  } finally {
    for (const path of [original, copy]) rmSync(path, { force: true });
  }
}
