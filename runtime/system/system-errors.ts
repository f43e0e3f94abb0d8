import { accessSync, existsSync, lstatSync, constants as modes, statfsSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";

export interface ErrorWords {
  readonly message: string;
  readonly hint: string;
}

const AGAIN = "then run the same command again: it goes on";

/** What the system's refusals mean, and what helps. */
const REFUSALS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ["permission denied", "change its permissions, or work where you may"],
  EPERM: ["permission denied", "change its permissions, or work where you may"],
  ENOSPC: ["no space left", `make room on its disk, ${AGAIN}`],
  EDQUOT: ["your quota on its disk is used up", `remove what you do not need there, ${AGAIN}`],
  EFBIG: ["it would be larger than a file may be", "raise the limit (ulimit -f), or use another disk"],
  EROFS: ["its disk is mounted read-only", "work on another disk, or have it mounted for writing"],
  EIO: ["its disk reports an input/output error", `have the disk, or the connection to it, looked at, ${AGAIN}`],
  ESTALE: ["its file server has lost track of it", `have the folder mounted anew, ${AGAIN}`],
  ENOMEM: ["there is not enough memory", `end what else takes memory, or raise the limit (ulimit -v), ${AGAIN}`],
  EMFILE: ["this process has too many files open", "raise the limit (ulimit -n 4096), then run the same command again"],
  ENFILE: ["this machine has too many files open", "end other programs, then run the same command again"],
  EAGAIN: ["this machine refuses more processes", `end other programs, or raise the limit (ulimit -u), ${AGAIN}`],
  E2BIG: [
    "its arguments and environment are too long",
    "make the environment smaller, then run the same command again",
  ],
  ENOENT: ["it is not there", "did something else remove it? Then run the same command again"],
  ENOTDIR: ["it is no folder, or what should be a folder on the way to it is none", "move away what is in its place"],
  EISDIR: ["it is a folder, and should be a file", "move away what is in its place"],
  EEXIST: ["it is there already", "move it away, then run the same command again"],
  ENOTEMPTY: ["the folder is not empty", "does something else write into it? Then run the same command again"],
  ENAMETOOLONG: ["its name is too long", "work in a folder with a shorter path"],
  ELOOP: ["links on the way to it lead in a circle", "fix the links"],
  EBUSY: ["something else uses it", "end what uses it, then run the same command again"],
  ENXIO: ["it is not a file that can be read or written", "move it away"],
  ENODEV: ["its device is not there", "is the disk connected and mounted?"],
  ETIMEDOUT: ["its disk does not answer", `see whether the disk, or the file server, is there, ${AGAIN}`],
  EOPNOTSUPP: ["its disk cannot do that", "work on a disk of another kind"],
  ENOSYS: ["its disk cannot do that", "work on a disk of another kind"],
  ERR_FS_FILE_TOO_LARGE: ["it is too large to be read at once", "make it smaller, or split it"],
};

/** Where the place that is written to is what lacks something, not the place that is read. */
const OF_THE_WRITTEN = new Set(["ENOSPC", "EDQUOT", "EROFS", "EFBIG"]);

function may(mode: number, path: string): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Which of its files an error is about: what copies, links or renames has two. */
function fileOf(error: NodeJS.ErrnoException & { readonly dest?: string }, code: string): string | undefined {
  const { path, dest, syscall } = error;
  if (dest === undefined || path === undefined) return dest ?? path;
  if (OF_THE_WRITTEN.has(code)) return dest;
  if (code === "ENOENT") return existsSync(path) ? dirname(dest) : path;
  if (code === "EACCES" || code === "EPERM") {
    // What is moved need not be read: it is its folder that has to let it go.
    const isReason = syscall === "rename" ? may(modes.W_OK, dirname(dest)) : !may(modes.R_OK, path);
    return isReason ? path : dest;
  }
  return `${path}, or ${dest}`;
}

function leadsNowhere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);
}

/** Fewer inodes than that are as good as none: other processes want some, too. */
const FEW_INODES = 100;
const NO_INODES = [
  "no more files can be made on its disk, which has room",
  `remove files there, however small, ${AGAIN}`,
] as const;

/** Is it files that cannot be made any more, rather than bytes that cannot be written? */
function lacksInodes(file: string): boolean {
  try {
    const { bavail, ffree, files } = statfsSync(dirname(file));
    return files > 0 && ffree < FEW_INODES && bavail > 0;
  } catch {
    return false; // it does not tell, or is gone
  }
}

/** The system's own words: `EIO: i/o error, write` says `i/o error`. */
function ownWords(message: string): string {
  return /^\w+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** The name of what was refused. Node does not know all of them, and gives the number alone. */
function codeOf({ code, errno }: NodeJS.ErrnoException): string | undefined {
  if (errno === undefined || (code !== undefined && REFUSALS[code])) return code;
  return Object.entries(constants.errno).find(([, number]) => number === Math.abs(errno))?.[0] ?? code;
}

/** What an error says to people. */
export function messageOf(error: unknown): string {
  return explainSystemError(error)?.message ?? (error as Error).message;
}

/** An error of the system in words: what it is about, what is wrong, what to do next. Undefined if it is none. */
export function explainSystemError(error: unknown): ErrorWords | undefined {
  if (!(error instanceof Error)) return undefined;
  const failed = error as NodeJS.ErrnoException;
  const { syscall = "" } = failed;
  const code = codeOf(failed);
  if (
    code === "ERR_STRING_TOO_LONG" ||
    /Array buffer allocation failed|Invalid (string|array) length/.test(error.message)
  ) {
    return { message: "there is not enough memory for what is read", hint: "split the swarm, or its largest input" };
  }
  if (code === undefined || (failed.errno === undefined && REFUSALS[code] === undefined)) return undefined;
  const file = fileOf(failed, code);
  if (code === "EEXIST" && file !== undefined && leadsNowhere(file)) {
    return {
      message: `${file}: it is a link that leads nowhere`,
      hint: "make what it leads to (is its disk mounted?), or remove the link",
    };
  }
  const refusal = code === "ENOSPC" && file !== undefined && lacksInodes(file) ? NO_INODES : REFUSALS[code];
  const [what, hint] = refusal ?? [ownWords(error.message), "fix that, then run the same command again"];
  if (syscall.startsWith("spawn")) {
    const program = failed.path ?? (syscall.slice("spawn ".length) || "a program");
    const missing = code === "ENOENT";
    return {
      message: `${program} cannot be started: ${missing ? "it is not there" : what} (${code})`,
      hint: missing ? "install it, or put it into your PATH" : hint,
    };
  }
  if (syscall === "mkdir" && code === "ENOENT") {
    return {
      message: `${file}: it cannot be made`,
      hint: `see whether its disk has room and your quota is not used up, ${AGAIN}`,
    };
  }
  return { message: `${file ?? `a file (${syscall || "unknown"})`}: ${what} (${code})`, hint };
}

/** What to do about what a program says of a disk; undefined for anything else. @param message of the program */
export function fixForRefusal(message: string): string | undefined {
  if (/No space left on device|Disk quota exceeded/i.test(message)) return `make room there, ${AGAIN}`;
  if (/Permission denied|Read-only file system/i.test(message)) return "choose a directory that you may write to";
  return undefined;
}
