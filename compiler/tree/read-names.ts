import { readdirSync } from "node:fs";
import { errorCode } from "../format/file-access.js";

/** The names in a folder; undefined if there is no such folder. @throws the file system's error if it cannot be read */
export function readNames(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
