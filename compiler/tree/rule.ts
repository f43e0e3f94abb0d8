import { parseSegment, type RuleSegment, type SegmentMistake } from "./segment.js";

export interface TreeRule {
  readonly text: string;
  readonly effect:
    | "take"
    /** leaves out what matches, and all that is in it */
    | "leave"
    /** leaves out the files that match, and those in folders that match, and keeps the folders */
    | "leaveFiles";
  /** it ended in a slash, and is about folders alone */
  readonly foldersOnly: boolean;
  /** whether its wildcards match names that begin with a dot */
  readonly hidden: boolean;
  readonly segments: readonly RuleSegment[];
  /** how many of its segments, from the first, are names without wildcards */
  readonly literals: number;
}

/** As many segments as there are bits in what the matcher notes down, less two. */
const MOST_SEGMENTS = 30;

function splitSegments(pattern: string): readonly string[] | SegmentMistake {
  if (pattern.startsWith("/"))
    return { mistake: "begins with /", hint: "rules begin at the tree's root: leave it out" };
  const segments = pattern.split("/");
  for (const segment of segments) {
    if (segment === "") return { mistake: "has an empty part between two slashes", hint: "leave one slash out" };
    if (segment === "." || segment === "..") {
      return {
        mistake: `has "${segment}" as a part`,
        hint: "rules begin at the tree's root, and lead nowhere out of it",
      };
    }
  }
  if (pattern.includes("\0")) return { mistake: "has a NUL character", hint: "no path can hold it" };
  if (segments.length > MOST_SEGMENTS) {
    return {
      mistake: `has ${segments.length} parts, and can have ${MOST_SEGMENTS}`,
      hint: "use ** for a part of the way",
    };
  }
  return segments;
}

/**
 * Reads a rule; what is wrong with it, in words that follow `the rule "…"`.
 *
 * @param hidden whether its wildcards match hidden names, if it takes something: what is out is out
 */
export function parseTreeRule(text: string, hidden: boolean): TreeRule | SegmentMistake {
  const effect = text.startsWith("!!") ? "leaveFiles" : text.startsWith("!") ? "leave" : "take";
  const pattern = text.replace(/^!{1,2}/, "").replace(/^(\.\/)+/, "");
  if (pattern === "") return { mistake: "is empty", hint: 'write a path or a pattern, as in "data/*.txt"' };
  const foldersOnly = pattern.endsWith("/");
  const parts = splitSegments(foldersOnly ? pattern.slice(0, -1) : pattern);
  if ("mistake" in parts) return parts;
  const segments: RuleSegment[] = [];
  for (const part of parts) {
    const segment = parseSegment(part);
    if ("mistake" in segment) return segment;
    segments.push(segment);
  }
  const firstWild = segments.findIndex((segment) => !("name" in segment));
  return {
    text,
    effect,
    foldersOnly,
    hidden: hidden || effect !== "take",
    segments,
    literals: firstWild < 0 ? segments.length : firstWild,
  };
}

export function escapePattern(path: string): string {
  return path.replace(/[*?[\]{}\\]|^!/g, "\\$&");
}
