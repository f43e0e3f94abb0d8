import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import {
  type BigIntStats,
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  readdirSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import { errorCode, withFile } from "../../compiler/format/file-access.js";
import { draftOf } from "../../compiler/format/write-atomically.js";
import { RuntimeProblem } from "./problem.js";

/** Does Node cut times to microseconds? */
const CUTS_TIMES = Number(/^1\.(\d+)\./.exec(process.versions.uv)?.[1] ?? 99) < 52;

/**
 * A time stamp in whole microseconds. All that puts files anywhere rounds in this one way, or data
 * that is as old as its index could come out newer.
 *
 * @param milliseconds since 1970, with fractions, as `Stats.mtimeMs`
 */
export function wholeMicroseconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds * 1000));
}

/**
 * What a file's time is made, of one in whole microseconds: whole seconds, and nanoseconds. Node takes times as fractions
 * of a second, which carry a quarter of a microsecond; from libuv 1.52 on (Node 24) that is what comes out, before it was
 * cut to microseconds. All that puts files anywhere goes by this, or of two files that are equally old one would be newer.
 */
export function keptTime(micros: number): {
  readonly fraction: number;
  readonly seconds: number;
  readonly nanos: number;
} {
  const seconds = Math.floor(micros / 1_000_000);
  const nanos = (micros % 1_000_000) * 1000;
  // Half of one more, and none is lost.
  if (CUTS_TIMES) return { fraction: (micros + 0.5) / 1_000_000, seconds, nanos };
  const kept = (fraction: number): number => Math.trunc((fraction - seconds) * 1e9);
  const exact = micros / 1_000_000;
  const fraction = kept(exact) >= nanos ? exact : (micros + 0.25) / 1_000_000;
  return { fraction, seconds, nanos: kept(fraction) };
}

export function keepTime(path: string, milliseconds: number): void {
  const { fraction } = keptTime(wholeMicroseconds(milliseconds));
  utimesSync(path, fraction, fraction);
}

/** Writes bytes to their place in a file, which is made if there is none. */
export function writeAt(path: string, bytes: Buffer, place: number): void {
  withFile(path, constants.O_WRONLY | constants.O_CREAT, (file) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, place + at);
  });
}

/** Copies what a file holds, and its mode; as a reflink where the file system can, and with holes where it has some. */
export function copyContent(from: string, to: string): void {
  const { size, blocks } = statSync(from);
  if (blocks * 512 >= size || spawnSync("cp", ["--reflink=auto", "--sparse=always", "--", from, to]).status !== 0) {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

/** The same, with its time. */
export function copyFile(from: string, to: string): void {
  const { mtimeMs } = statSync(from);
  copyContent(from, to);
  // What is made from other outputs is not older than they are.
  keepTime(to, mtimeMs);
}

/**
 * Copies a file, a link or a folder with all that is in it, with modes, and with times to the nanosecond: Node rounds them,
 * and then what is known by its time is not known again.
 *
 * @throws RuntimeProblem with what `cp` says
 */
export function copyExactly(from: string, to: string): void {
  const { status, stderr, error } = spawnSync("cp", ["-a", "--", from, to], { encoding: "utf8" });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split("\n")[0]?.replace(/^.*: /, "");
  throw new RuntimeProblem(
    `${from} cannot be copied to ${dirname(to)}: ${why}`,
    "see whether there is room, and who may write",
  );
}

/** Lets its owner read a file or folder that has no permission for that, as a job may leave it. Links are left alone. */
export function openToOwner(path: string, stats: Stats): void {
  const least = stats.isDirectory() ? 0o500 : 0o400;
  if ((stats.mode & least) === least || lstatSync(path).isSymbolicLink()) return;
  try {
    chmodSync(path, (stats.mode & 0o7777) | least);
  } catch {
    // It is another account's: whoever reads it is told.
  }
}

/** A free name beside a place. The same each time, so that what a killed process has left is not left for good. */
export function clearDraftOf(place: string): string {
  const draft = join(dirname(place), `.locusts-${hash("sha256", basename(place)).slice(0, 16)}`);
  rmSync(draft, { recursive: true, force: true });
  return draft;
}

function unlessFileInTheWay<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** What lies at a path, itself and not what it leads to; undefined if nothing does, or a file is on the way. */
export function statEntry(path: string): Stats | undefined {
  return unlessFileInTheWay(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** The same, with its times to the nanosecond. */
export function statExactly(path: string): BigIntStats | undefined {
  return unlessFileInTheWay(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

/**
 * Does a link lie on the way to a path below a folder? What is behind it may be anybody's.
 *
 * @param known what was found of other paths there, for who asks of many while nothing changes
 */
export function isBehindLink(folder: string, path: string, known = new Map<string, boolean>()): boolean {
  const parent = dirname(path);
  if (parent === ".") return false;
  const before = known.get(parent);
  if (before !== undefined) return before;
  const found = isBehindLink(folder, parent, known) || statEntry(join(folder, parent))?.isSymbolicLink() === true;
  known.set(parent, found);
  return found;
}

/** What lies at a path below a folder, and behind no link; undefined if nothing does. @param known as for `isBehindLink` */
export function statBelow(folder: string, path: string, known?: Map<string, boolean>): Stats | undefined {
  return isBehindLink(folder, path, known) ? undefined : statEntry(join(folder, path));
}

/** Removes one thing after another, and goes on where one cannot be removed. @returns what is left, with the reason */
function removeEach(path: string): { readonly path: string; readonly why: string }[] {
  const left: { path: string; why: string }[] = [];
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // A folder that is not empty is the trouble of what is in it.
      if (code !== "ENOENT" && (code !== "ENOTEMPTY" || left.length === 0)) left.push({ path, why: message });
    }
  };
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return left;
  if (!stats.isDirectory()) {
    attempt(() => unlinkSync(path));
    return left;
  }
  // Folders that may not be written to are no hindrance.
  if ((stats.mode & 0o700) !== 0o700) attempt(() => chmodSync(path, (stats.mode & 0o777) | 0o700));
  attempt(() => {
    for (const entry of readdirSync(path)) addAll(left, removeEach(join(path, entry)));
  });
  attempt(() => rmdirSync(path));
  return left;
}

/** Removes a folder with all in it. @throws RuntimeProblem naming what cannot be removed; all else is gone then */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
    return;
  } catch {
    // Its words are not always true ones; and it stops at once.
  }
  const [first, ...more] = removeEach(path);
  if (!first) return;
  const others = more.length > 0 ? `, nor can ${more.length} more` : "";
  throw new RuntimeProblem(
    `${first.path} cannot be removed${others}: ${first.why.replace(/, \w+ '.*$/, "")}`,
    "see what holds it (lsattr, mount, a process that has it open), then run the same command again",
  );
}

/** Can a copy in this folder share its room with the original? Found out by trying. */
export function hasReflinks(folder: string): boolean {
  const [original, copy] = [draftOf(join(folder, "reflink")), draftOf(join(folder, "reflink-copy"))];
  try {
    writeFileSync(original, "some content");
    copyFileSync(original, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false; // also where nothing was built yet, and the folder is not there
  } finally {
    for (const path of [original, copy]) removeIfItCan(path);
  }
}

function removeIfItCan(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A disk that fails is told of by who needs it.
  }
}
