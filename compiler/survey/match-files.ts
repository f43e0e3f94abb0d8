import { basename, resolve } from "node:path";
import { ownFolders } from "../format/own-folders.js";
import { compareNaturally } from "./natural-order.js";
import { type NamePattern, otherSplit, type PathSegment, parsePath } from "./path-pattern.js";
import { PatternFolders } from "./pattern-folders.js";
import { MatchReview } from "./review-matches.js";

type Bound = Readonly<Record<string, string>>;

function isIn(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The folders that Locusts itself writes, and npm, but for one that the pattern names before its first wildcard. */
function unnamedFolders(folder: string, start: string, segments: readonly PathSegment[]): readonly string[] {
  const firstWild = segments.findIndex((segment) => !("text" in segment));
  const named = segments.slice(0, firstWild < 0 ? undefined : firstWild);
  const at = resolve(start, ...named.map((segment) => ("text" in segment ? segment.text : "")));
  return [...ownFolders(resolve(folder)), resolve(folder, "node_modules")].filter((own) => !isIn(own, at));
}

/**
 * The files and folders that match a pattern. Each placeholder stands for as few characters as it can, at least one,
 * within a path segment; the same name twice stands for the same text. `**` meets each folder once, however many links
 * lead there. A pattern that ends in `/` matches folders alone. What lies in `results/`, `bundle/`, `.locusts/`
 * and `node_modules/` beside the definition is taken only if the pattern names that folder: else a swarm's own results
 * would become its jobs.
 */
export function matchFiles(folder: string, pattern: string) {
  const foldersOnly = pattern.endsWith("/");
  const segments = parsePath(pattern);
  const start = pattern.startsWith("/") ? "/" : folder;
  const own = unnamedFolders(folder, start, segments);
  const ownFolderOf = (path: string) => {
    const absolute = resolve(start, path);
    return own.find((candidate) => isIn(candidate, absolute));
  };
  const review = new MatchReview(pattern, (path) => ownFolderOf(path) !== undefined);
  const disk = new PatternFolders(folder, pattern.startsWith("/"), review);
  const found = new Map<string, Bound>();

  function keep(path: string, params: Bound): void {
    if (foldersOnly && !disk.isFolder(path)) return;
    const ownFolder = ownFolderOf(path);
    if (ownFolder !== undefined) {
      review.own(path, basename(ownFolder));
      return;
    }
    const other = found.get(path);
    if (!other) found.set(path, params);
    else if (Object.keys(params).some((name) => params[name] !== other[name])) review.split(path, other, params);
  }

  function walk(at: string, index: number, params: Bound): void {
    const segment = segments[index];
    if (segment === undefined) keep(at, params);
    else if ("text" in segment) {
      const below = disk.below(at, segment.text);
      if (disk.exists(below)) walk(below, index + 1, params);
    } else if ("any" in segment) {
      for (const below of disk.descend(at)) walk(below, index + 1, params);
    } else matchNames(at, segment, index, params);
  }

  function matchNames(at: string, segment: NamePattern, index: number, params: Bound) {
    const next = segments[index + 1];
    const leadsOn = (below: string) => {
      if (next === undefined) return !foldersOnly || disk.isFolder(below);
      return "text" in next ? disk.exists(disk.below(below, next.text)) : disk.isFolder(below);
    };
    for (const name of disk.namesIn(at)) {
      const match = segment.expression.exec(name);
      const below = disk.below(at, name);
      if (!match) {
        if (name.startsWith(".") && segment.withHidden.test(name) && leadsOn(below)) review.hidden(below);
        continue;
      }
      const bound: Record<string, string> = { ...params };
      let consistent = true;
      for (const [key, value] of Object.entries(match.groups ?? {})) {
        if (Object.hasOwn(bound, key) && bound[key] !== value) consistent = false;
        bound[key] = value;
      }
      if (!consistent || !leadsOn(below)) continue;
      if (name.includes("\uFFFD")) review.notUtf8(below);
      else {
        const other = otherSplit(segment, name);
        if (other) review.split(below, match.groups ?? {}, other);
        walk(below, index + 1, bound);
      }
    }
  }

  walk("", 0, {});
  const matches = [...found].map(([path, params]) => ({ path, params }));
  matches.sort((a, b) => compareNaturally(a.path, b.path));
  return { matches, problems: review.problems(), notes: review.notes(), leftOut: review.ownWords() };
}
