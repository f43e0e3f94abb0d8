import { parsePattern } from "../format/pattern.js";

/** What names look like that a segment matches. */
export interface NamePattern {
  readonly expression: RegExp;
  /** the same, but for that it matches a leading dot, too */
  readonly withHidden: RegExp;
  /** the same, with other parts taking as much as they can: where they differ, a name can be split in several ways */
  readonly others: readonly RegExp[];
}

/** A part of a path between two slashes: a name, `**`, or what names look like. */
export type PathSegment = { readonly text: string } | { readonly any: true } | NamePattern;

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

interface Style {
  readonly hidden: boolean;
  readonly greedyNames: boolean;
  readonly greedyWilds: boolean;
}

/** Wildcards within text become expressions; neither they nor placeholders match a leading dot. */
function expressionOf(segment: string, style: Style): RegExp {
  const seen = new Set<string>();
  const any = style.greedyWilds ? "[^/]*" : "[^/]*?";
  const name = style.greedyNames ? "[^/]+" : "[^/]+?";
  let source = "";
  for (const part of parsePattern(segment)) {
    const hidden = source === "" && !style.hidden ? "(?!\\.)" : "";
    if ("text" in part) {
      const text = part.text.replace(/[*?]|[^*?]+/g, (piece) =>
        piece === "*" ? any : piece === "?" ? "[^/]" : escapeExpression(piece),
      );
      source += (/^[*?]/.test(part.text) ? hidden : "") + text;
    } else if (seen.has(part.placeholder)) source += `\\k<${part.placeholder}>`;
    else {
      seen.add(part.placeholder);
      source += `${hidden}(?<${part.placeholder}>${name})`;
    }
  }
  return new RegExp(`^${source}$`, "su");
}

function compileSegment(segment: string): PathSegment {
  if (segment === "**") return { any: true };
  const parts = parsePattern(segment);
  const names = parts.filter((part) => "placeholder" in part).length;
  const wild = parts.some((part) => "text" in part && /[*?]/.test(part.text));
  if (names === 0 && !wild) return { text: segment };
  const style = { hidden: false, greedyNames: false, greedyWilds: true };
  const several = names > 1 || (names > 0 && wild);
  const others = several
    ? [
        { ...style, greedyNames: true, greedyWilds: false },
        { ...style, greedyNames: true },
        { ...style, greedyWilds: false },
      ]
    : [];
  return {
    expression: expressionOf(segment, style),
    withHidden: expressionOf(segment, { ...style, hidden: true }),
    others: others.map((other) => expressionOf(segment, other)),
  };
}

export function parsePath(pattern: string): readonly PathSegment[] {
  return pattern
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .map(compileSegment);
}

/** Another way in which a name that matches can be split; undefined if there is only one. */
export function otherSplit(segment: NamePattern, name: string): Readonly<Record<string, string>> | undefined {
  const chosen = segment.expression.exec(name)?.groups ?? {};
  for (const other of segment.others) {
    const groups = other.exec(name)?.groups ?? {};
    if (Object.keys(groups).some((key) => groups[key] !== chosen[key])) return { ...groups };
  }
  return undefined;
}
