import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A draft that is older, in milliseconds, than what has just been written was left by a process that is gone. */
const OLDEST_DRAFT = 60_000;

const DRAFT = /^\..+\.[0-9a-f]{12}\.new$/;

/** Writes all of it: the system may take less at a time. */
export function writeWhole(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/**
 * Writes a file aside and gives it its name when it is whole: whoever reads it, also after a kill, a
 * power cut or on a full disk, finds the old text or the new one.
 *
 * @param text all of it, or piece by piece
 */
export function writeAtomically(path: string, text: string | Iterable<string>): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.new`);
  try {
    const file = openSync(draft, "wx");
    try {
      for (const piece of typeof text === "string" ? [text] : text) writeWhole(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Removes the drafts that killed processes have left in a folder.
 *
 * @param now the time by the clock of the disk that holds the folder, in milliseconds since 1970
 */
export function removeOldDrafts(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    if (!DRAFT.test(name)) continue;
    const draft = join(folder, name);
    const stats = statSync(draft, { throwIfNoEntry: false });
    if (stats && now - stats.mtimeMs > OLDEST_DRAFT) rmSync(draft, { force: true });
  }
}
