import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parsePattern } from "../dsl/placeholders.js";
import { compareNaturally } from "./natural-order.js";

/** A path that matches, and what its placeholders stand for. */
export interface Match {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

type Segment = { readonly text: string } | { readonly any: true } | { readonly expression: RegExp };

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Wildcards within text become expressions; neither they nor placeholders match a leading dot. */
function compileSegment(segment: string): Segment {
  const seen = new Set<string>();
  if (segment === "**") return { any: true };
  const parts = parsePattern(segment);
  const wild = parts.some((part) => "placeholder" in part || /[*?]/.test(part.text));
  if (!wild) return { text: segment };
  let source = "";
  for (const part of parts) {
    const hidden = source === "" ? "(?!\\.)" : "";
    if ("text" in part) {
      const text = part.text.replace(/[*?]|[^*?]+/g, (piece) =>
        piece === "*" ? "[^/]*" : piece === "?" ? "[^/]" : escapeExpression(piece),
      );
      source += (/^[*?]/.test(part.text) ? hidden : "") + text;
    } else if (seen.has(part.placeholder)) source += `\\k<${part.placeholder}>`;
    else {
      seen.add(part.placeholder);
      source += `${hidden}(?<${part.placeholder}>[^/]+?)`;
    }
  }
  return { expression: new RegExp(`^${source}$`, "su") };
}

/**
 * The files and folders that match a pattern, in natural order. Each placeholder stands for as
 * few characters as it can, at least one, within a path segment; the same name twice stands for
 * the same text. A pattern that ends in `/` matches folders alone.
 *
 * @throws the file system's error if a folder on the way cannot be read, unless it does not exist
 */
export function matchFiles(folder: string, pattern: string): Match[] {
  const foldersOnly = pattern.endsWith("/");
  const absolute = pattern.startsWith("/");
  const names = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
  const matches: Match[] = [];
  const segments = names.map(compileSegment);
  const resolvePath = (path: string) => (absolute ? path : join(folder, path));

  function walk(at: string, index: number, params: Readonly<Record<string, string>>): void {
    const segment = segments[index];
    if (segment === undefined) {
      if (!foldersOnly || isFolder(resolvePath(at))) matches.push({ path: at, params });
      return;
    }
    const below = (name: string) => (at === "" ? (absolute ? `/${name}` : name) : `${at}/${name}`);
    if ("text" in segment) {
      if (exists(resolvePath(below(segment.text)))) walk(below(segment.text), index + 1, params);
      return;
    }
    if ("any" in segment) walk(at, index + 1, params);
    for (const name of entriesOf(resolvePath(at === "" && absolute ? "/" : at))) {
      if ("any" in segment) {
        if (!name.startsWith(".") && isFolder(resolvePath(below(name)))) walk(below(name), index, params);
        continue;
      }
      const found = segment.expression.exec(name);
      if (!found) continue;
      const bound = { ...params };
      let consistent = true;
      for (const [key, value] of Object.entries(found.groups ?? {})) {
        if (key in bound && bound[key] !== value) consistent = false;
        bound[key] = value;
      }
      if (consistent && (index === segments.length - 1 || isFolder(resolvePath(below(name))))) {
        walk(below(name), index + 1, bound);
      }
    }
  }
  walk("", 0, {});
  return matches.sort((a, b) => compareNaturally(a.path, b.path));
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
