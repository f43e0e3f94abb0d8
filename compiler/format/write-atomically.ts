import { randomBytes } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn } from "./file-access.js";

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

/** A new file that is written piece by piece. */
export class NewFile {
  readonly #file: number;
  #block = "";

  constructor(path: string) {
    this.#file = openSync(path, "wx");
  }

  add(piece: string): void {
    this.#block += piece;
    if (this.#block.length >= BLOCK_LENGTH) this.#flush();
  }

  #flush(): void {
    writeWhole(this.#file, this.#block);
    this.#block = "";
  }

  /** Sees to it that all of it is on the disk. */
  finish(): void {
    try {
      this.#flush();
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }
}

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
export function writeAtomically(path: string, content: string | Iterable<string>): void {
  replaceBy(path, (draft) => writeDraft(draft, content));
}

/** Writes a new file, down to the disk. @param content all of it, or piece by piece */
export function writeDraft(draft: string, content: string | Iterable<string>): void {
  const file = new NewFile(draft);
  try {
    for (const piece of typeof content === "string" ? [content] : content) file.add(piece);
  } finally {
    file.finish();
  }
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
