import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { quoteWord } from "../../compiler/format/quote.js";
import { removeOldDrafts } from "../../compiler/format/write-atomically.js";
import {
  createOwnLock,
  describeOwnLock,
  folderIdentity,
  type LockFile,
  type OwnLock,
  readLockFile,
} from "../system/lock-file.js";
import { RuntimeProblem } from "../system/problem.js";
import { isRunning, type ProcessIdentity, processSpace } from "../system/process.js";
import type { RenewedLock } from "./renew-lock.js";

/** An owner on this machine without any for so long is gone; one elsewhere may be seen late. In milliseconds. */
const TIMEOUT_HERE = 15_000;
const TIMEOUT_ELSEWHERE = 30_000;
const BETWEEN_READS = 250;
/** Whoever waits for longer is told why, in milliseconds. */
const LONG_WAIT = 1500;

export interface LockOptions {
  /** the target that is to be worked on, if it is one */
  readonly target?: string;
  /** told if it takes a while to find out whether the owner of a lock that is there still lives */
  readonly waiting?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** for how long an owner that can't be asked for may be without a heartbeat, in milliseconds; 15 or 30 s unless given */
  readonly heartbeatTimeout?: number;
}

/**
 * Lets one process at a time change the state of a definition, on all machines and in all containers
 * that share the folder. A lock whose owner is gone is taken over: what is known of a process here is
 * asked of the system, and others renew their locks every few seconds.
 *
 * It needs no more of a disk than that a file can be created if there is none, and renamed.
 *
 * @returns what gives the lock back
 * @throws RuntimeProblem if another process has it
 */
export async function lockState(stateFolder: string, options: LockOptions = {}): Promise<() => void> {
  const path = join(stateFolder, "lock");
  for (;;) {
    options.signal?.throwIfAborted();
    const own = describeOwnLock(stateFolder, options.target);
    const token = await take(path, own, options);
    if (token === undefined) continue;
    removeOldFiles(stateFolder);
    return keepLock({ path, token, text: token === own.token ? own.text : "" });
  }
}

/** @returns undefined if somebody has changed something in the meantime, and it is worth another try */
async function take(path: string, own: OwnLock, options: LockOptions): Promise<string | undefined> {
  const first = createOwnLock(path, own);
  if (first !== undefined) return findLast(path)?.token === first ? first : undefined;
  const last = findLast(path);
  if (!last || !(await isGone(last, path, options))) return undefined;
  // Of all who have found this one to be gone, one can create its successor, which then is the lock.
  const successor = successorOf(path, last);
  const token = createOwnLock(successor, own);
  if (token === undefined) return undefined;
  if (findLast(path)?.token !== token) {
    rmSync(successor, { force: true }); // another one was through with that already
    return undefined;
  }
  renameSync(successor, path);
  return token;
}

function successorOf(path: string, lock: LockFile): string {
  return `${path}.after-${lock.token}`;
}

/** The lock that counts: one may have been killed between making a successor and putting it in place. */
function findLast(path: string): LockFile | undefined {
  let last = readLockFile(path);
  for (let next = last; next; next = readLockFile(successorOf(path, next))) last = next;
  return last;
}

/** Is the owner of a lock gone? @returns false if the lock is another one now @throws RuntimeProblem if it lives */
async function isGone(lock: LockFile, path: string, options: LockOptions): Promise<boolean> {
  const { owner } = lock;
  const runs = owner && isRunning(owner);
  if (owner && runs === false) return true;
  if (owner && runs && (lock.folder === "" || lock.folder === folderIdentity(join(path, ".."))))
    throw new AtWork(lock, options.target);
  // It can't be told by the process alone: does it still renew its lock?
  const timeout = options.heartbeatTimeout ?? (owner && !isOfThisMachine(owner) ? TIMEOUT_ELSEWHERE : TIMEOUT_HERE);
  const since = performance.now();
  let told = false;
  for (;;) {
    await sleep(BETWEEN_READS, undefined, options.signal ? { signal: options.signal } : {}).catch(() =>
      options.signal?.throwIfAborted(),
    );
    const now = findLast(path);
    if (now?.token !== lock.token) return false;
    if (now.renewed !== lock.renewed) throw new AtWork(lock, options.target);
    const passed = performance.now() - since;
    if (passed > timeout) return true;
    if (!told && passed > LONG_WAIT) {
      told = true;
      options.waiting?.(`${nameOf(owner)} has locked ${path}; waiting for its heartbeat, for ${timeout / 1000} s`);
    }
  }
}

function isOfThisMachine(owner: ProcessIdentity): boolean {
  return owner.space.split("/")[0] === processSpace().split("/")[0];
}

function nameOf(owner: ProcessIdentity | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}` : "a process that has not written down who it is";
}

/** Another process has the lock, and lives. */
export class AtWork extends RuntimeProblem {
  /** the target that it works on, if that is known, and is not the one that was to be worked on */
  readonly otherTarget: string | undefined;
  /** who has the lock, if it is a process of this machine */
  readonly owner: ProcessIdentity | undefined;

  constructor({ owner, target: itsTarget }: LockFile, wanted: string | undefined) {
    const target = itsTarget === wanted ? undefined : itsTarget;
    const where = target === undefined ? "" : `, on the target ${target}`;
    const option = target === undefined ? "" : ` --target ${quoteWord(target)}`;
    super(
      `another locusts is at work here${where}: ${nameOf(owner)}`,
      `wait for it (locusts status${option} tells how far a deploy is), or have it stop: locusts cancel${option}`,
    );
    this.otherTarget = target;
    this.owner = owner && isOfThisMachine(owner) ? owner : undefined;
  }
}

/** Gives heartbeats until the lock is given back. */
function keepLock(lock: Omit<RenewedLock, "released">): () => void {
  const released = new Int32Array(new SharedArrayBuffer(4));
  const workerData: RenewedLock = { ...lock, released };
  // In a thread of its own: reading a large input, say, lets nothing else of this one have a turn.
  const worker = new Worker(new URL("./renew-lock.js", import.meta.url), { workerData, execArgv: [] });
  worker.on("error", () => {}); // without it, others have to find out by the process
  worker.unref();
  return () => {
    Atomics.store(released, 0, 1);
    worker.terminate().catch(() => {});
    if (readLockFile(lock.path)?.token === lock.token) rmSync(lock.path, { force: true });
  };
}

/** Removes what processes have left that were killed while they took a lock, or wrote a file. */
function removeOldFiles(stateFolder: string): void {
  for (const name of readdirSync(stateFolder)) {
    if (/^(lock|checkout)\.(after-.+|\d+)$/.test(name)) rmSync(join(stateFolder, name), { force: true });
  }
  removeOldDrafts(stateFolder, statSync(join(stateFolder, "lock")).mtimeMs);
}
