import { randomBytes } from "node:crypto";
import { copyFileSync, fsyncSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn, withFile } from "./file-access.js";

/** A draft that is older, in milliseconds, than what has just been written was left by a process that is gone. */
const OLDEST_DRAFT = 60_000;

const DRAFT = /^\.(.+)\.[0-9a-f]{12}\.new$/;

/** Writes all of it: the system may take less at a time. */
export function writeWhole(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Pieces are gathered until they are that long: a call of the system for each line would take its time. */
const BLOCK_LENGTH = 256 * 1024;

function* gather(pieces: Iterable<string>): Generator<string> {
  let block = "";
  for (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK_LENGTH) continue;
    yield block;
    block = "";
  }
  yield block;
}

/** Is this the name of a draft of a file? */
export function isDraftOf(draft: string, name: string): boolean {
  return !draft.includes("/") && DRAFT.exec(draft)?.[1] === name;
}

/** A new name beside a path, for what is to have that name later or never: if nobody removes it, the next one who cleans up does. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.new`);
}

/**
 * Has a draft take the place of a path in one step, or leaves nothing of it.
 *
 * @param write makes the draft
 */
export function replaceBy(path: string, write: (draft: string) => void, draft = draftOf(path)): void {
  try {
    write(draft);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Writes a file aside and gives it its name when it is whole: whoever reads it, also after a kill, a
 * power cut or on a full disk, finds the old text or the new one.
 *
 * @param content all of it, or piece by piece
 */
export function writeAtomically(path: string, content: string | Uint8Array | Iterable<string>): void {
  replaceBy(path, (draft) => writeDraft(draft, content));
}

/** Writes a new file, down to the disk. @param content all of it, or piece by piece */
export function writeDraft(draft: string, content: string | Uint8Array | Iterable<string>): void {
  const isWhole = typeof content === "string" || content instanceof Uint8Array;
  withFile(draft, "wx", (file) => {
    for (const piece of isWhole ? [content] : gather(content)) writeWhole(file, piece);
    fsyncSync(file);
  });
}

/** Takes text that is to stand at the end of a file. */
export type AddText = (text: string) => void;

/** Writes a new file, down to the disk. @param write gives text to it, piece by piece */
export function writeDraftBy(draft: string, write: (add: AddText) => void): void {
  withFile(draft, "wx", (file) => {
    let block = "";
    write((text) => {
      block += text;
      if (block.length < BLOCK_LENGTH) return;
      writeWhole(file, block);
      block = "";
    });
    writeWhole(file, block);
    fsyncSync(file);
  });
}

/** Copies a file as `writeAtomically` writes one; its mode too. */
export function copyAtomically(from: string, path: string): void {
  replaceBy(path, (draft) => copyFileSync(from, draft));
}

/** Removes all drafts in a folder that nobody else writes to at this time. */
export function removeDrafts(folder: string): void {
  for (const name of namesIn(folder)) if (DRAFT.test(name)) rmSync(join(folder, name), { force: true });
}

/**
 * Removes the drafts that killed processes have left in a folder.
 *
 * @param now the time by the clock of the disk that holds the folder, in milliseconds since 1970
 * @param of the files whose drafts are meant; unless given, all
 * @param oldest how old, in milliseconds, a draft may be of which somebody still writes more
 */
export function removeOldDrafts(folder: string, now: number, of?: readonly string[], oldest = OLDEST_DRAFT): void {
  for (const name of readdirSync(folder)) {
    const written = DRAFT.exec(name)?.[1];
    if (written === undefined || (of && !of.includes(written))) continue;
    const draft = join(folder, name);
    const stats = statSync(draft, { throwIfNoEntry: false });
    if (stats && now - stats.mtimeMs > oldest) rmSync(draft, { force: true });
  }
}
