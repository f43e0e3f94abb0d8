import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { closest } from "../problem/closest.js";

const START = "paths start at the definition's folder";

/** The names in a folder; undefined where there is none, or where it cannot be read. */
function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

function withoutEndings(name: string): string {
  return name.replace(/(?<=.)\..*$/, "");
}

/** A name that may have been meant: one with another ending, or almost the same. */
function similar(name: string, names: readonly string[]): string | undefined {
  const bare = withoutEndings(name);
  return names.find((other) => withoutEndings(other) === bare) ?? closest(name, names);
}

/** The first folder on the way that is not there, in words; undefined if all are. */
export function missingFolder(folder: string, folders: readonly string[], absolute: boolean): string | undefined {
  let at = absolute ? "/" : folder;
  let shown = absolute ? "/" : "";
  for (const part of folders) {
    const below = resolve(at, part);
    if (namesIn(below) === undefined) {
      const like = closest(part, namesIn(at) ?? []);
      return `there is no folder ${shown}${part}/${like === undefined ? "" : `; did you mean ${shown}${like}/?`}`;
    }
    at = below;
    shown += `${part}/`;
  }
  return undefined;
}

/** What `~` would be in a shell. */
export function hintForHome(path: string): string | undefined {
  if (!/^~[^/]*(\/|$)/.test(path)) return undefined;
  return `~ is read by shells alone: write the whole path, as in "/home/me${path.replace(/^~[^/]*/, "")}"`;
}

/** What to do about a file or folder that is not there: which way goes wrong, and what may have been meant. */
export function hintForMissing(folder: string, path: string): string {
  const home = hintForHome(path);
  if (home) return home;
  if (/[*?]/.test(path))
    return 'no wildcard is followed here: jobs: files({ name: "…" }) finds each job\'s file by one';
  const absolute = path.startsWith("/");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const last = parts.pop() ?? "";
  const missing = missingFolder(folder, parts, absolute);
  if (missing) return absolute ? missing : `${missing}; ${START}`.replace(/\?; paths.*$/, "?");
  const before = `${absolute ? "/" : ""}${parts.map((part) => `${part}/`).join("")}`;
  const like = similar(last, namesIn(resolve(folder, before)) ?? []);
  return like === undefined ? START : `there is ${before}${like}`;
}
