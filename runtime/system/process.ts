import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode, textOf } from "../../compiler/format/file-access.js";

/** The state of a process, and when it began, in clock ticks since boot; undefined if there is none of that number. */
function lookAtProcess(
  pid: number,
): { readonly state: string | undefined; readonly birth: string | undefined } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, in parentheses, may hold anything; the fields after it may not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], birth: fields[19] };
}

/** When a process began, in clock ticks since boot; undefined if it is gone. */
export function birthOf(pid: number): string | undefined {
  const seen = lookAtProcess(pid);
  return seen?.state === "Z" || seen?.state === "X" ? undefined : seen?.birth;
}

/** What tells a process from all others, also of other machines and containers. */
export interface ProcessIdentity {
  readonly pid: number;
  /** when it began, in clock ticks since the machine did */
  readonly birth: string;
  /** for people: it may change, and several machines may have the same */
  readonly host: string;
  /** which start of which machine, and which of its spaces of process numbers; "?" where it can't be known */
  readonly space: string;
}

const UNKNOWN = "?";

/** Which start of which machine this is; empty where the system does not tell. */
export function bootOfMachine(): string {
  return (textOf("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

/**
 * The space of process numbers that this process sees in /proc: the machine's boot, and the namespace.
 * A container has a namespace of its own, in which the same numbers mean other processes.
 */
export function processSpace(): string {
  try {
    // A container may see another namespace's /proc: then nothing can be told by a number.
    if (readlinkSync("/proc/self") !== String(process.pid)) return UNKNOWN;
    const boot = bootOfMachine();
    return boot === "" ? UNKNOWN : `${boot}/${readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")}`;
  } catch {
    return UNKNOWN;
  }
}

/** Has a process of this machine go on that somebody has suspended, as by Ctrl-Z. */
export function continueSuspended({ pid, birth }: ProcessIdentity): void {
  const seen = lookAtProcess(pid);
  if (seen?.state !== "T" || seen.birth !== birth) return;
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It is somebody else's, or gone by now.
  }
}

export function identifyThisProcess(): ProcessIdentity {
  return { pid: process.pid, birth: birthOf(process.pid) ?? "0", host: hostname() || UNKNOWN, space: processSpace() };
}

/** Is there a process of that number, though /proc may hide it, being somebody else's? */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

/** Does a process still run? `undefined` where that cannot be told from here. */
export function isRunning({ pid, birth, space }: ProcessIdentity): boolean | undefined {
  if (space === UNKNOWN || space !== processSpace()) return undefined;
  const now = birthOf(pid);
  if (now !== undefined) return now === birth;
  return isThere(pid) ? undefined : false;
}
