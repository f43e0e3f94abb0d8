import { createHash, hash } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DigestCache } from "./digest-cache.js";

/** What an input holds. */
export interface Content {
  readonly kind: "file" | "folder";
  /** of all files in it */
  readonly bytes: number;
  /** how many files */
  readonly files: number;
  /** how many folders, itself included */
  readonly folders: number;
  /** of a file its content's; of a folder one over names, modes and contents of all that is in it */
  readonly sha256: string;
}

/** Files of this size and more are read in blocks, and their digests are kept between builds. */
const LARGE = 1024 * 1024;

function digestLargeFile(path: string): string {
  const digest = createHash("sha256");
  const block = Buffer.allocUnsafe(1024 * 1024);
  const file = openSync(path, "r");
  try {
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
      digest.update(block.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return digest.digest("hex");
}

/** The digest of a file's content; that of a large one may be known from an earlier build. */
export function digestFile(path: string, bytes: number, cache: DigestCache): string {
  if (bytes < LARGE) return hash("sha256", readFileSync(path));
  return cache.get(path, () => digestLargeFile(path));
}

function surveyFolder(path: string, cache: DigestCache): Content {
  const manifest = createHash("sha256");
  let bytes = 0;
  let files = 0;
  let folders = 0;
  function walk(at: string, name: string): void {
    folders += 1;
    manifest.update(`folder\0${name}\n`);
    for (const entry of readdirSync(at).sort()) {
      const below = join(at, entry);
      const label = name === "" ? entry : `${name}/${entry}`;
      const stats = lstatSync(below);
      if (stats.isDirectory()) walk(below, label);
      else if (stats.isSymbolicLink()) {
        files += 1;
        manifest.update(`link\0${label}\0${readlinkSync(below)}\n`);
      } else {
        files += 1;
        bytes += stats.size;
        manifest.update(
          `file\0${label}\0${(stats.mode & 0o111) !== 0 ? "x" : "-"}\0${digestFile(below, stats.size, cache)}\n`,
        );
      }
    }
  }
  walk(path, "");
  return { kind: "folder", bytes, files, folders, sha256: manifest.digest("hex") };
}

/**
 * Sizes and hashes an input; links are followed. Undefined if there is nothing at the path.
 *
 * @throws the file system's error if something in it cannot be read
 */
export function surveyContent(path: string, cache: DigestCache): Content | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.isDirectory()) return surveyFolder(path, cache);
  if (!stats.isFile()) throw new Error(`${path} is neither a file nor a folder`);
  return { kind: "file", bytes: stats.size, files: 1, folders: 0, sha256: digestFile(path, stats.size, cache) };
}
