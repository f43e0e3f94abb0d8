import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { replaceBy } from "../../compiler/format/write-atomically.js";
import { isSameContent } from "../results/results.js";
import { clearDraftOf, copyContent, keepTime, statEntry } from "../system/files.js";
import type { Listed } from "./listing.js";

/** What is to be put somewhere: a file's content is at `source`. */
export interface Version extends Omit<Listed, "time"> {
  readonly source: string;
}

/** Why something cannot be put where it belongs; in words that follow the path. */
export class NoPlace extends Error {
  override readonly name = "NoPlace";
}

/** Is this very version what lies at a place? Modes of folders aside, which they get in the end. */
export function isThere(place: string, version: Version): boolean {
  const stats = statEntry(place);
  if (!stats) return false;
  switch (version.kind) {
    case "folder":
      return stats.isDirectory();
    case "link":
      return stats.isSymbolicLink() && readlinkSync(place) === version.link;
    case "file":
      return (
        stats.isFile() &&
        stats.size === version.bytes &&
        (stats.mode & 0o7777) === version.mode &&
        isSameContent(version.source, place)
      );
    default:
      return false;
  }
}

/** Puts entries of a tree below a folder, each in one step, and never through a link. */
export class TreePlaces {
  /** folders that were to be written into, with the modes that they had */
  readonly #opened = new Map<string, number>();
  readonly #modes = new Map<string, number>();
  readonly #known = new Set<string>();

  constructor(
    readonly root: string,
    /** whether an entry may take the place of a folder with all that is in it */
    readonly replacesFolders: boolean,
  ) {}

  /** Has the folder of a path been seen, or made, already? */
  hasWay(path: string): boolean {
    return this.#known.has(dirname(path));
  }

  /** Makes the folders on the way to a path. @throws NoPlace if one of them is a link, or no folder */
  #makeWay(path: string): void {
    const parent = dirname(path);
    if (this.#known.has(parent)) return;
    if (parent === ".") makeFolders(this.root);
    else {
      this.#makeWay(parent);
      const place = join(this.root, parent);
      const stats = statEntry(place);
      if (!stats) mkdirSync(place);
      else if (!stats.isDirectory()) throw new NoPlace(`would lie behind ${parent}, which is no folder here`);
      else this.#open(parent, stats.mode & 0o7777);
    }
    this.#known.add(parent);
  }

  /** A folder that may not be written to is closed again in the end. */
  #open(path: string, mode: number): void {
    try {
      accessSync(join(this.root, path), constants.W_OK | constants.X_OK);
    } catch {
      if (!this.#opened.has(path)) this.#opened.set(path, mode);
      chmodSync(join(this.root, path), mode | 0o700);
    }
  }

  /** Puts an entry in its place, over whatever file or link lies there. */
  put(path: string, version: Version): void {
    this.#makeWay(path);
    const place = join(this.root, path);
    if (version.kind === "folder") {
      const stats = statEntry(place);
      if (stats && !stats.isDirectory()) rmSync(place);
      if (!stats?.isDirectory()) mkdirSync(place);
      else this.#open(path, stats.mode & 0o7777);
      this.#modes.set(path, version.mode);
      return;
    }
    if (version.kind === "other") return; // pipes and sockets mean nothing without their process
    if (isThere(place, version)) return;
    const make = (draft: string) => {
      if (version.kind === "link") symlinkSync(version.link, draft);
      else {
        copyContent(version.source, draft);
        keepTime(draft, lstatSync(version.source).mtimeMs);
        chmodSync(draft, version.mode);
      }
      if (statEntry(place)?.isDirectory()) this.#removeFolder(path);
      // What was a folder is none any more: nothing is to be written through what takes its place.
      if (this.#known.has(path)) this.#known.clear();
    };
    replaceBy(place, make, clearDraftOf(place));
  }

  #removeFolder(path: string): void {
    const place = join(this.root, path);
    try {
      if (this.replacesFolders) rmSync(place, { recursive: true });
      else rmdirSync(place);
    } catch (error) {
      throw new NoPlace(`cannot take the place of a folder: ${(error as Error).message}`);
    }
  }

  /** Removes a file, a link, or a folder that is empty. @returns false if it is a folder that holds something */
  remove(path: string): boolean {
    const place = join(this.root, path);
    const stats = statEntry(place);
    if (!stats) return true;
    this.#makeWay(path);
    if (!stats.isDirectory()) {
      rmSync(place);
      return true;
    }
    try {
      rmdirSync(place);
      return true;
    } catch {
      return false;
    }
  }

  /** Gives folders the modes that they are to have, those within others first. */
  finish(): void {
    for (const [path, mode] of this.#opened) if (!this.#modes.has(path)) this.#modes.set(path, mode);
    for (const path of [...this.#modes.keys()].sort().reverse()) {
      const place = join(this.root, path);
      const stats = statEntry(place);
      const mode = this.#modes.get(path) as number;
      if (stats?.isDirectory() && (stats.mode & 0o7777) !== mode) chmodSync(place, mode);
    }
  }
}
