import { utimesSync, writeFileSync, writeSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { readLockFile } from "../system/lock-file.js";

export interface RenewedLock {
  readonly path: string;
  readonly token: string;
  readonly text: string;
  /** 1 when the lock is given back */
  readonly released: Int32Array;
}

/** Between two heartbeats, in milliseconds. */
const HEARTBEAT = 2000;
/** A file that is missing may be back at the next look: so many times. */
const MOST_MISSING = 3;
const STANDARD_ERROR = 2;

function renew({ path, text }: RenewedLock): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    writeFileSync(path, text, { flag: "r+" }); // some disks let nobody set a time
  }
}

/** Ends this process before it changes anything more: it was stopped for so long that another one has taken over. */
function giveUp(path: string): void {
  try {
    writeSync(STANDARD_ERROR, `error: another locusts has taken over ${path}, or somebody has removed it\n`);
  } finally {
    process.kill(process.pid, "SIGTERM");
  }
}

function keepRenewing(lock: RenewedLock): void {
  let missing = 0;
  setInterval(() => {
    try {
      const found = readLockFile(lock.path);
      if (found?.token === lock.token) {
        missing = 0;
        renew(lock);
        return;
      }
      missing += found ? MOST_MISSING : 1;
    } catch {
      return; // the disk is away
    }
    if (missing >= MOST_MISSING && Atomics.load(lock.released, 0) === 0) giveUp(lock.path);
  }, HEARTBEAT);
}

if (!isMainThread) keepRenewing(workerData as RenewedLock);
