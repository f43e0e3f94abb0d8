import picomatch from "picomatch";

/** A part of a rule between two slashes. */
export type RuleSegment =
  /** `**`: any number of folders */
  | { readonly any: true }
  | { readonly name: string }
  /** one name; `dotted`: it begins with a dot, and so is about hidden names */
  | { readonly wild: RegExp; readonly dotted: boolean };

export interface SegmentMistake {
  readonly mistake: string;
  readonly hint: string;
}

/** What the matcher would take for more than the character, and the language of rules does not. */
const PLAIN = /[()|+@!^$"{}[\]*?\\]/;

/** `s`: a name may hold line feeds. Hidden names are for the rule to allow. */
const OPTIONS = {
  dot: true,
  flags: "s",
  nonegate: true,
  noextglob: true,
  keepQuotes: true,
  literalBrackets: false,
  windows: false,
} as const;

/** Where a class in brackets ends; -1 if it does not. A `]` right at its beginning belongs to it. */
function endOfClass(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === "!" || text[at] === "^") at += 1;
  if (text[at] === "]") at += 1;
  for (; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "]") return at;
  }
  return -1;
}

function endOfBraces(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") return -1;
    else if (text[at] === "}") return at;
  }
  return -1;
}

/**
 * Reads one part of a rule: `*` and `?` stand for any characters and for one, `[a-z]` and `[!a-z]` for one of these and
 * one other, `{a,b}` for one of these texts; a backslash takes away what the next character means.
 */
export function parseSegment(text: string): RuleSegment | SegmentMistake {
  if (text === "**") return { any: true };
  let glob = "";
  let name = "";
  let wild = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === "*" && text[at + 1] === "*") {
      return {
        mistake: `has ** beside other characters, in "${text}"`,
        hint: "** stands for any folders, between slashes: data/**/*.txt",
      };
    }
    if (character === "*" || character === "?") {
      wild = true;
      glob += character;
    } else if (character === "[") {
      const end = endOfClass(text, at);
      if (end < 0) return { mistake: "has a [ without its ]", hint: "write \\\\[ for the character itself" };
      wild = true;
      glob += text.slice(at, end + 1).replace(/^\[!/, "[^");
      at = end;
    } else if (character === "{") {
      const end = endOfBraces(text, at);
      const inner = end < 0 ? "" : text.slice(at + 1, end);
      if (!inner.includes(",") || inner.includes("..")) {
        return {
          mistake: /^\w+$/.test(inner) ? `has {${inner}}, and no job's params` : "has a { that begins no list",
          hint: "rules are the same for all jobs; write {a,b} for one of several texts, \\\\{ for the character itself",
        };
      }
      wild = true;
      glob += `{${inner.replace(/[()|+@!^$"]/g, "\\$&")}}`;
      at = end;
    } else {
      const escaped = character === "\\";
      if (escaped) at += 1;
      const plain = text[at];
      if (plain === undefined) {
        return { mistake: "ends in a backslash", hint: "write \\\\\\\\ for the character itself" };
      }
      name += plain;
      glob += PLAIN.test(plain) ? `\\${plain}` : plain;
    }
  }
  if (!wild) return { name };
  return { wild: picomatch.makeRe(glob, OPTIONS), dotted: text.startsWith(".") || text.startsWith("\\.") };
}
