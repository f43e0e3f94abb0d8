import type { Problem } from "../problem.js";
import { compareNaturally } from "./natural-order.js";
import { type NamePattern, otherSplit, parsePath } from "./path-pattern.js";
import { PatternFolders } from "./pattern-folders.js";
import { MatchReview } from "./review-matches.js";

/** A path that matches, and what its placeholders stand for. */
export interface Match {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface Matches {
  /** in natural order */
  readonly matches: readonly Match[];
  readonly problems: readonly Problem[];
  /** what is not wrong, and worth a word */
  readonly notes: readonly Problem[];
}

type Bound = Readonly<Record<string, string>>;

/**
 * The files and folders that match a pattern. Each placeholder stands for as few characters as it
 * can, at least one, within a path segment; the same name twice stands for the same text. `**` meets
 * each folder once, however many links lead there. A pattern that ends in `/` matches folders alone.
 */
export function matchFiles(folder: string, pattern: string): Matches {
  const foldersOnly = pattern.endsWith("/");
  const segments = parsePath(pattern);
  const review = new MatchReview(pattern);
  const disk = new PatternFolders(folder, pattern.startsWith("/"), review);
  const found = new Map<string, Bound>();

  function keep(path: string, params: Bound): void {
    if (foldersOnly && !disk.isFolder(path)) return;
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
    const last = index === segments.length - 1;
    for (const name of disk.namesIn(at)) {
      const match = segment.expression.exec(name);
      const below = disk.below(at, name);
      if (!match) {
        if (name.startsWith(".") && segment.withHidden.test(name)) review.hidden(below);
        continue;
      }
      const bound: Record<string, string> = { ...params };
      let consistent = true;
      for (const [key, value] of Object.entries(match.groups ?? {})) {
        if (Object.hasOwn(bound, key) && bound[key] !== value) consistent = false;
        bound[key] = value;
      }
      if (!consistent || (!last && !disk.isFolder(below))) continue;
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
  return { matches, problems: review.problems(), notes: review.notes() };
}
