import { hash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { join } from "node:path";
import { withFile } from "../../compiler/format/file-access.js";
import { statEntry, statExactly } from "../system/files.js";

/*
 * How an output is known again. Its stamp is cheap and tells nearly always: inode, size and times. Where
 * stamps differ, as after `cp -a` of a whole folder, or can't be trusted yet, the digest of the content decides.
 */

/** A file of at most so many bytes is read whole for its digest, of a larger one so many in all. */
const MOST_READ = 256 * 1024;
/** In so many blocks, spread evenly over a larger file. */
const BLOCKS = 8;
const BLOCK = MOST_READ / BLOCKS;

/** A time of change that is not to be trusted: it will be another one when a second name of the file goes. */
const PROVISIONAL = "*";

function stampFile(stats: BigIntStats): string {
  const changed = stats.nlink > 1n ? PROVISIONAL : String(stats.ctimeNs);
  return `${stats.ino}-${stats.size}-${stats.mtimeNs}-${changed}`;
}

/** What lies below a folder, in an order of its own. */
function* entriesBelow(folder: string, prefix = ""): Generator<{ readonly path: string; readonly stats: BigIntStats }> {
  for (const name of readdirSync(folder).sort()) {
    const place = join(folder, name);
    const stats = lstatSync(place, { bigint: true });
    yield { path: `${prefix}${name}`, stats };
    if (stats.isDirectory()) yield* entriesBelow(place, `${prefix}${name}/`);
  }
}

/** Of a folder: what is in it, and when something in it was changed last. */
function stampFolder(folder: string): string {
  let mark = "";
  let newest = 0n;
  const facts: string[] = [];
  for (const { path, stats } of entriesBelow(folder)) {
    const stamp = stats.isDirectory() ? "folder" : stampFile(stats);
    if (stamp.endsWith(PROVISIONAL)) mark = PROVISIONAL;
    if (!stats.isDirectory() && stats.ctimeNs > newest) newest = stats.ctimeNs;
    facts.push(`${path}\0${stamp}`);
  }
  return `${hash("sha256", facts.join("\0")).slice(0, 32)}-${newest}${mark}`;
}

/** What is in a folder beside subfolders, and whether it has been changed since the stamp was taken, or has come then. */
function* entriesSince(folder: string, stamp: string): Generator<{ readonly path: string; readonly isNew: boolean }> {
  const newest = BigInt(stamp.slice(stamp.indexOf("-") + 1).replace(PROVISIONAL, "") || "0");
  for (const { path, stats } of entriesBelow(folder))
    if (!stats.isDirectory()) yield { path, isNew: stats.ctimeNs > newest };
}

/** Is all that is in a folder as it was when the stamp was taken, although some of it may have gone? */
export function isRemnant(folder: string, stamp: string): boolean {
  for (const { isNew } of entriesSince(folder, stamp)) if (isNew) return false;
  return true;
}

/** The first that is new in a folder since the stamp was taken; undefined if there is none, or if nothing else is there. */
export function firstNew(folder: string, stamp: string): string | undefined {
  const entries = [...entriesSince(folder, stamp)];
  return entries.every(({ isNew }) => isNew) ? undefined : entries.find(({ isNew }) => isNew)?.path;
}

/** What tells quickly whether a file or folder is the same as before; undefined if there is none. */
export function stampOf(place: string): string | undefined {
  const stats = statExactly(place);
  return stats && stampEntry(place, stats);
}

function stampEntry(place: string, stats: BigIntStats): string {
  return stats.isDirectory() ? stampFolder(place) : stampFile(stats);
}

/** Is a stamp one that alone tells that nothing has changed? */
export function isFinalStamp(stamp: string): boolean {
  return !stamp.endsWith(PROVISIONAL);
}

/** Does a stamp tell of the same content as one from when there were other names, as nothing was written since? */
export function isSameButNames(stamp: string, provisional: string): boolean {
  return stamp.startsWith(provisional.slice(0, -PROVISIONAL.length));
}

const buffer = Buffer.allocUnsafe(MOST_READ);

/** @param written when it was written last: of a large file, an edit between the blocks is told by that alone */
function digestFile(place: string, size: number, written: bigint): string {
  const length = withFile(place, "r", (file) => {
    let length = 0;
    const read = (from: number, bytes: number) => {
      for (let left = bytes; left > 0; ) {
        const got = readSync(file, buffer, length, left, from + bytes - left);
        if (got === 0) break;
        length += got;
        left -= got;
      }
    };
    if (size <= MOST_READ) read(0, size);
    else for (let i = 0; i < BLOCKS; i += 1) read(Math.floor(((size - BLOCK) * i) / (BLOCKS - 1)), BLOCK);
    return length;
  });
  // Not to the nanosecond: copies of a file rarely keep that.
  const facts = size <= MOST_READ ? `${size}` : `${size}\0${written / 1_000_000n}`;
  return hash("sha256", `${facts}\0${hash("sha256", buffer.subarray(0, length))}`).slice(0, 32);
}

function digestEntry(place: string, stats: BigIntStats): string {
  if (stats.isFile()) return digestFile(place, Number(stats.size), stats.mtimeNs);
  if (stats.isSymbolicLink()) return hash("sha256", readlinkSync(place)).slice(0, 32);
  return "";
}

/**
 * What tells the content of a file or folder: of a large file, blocks spread over it and when it was written. 32 hexadecimal digits.
 *
 * @throws the file system's error if it cannot be read
 */
export function digestOf(place: string): string {
  return digestAll(place, lstatSync(place, { bigint: true }));
}

/**
 * Both at once.
 *
 * @throws the file system's error if it cannot be read
 */
export function fingerprintOf(place: string): { readonly stamp: string; readonly digest: string } {
  const stats = lstatSync(place, { bigint: true });
  return { stamp: stampEntry(place, stats), digest: digestAll(place, stats) };
}

function digestAll(place: string, stats: BigIntStats): string {
  if (!stats.isDirectory()) return digestEntry(place, stats);
  const facts: string[] = [];
  for (const entry of entriesBelow(place)) {
    const kind = entry.stats.isDirectory() ? "folder" : entry.stats.isSymbolicLink() ? "link" : "file";
    facts.push(`${entry.path}\0${kind}\0${digestEntry(join(place, entry.path), entry.stats)}`);
  }
  return hash("sha256", facts.join("\0")).slice(0, 32);
}

/** The bytes of a file, or of all files of a folder, and when the newest of them was written, in milliseconds since 1970. */
export function measure(place: string): { readonly size: number; readonly newest: number } {
  const stats = statEntry(place);
  if (!stats?.isDirectory()) return { size: stats?.size ?? 0, newest: stats?.mtimeMs ?? 0 };
  let size = 0;
  let newest = 0;
  for (const { stats: entry } of entriesBelow(place)) {
    if (!entry.isFile()) continue;
    size += Number(entry.size);
    newest = Math.max(newest, Number(entry.mtimeMs));
  }
  return { size, newest };
}

export function kindOf(place: string): "file" | "folder" | "other" | undefined {
  const stats = statEntry(place);
  if (!stats) return undefined;
  return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
}
