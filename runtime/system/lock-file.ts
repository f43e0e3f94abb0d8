import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode, withFile } from "../../compiler/format/file-access.js";
import { writeWhole } from "../../compiler/format/write-atomically.js";
import { identifyThisProcess, type ProcessIdentity, processSpace } from "./process.js";

/** A lock's file: whose it is, and when that process has last shown that it lives. */
export interface LockFile {
  /** what tells this taking of the lock from all others */
  readonly token: string;
  /** undefined: its maker was killed before it could write, is about to, or found the disk full */
  readonly owner: ProcessIdentity | undefined;
  /** the folder that the lock was made in; a copy of the folder has another one */
  readonly folder: string;
  /** the target that its owner works on; undefined: none, or an older version has made it */
  readonly target: string | undefined;
  /** when it was last renewed; only good for seeing that it changes */
  readonly renewed: bigint;
}

/** What a folder is on this machine; some disks make it up anew each time they are mounted. */
export function folderIdentity(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** A lock that this process is to have; the text of its file begins with the number of the process. */
export type OwnLock = Readonly<ReturnType<typeof describeOwnLock>>;

const FULL = new Set(["ENOSPC", "EDQUOT"]);

export function describeOwnLock(folder: string, target?: string) {
  const { pid, birth, host, space } = identifyThisProcess();
  const token = randomBytes(12).toString("hex");
  const owner = `${pid} ${birth} ${host.replace(/\s/g, "_")} ${space}`;
  // No target's name has a blank.
  return { token, text: `${[owner, folderIdentity(folder), token, target ?? ""].join(" ").trim()}\n` };
}

/** Creates a lock's file. @returns false if it exists */
export function createLockFile(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    try {
      writeWhole(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path, { force: true }); // on a full disk it must not stay without its owner
    throw error;
  }
  return true;
}

/** Creates the file of a lock of this process. @returns the token that it is known by; undefined if the file exists */
export function createOwnLock(path: string, own: OwnLock): string | undefined {
  try {
    return createLockFile(path, own.text) ? own.token : undefined;
  } catch (error) {
    if (!FULL.has(errorCode(error) ?? "")) throw error;
  }
  // What makes room again has to work on a full disk, and an empty file takes none.
  if (!createLockFile(path, "")) return undefined;
  return readLockFile(path)?.token;
}

export function readLockFile(path: string): LockFile | undefined {
  try {
    return withFile(path, "r", readOpenLock); // a network file system looks anew when a file is opened
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readOpenLock(file: number): LockFile {
  const stats = fstatSync(file, { bigint: true });
  const [pid = "", birth = "", host = "", space, folder = "", token, target] = readFileSync(file, "utf8")
    .trim()
    .split(" ");
  const common = { renewed: stats.mtimeNs, target };
  const owner = { pid: Number(pid), birth, host };
  if (token !== undefined && space !== undefined) return { ...common, token, owner: { ...owner, space }, folder };
  const unnamed = { ...common, token: `unnamed-${stats.ino}`, folder: "" };
  // Older versions wrote no more.
  if (host !== "") return { ...unnamed, owner: { ...owner, space: host === hostname() ? processSpace() : "?" } };
  return { ...unnamed, owner: undefined };
}
