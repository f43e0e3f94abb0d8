import { spawnSync } from "node:child_process";
import { constants, copyFileSync, statSync } from "node:fs";
import { keepTime } from "./time-stamps.js";

/** Copies a file with its mode; as a reflink where the file system can, and with holes where it has some. */
export function copyFile(from: string, to: string): void {
  const { size, blocks, mtimeMs } = statSync(from);
  if (blocks * 512 >= size || spawnSync("cp", ["--reflink=auto", "--sparse=always", "--", from, to]).status !== 0) {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
  // What is made from other outputs is not older than they are.
  keepTime(to, mtimeMs);
}
