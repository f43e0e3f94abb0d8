import { readdirSync, readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { firstOf } from "../format/amounts.js";
import { hintForHome } from "../format/file-names.js";
import { hintForPlaceholders } from "../format/odd-placeholders.js";
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
function missingFolder(folder: string, folders: readonly string[], absolute: boolean): string | undefined {
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

/** Where a link leads; undefined if it is none. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Those of the names in a folder that are not on the way to a path that is used. */
function notUsed(names: readonly string[], before: string, used: Iterable<string>): readonly string[] {
  const left = new Set(names);
  for (const path of used) {
    if (path.startsWith(before)) left.delete(path.slice(before.length).split("/")[0] as string);
  }
  return [...left];
}

/**
 * What to do about a file or folder that is not there: which way goes wrong, and what may have been meant.
 *
 * @param used paths that were not meant, since something else reads them; asked for only if need be
 */
export function hintForMissing(folder: string, path: string, used: () => Iterable<string> = () => []): string {
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
  const leadsTo = linkAt(resolve(folder, path));
  if (leadsTo !== undefined) return `${path} is a link to ${leadsTo}, which is not there`;
  const names = namesIn(resolve(folder, before)) ?? [];
  const like = similar(last, names) === undefined ? undefined : similar(last, notUsed(names, before, used()));
  if (like !== undefined) return `there is ${before}${like}`;
  return before === "" ? START : `${before} is there, and has nothing of that name`;
}

/** What is in a pattern that looks like a placeholder, or like something that shells read, and is none. */
function hintForNotation(pattern: string): string | undefined {
  const home = hintForHome(pattern);
  if (home) return home;
  const variable = /\$\{?(\w+)\}?/.exec(pattern);
  if (variable) {
    const [text, name = ""] = variable;
    const isPlaceholder = text.startsWith("${") && /[a-z]/.test(name);
    return isPlaceholder
      ? `a placeholder has no $: write ${pattern.replace(text, `{${name}}`)}`
      : `${text} is read by shells alone: write the path itself`;
  }
  const placeholders = hintForPlaceholders(pattern);
  if (placeholders) return placeholders;
  const [set] = /\[[^\]/]+\]/.exec(pattern) ?? [];
  return set && `${set} is read by shells alone: a pattern has placeholders, *, ? and **`;
}

/** So many names are shown of what is there. */
const MOST_NAMES = 3;

/** What to do about a pattern that matches nothing. */
export function hintForPattern(folder: string, pattern: string): string {
  const notation = hintForNotation(pattern);
  if (notation) return notation;
  const absolute = pattern.startsWith("/");
  const segments = pattern.split("/").filter((part) => part !== "" && part !== ".");
  const firstWild = segments.findIndex((part) => /[*?{]/.test(part));
  const plain = segments.slice(0, firstWild < 0 ? -1 : firstWild);
  const missing = missingFolder(folder, plain, absolute);
  if (missing) return missing;
  const at = `${absolute ? "/" : ""}${plain.map((part) => `${part}/`).join("")}`;
  const names = (namesIn(resolve(folder, at)) ?? []).filter(
    (name) => at !== "" || !/^(swarm\.config\.ts|bundle|results)$/.test(name),
  );
  const seen = names.filter((name) => !name.startsWith(".")).sort();
  const where = at === "" ? "the definition's folder" : at;
  if (seen.length === 0) return `${where} has nothing in it; no wildcard matches a leading dot`;
  return `${where} has ${firstOf(seen, MOST_NAMES)}; no wildcard matches a leading dot`;
}

/** A pattern with a placeholder where names may differ. */
export function withPlaceholder(pattern: string): string {
  if (pattern.includes("*")) return pattern.replace(/\*+(?!.*\*)/, "{id}");
  const folders = pattern.split("/");
  const last = folders.pop() ?? "";
  return [...folders, `{id}${/(?<=.)\..*$/.exec(last)?.[0] ?? ""}`].join("/");
}
