import { closeSync, type Dirent, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";

/** The code of an error of the system's, as ENOENT; undefined for any other. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** The text of a file; undefined where it cannot be read, whatever the reason is. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The names in a folder; none where there is no such folder. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** What lies in a folder; nothing where it cannot be read, whatever the reason is. */
export function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Opens a file for as long as it is used. */
export function withFile<T>(path: string, flags: string | number, use: (file: number) => T, mode?: number): T {
  const file = openSync(path, flags, mode);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

const BLOCK = 256 * 1024;

/** The bytes of a file, block by block; each is there until the next one is read. @param file opened, and closed in the end */
export function* blocksOf(file: number): Generator<Buffer> {
  const block = Buffer.allocUnsafe(BLOCK);
  try {
    for (let length = readSync(file, block); length > 0; length = readSync(file, block))
      yield block.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
