/** The longest name of a file that Linux file systems take, in bytes. */
const LONGEST_NAME = 255;

/**
 * Why a path below a folder cannot be one, in words that follow "the output …"; undefined if it can.
 */
export function whyNoPath(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/")) return "begins with /, and so leads out of the job's folder";
  for (const segment of path.split("/")) {
    if (segment === "") return "has an empty part between two slashes";
    if (segment === "." || segment === "..") return `has "${segment}" as a part`;
    if (segment.length > LONGEST_NAME / 4 && Buffer.byteLength(segment) > LONGEST_NAME) {
      return `has a part of ${Buffer.byteLength(segment)} bytes, and a file name holds ${LONGEST_NAME}`;
    }
  }
  const control = /[\0\t\n\r]/.exec(path);
  if (control) return `has ${nameControl(control[0])} in it`;
  return undefined;
}

/** A control character in words. */
export function nameControl(character: string): string {
  const names: Readonly<Record<string, string>> = {
    "\0": "a NUL character",
    "\t": "a tab",
    "\n": "a line feed",
    "\r": "a carriage return",
  };
  return names[character] ?? `the control character U+${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
