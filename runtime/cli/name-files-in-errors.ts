import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Call = (first: unknown, ...rest: unknown[]) => unknown;
const calls = fs as unknown as Record<string, Call>;

/** What is given a file's path, or its descriptor. */
const OF_FILES = [
  ..."readFileSync writeFileSync appendFileSync readSync readvSync writeSync writevSync".split(" "),
  ..."fsyncSync fdatasyncSync fstatSync ftruncateSync futimesSync fchmodSync".split(" "),
];

function nameFile(error: unknown, path: unknown): void {
  const failed = error as NodeJS.ErrnoException;
  if (failed instanceof Error && failed.errno !== undefined && typeof path === "string") failed.path ??= path;
}

/**
 * From here on, errors of the system name their file. Node leaves it out where a file was given by its
 * descriptor, and where it could be opened, and then not be read or written.
 */
export function nameFilesInErrors(): void {
  const paths = new Map<unknown, unknown>();
  const open = calls.openSync as Call;
  const close = calls.closeSync as Call;
  calls.openSync = (path, ...rest) => {
    const file = open(path, ...rest);
    paths.set(file, path);
    return file;
  };
  calls.closeSync = (file) => {
    const path = paths.get(file);
    paths.delete(file);
    try {
      return close(file);
    } catch (error) {
      nameFile(error, path);
      throw error;
    }
  };
  for (const name of OF_FILES) {
    const call = calls[name] as Call;
    calls[name] = (file, ...rest) => {
      try {
        return call(file, ...rest);
      } catch (error) {
        nameFile(error, typeof file === "number" ? paths.get(file) : file);
        throw error;
      }
    };
  }
  syncBuiltinESMExports();
}
