/** The longest name of a file that Linux file systems take, in bytes. */
const LONGEST_NAME = 255;

/** The longest path that Linux takes, in bytes, less what a job's folder and the results may need around it. */
const LONGEST_PATH = 4095 - 1023;

/** Why a path below a folder cannot be one, in words that follow "the output …"; undefined if it can. */
export function whyNoPath(path: string): string | undefined {
  return whyMisshapen(path) ?? whyTooLong(path);
}

/** The same, whatever length it has: of a path with placeholders. */
export function whyMisshapen(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/")) return "begins with /, and so leads out of the job's folder";
  for (const segment of path.split("/")) {
    if (segment === "") return "has an empty part between two slashes";
    if (segment === "." || segment === "..") return `has "${segment}" as a part`;
  }
  const control = /[\0\t\n\r]/.exec(path);
  return control ? `has ${nameControl(control[0])} in it` : undefined;
}

/** Why a path is longer than Linux takes, in the same words; undefined if it is not. */
export function whyTooLong(path: string): string | undefined {
  if (path.length <= LONGEST_NAME / 4) return undefined;
  const longest = Math.max(...path.split("/").map((segment) => Buffer.byteLength(segment)));
  if (longest > LONGEST_NAME) return `has a part of ${longest} bytes, and a file name holds ${LONGEST_NAME}`;
  const bytes = Buffer.byteLength(path);
  return bytes > LONGEST_PATH ? `has ${bytes} bytes, and a path below a job's folder holds ${LONGEST_PATH}` : undefined;
}

/** What to write for a path that begins with `~`; undefined if it does not. */
export function hintForHome(path: string): string | undefined {
  if (!/^~[^/]*(\/|$)/.test(path)) return undefined;
  return `~ is read by shells alone: write the whole path, as in "/home/me${path.replace(/^~[^/]*/, "")}"`;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its path, or a part of it, is longer than the system takes",
  EIO: "the disk has an error there",
};

/** Why the file system does not let a file be read, in words. */
export function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && UNREADABLE[code]) ?? message;
}

/** A text for a message: what is very long is cut in its middle. */
export function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 100)}…${text.slice(-60)}`;
}

export function nameControl(character: string): string {
  const names: Readonly<Record<string, string>> = {
    "\0": "a NUL character",
    "\t": "a tab",
    "\n": "a line feed",
    "\r": "a carriage return",
  };
  return names[character] ?? `the control character U+${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
