import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { ownValue } from "../format/own-value.js";
import { type BracketSet, expressionOfSet, wideCharacter } from "./bracket.js";

/** A POSIX extended regular expression for `grep -E`, and whether `-i` belongs to it. */
interface PosixEre {
  readonly ere: string;
  readonly ignoreCase: boolean;
}

/** Why a JavaScript regular expression has no POSIX form. */
interface EreMistake {
  readonly mistake: string;
  readonly hint: string | undefined;
}

/** The most repetitions that GNU grep and POSIX systems take. */
const MOST_REPETITIONS = 32767;

class NotPosix extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

const NO = "POSIX extended regular expressions cannot express";
const cannot = (construct: string, hint?: string) => new NotPosix(`${NO} ${construct}`, hint);

function addEscape(set: BracketSet, kind: "digit" | "space" | "word"): void {
  const range = (from: string, to: string) => set.ranges.push([from.charCodeAt(0), to.charCodeAt(0)]);
  if (kind === "space") set.classes.add("space");
  if (kind === "word") {
    range("A", "Z");
    range("a", "z");
  }
  if (kind !== "space") range("0", "9");
  if (kind === "word") set.chars.add("_".charCodeAt(0));
}

/** What stands for a class of POSIX in brackets of a JavaScript regular expression. */
const INSTEAD: Readonly<Record<string, string>> = {
  digit: "\\d",
  space: "\\s",
  word: "\\w",
  alpha: "A-Za-z",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  xdigit: "0-9A-Fa-f",
  blank: " \\t",
  print: " -~",
  graph: "!-~",
  punct: "!-\\/:-@\\[-`{-~",
  cntrl: "\\x01-\\x1f\\x7f",
};

/**
 * Why brackets are not what they look like: a JavaScript regular expression reads what POSIX has within brackets,
 * `[:digit:]`, `[.x.]` and `[=x=]`, as single characters, and would never match. Undefined if they have none of these.
 *
 * @param raw the brackets up to the first that closes one
 */
function posixBracket(raw: string): NotPosix | undefined {
  const [, text, name = "", element] =
    /(?<!\\)(\[:(\w+):\]|\[([.=])(?:[\w-]+|[^\w\]])\3\])/.exec(raw.slice(1)) ?? /^(\[\^?:(\w+):\])$/.exec(raw) ?? [];
  if (text === undefined || !(element || raw.length > text.length || ownValue(INSTEAD, name))) return undefined;
  const message = `a JavaScript regular expression has no ${text}: it is read as single characters`;
  const character = element && text.length === "[.x.]".length ? text[2] : undefined;
  if (character) return new NotPosix(message, `write ${character} in its place`);
  const instead = ownValue(INSTEAD, name);
  return new NotPosix(message, instead ? `write ${instead} in brackets: [${instead}]` : "list the characters");
}

function hasAnchor(element: AST.Element): boolean {
  if (element.type === "Assertion") return true;
  if (element.type === "Quantifier") return hasAnchor(element.element);
  if (element.type !== "Group" && element.type !== "CapturingGroup") return false;
  return element.alternatives.some(({ elements }) => elements.some(hasAnchor));
}

class EreWriter {
  constructor(private readonly ignoreCase: boolean) {}

  alternatives(alternatives: readonly AST.Alternative[]): string {
    return alternatives.map(({ elements }) => this.elements(elements)).join("|");
  }

  private elements(elements: readonly AST.Element[]): string {
    let ere = "";
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      const next = elements[i + 1];
      if (element === undefined) continue;
      if (element.type === "Character" && next?.type === "Character") {
        // without the u flag, a character beyond the basic plane is parsed as two
        const pair = String.fromCharCode(element.value, next.value);
        if (element.value <= 0xffff && next.value <= 0xffff && [...pair].length === 1) {
          ere += this.character(pair.codePointAt(0) ?? 0, pair);
          i++;
          continue;
        }
      }
      ere += this.element(element);
    }
    return ere;
  }

  private element(element: AST.Element): string {
    switch (element.type) {
      case "Character":
        return this.character(element.value, element.raw);
      case "CharacterSet":
        return this.characterSet(element);
      case "CharacterClass":
        return this.characterClass(element);
      case "Group":
        if (element.modifiers)
          throw cannot(`flags for a part, as in ${element.raw}`, "give the flag to the whole pattern");
        return `(${this.alternatives(element.alternatives)})`;
      case "CapturingGroup":
        return `(${this.alternatives(element.alternatives)})`;
      case "Quantifier":
        return this.quantifier(element);
      case "Assertion":
        return this.assertion(element);
      case "Backreference":
        throw cannot(`the back reference ${element.raw}`, "write the pattern of the group again");
      case "ExpressionCharacterClass":
        throw cannot(`the set operation in ${element.raw}`, "list the characters");
    }
  }

  private character(codePoint: number, raw: string): string {
    if (codePoint === 0x0a)
      throw cannot("a line's end", "grep looks at one line at a time: match just one of the lines");
    if (codePoint === 0) throw cannot("a NUL character", "match what stands around it");
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) {
      throw cannot(`half of a character, ${raw}`, "add the u flag, so that the character counts as one");
    }
    if (codePoint > 0x7f) return wideCharacter(codePoint, this.ignoreCase);
    const c = String.fromCodePoint(codePoint);
    return /[\\^$.[()|*+?{]/.test(c) ? `\\${c}` : c;
  }

  private characterSet(set: AST.CharacterSet): string {
    if (set.kind === "any") return ".";
    if (set.kind === "property") throw cannot(`the Unicode property ${set.raw}`, "list the characters, as in [A-Za-z]");
    const bracket: BracketSet = { chars: new Set(), ranges: [], classes: new Set() };
    addEscape(bracket, set.kind);
    return expressionOfSet(bracket, set.negate, this.ignoreCase) ?? "";
  }

  private characterClass(node: AST.CharacterClass): string {
    if (node.elements.length === 0) {
      if (node.negate) throw cannot("[^]", "use . for any character of a line");
      throw cannot("[], which never matches", "take it out");
    }
    const posix = posixBracket(node.raw);
    if (posix) throw posix;
    const set: BracketSet = { chars: new Set(), ranges: [], classes: new Set() };
    for (const element of node.elements) {
      if (element.type === "Character") {
        // a character that no line has need not be kept out
        if (node.negate && (element.value === 0x0a || element.value === 0)) continue;
        this.character(element.value, element.raw);
        set.chars.add(element.value);
      } else if (element.type === "CharacterClassRange") {
        set.ranges.push([element.min.value, element.max.value]);
      } else if (element.type === "CharacterSet" && element.kind !== "property") {
        if (element.negate) {
          const hint = /^\[(\\[dD]){2}\]$|^\[(\\[sS]){2}\]$|^\[(\\[wW]){2}\]$/.test(node.raw)
            ? "use . for any character of a line"
            : `list the characters, or write the choice out: (${element.raw}|[…])`;
          throw cannot(`${element.raw} within brackets`, hint);
        }
        addEscape(set, element.kind);
      } else throw cannot(`${element.raw} within brackets`, "list the characters");
    }
    const ere = expressionOfSet(set, node.negate, this.ignoreCase);
    if (ere !== undefined) return ere;
    throw cannot(
      `${node.raw} in every locale, as it has characters beyond ASCII ${node.negate ? "in a negated class" : "in a range"}`,
      node.negate ? "use ASCII characters there, or ." : "list the characters one by one",
    );
  }

  private quantifier({ element, greedy, min, max, raw }: AST.Quantifier): string {
    if (!greedy) throw cannot(`the lazy ${raw}`, "leave the last ? out: it does not change whether a line matches");
    if (max > 1 && hasAnchor(element)) {
      // GNU grep gets some of these wrong
      throw cannot(`an anchor in a part that repeats, ${raw}`, "take the ^ or $ out of the repetition");
    }
    const repeated = this.element(element);
    const most = Number.isFinite(max) ? max : min;
    if (most > MOST_REPETITIONS) throw cannot(`so many repetitions, ${raw}`, `use ${MOST_REPETITIONS} at most`);
    if (max === Number.POSITIVE_INFINITY && min < 2) return repeated + (min === 0 ? "*" : "+");
    if (min === 0 && max === 1) return `${repeated}?`;
    if (min === max) return `${repeated}{${min}}`;
    return `${repeated}{${min},${Number.isFinite(max) ? max : ""}}`;
  }

  private assertion(assertion: AST.Assertion): string {
    switch (assertion.kind) {
      case "start":
        return "^";
      case "end":
        return "$";
      case "word":
        throw cannot(
          `the word boundary ${assertion.raw}`,
          "write what may stand there, as in (^|[^A-Za-z0-9_]) or ([^A-Za-z0-9_]|$)",
        );
      case "lookahead":
      case "lookbehind":
        throw cannot(
          `the ${assertion.negate ? "negative " : ""}${assertion.kind} ${assertion.raw}`,
          "match the text itself, or use checked(…) with a command",
        );
    }
  }
}

/**
 * A JavaScript regular expression as a POSIX extended one, with which `grep -E` finds the same lines,
 * whatever its locale; in the C locale `.` and `[^…]` are a byte, unless `ereInBytes` is asked. `^` and `$` mean
 * each line's start and end, with or without the `m` flag.
 *
 * @param source what `RegExp#source` gives
 * @param flags what `RegExp#flags` gives
 */
export function toPosixEre(source: string, flags: string): PosixEre | EreMistake {
  if (flags.includes("s")) {
    return { mistake: `${NO} the s flag`, hint: "leave it out: grep looks at one line at a time" };
  }
  if (flags.includes("y")) {
    return { mistake: `${NO} the y flag`, hint: "leave it out, and begin the pattern with ^" };
  }
  const ignoreCase = flags.includes("i");
  try {
    const pattern = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, {
      unicode: flags.includes("u"),
      unicodeSets: flags.includes("v"),
    });
    return { ere: new EreWriter(ignoreCase).alternatives(pattern.alternatives), ignoreCase };
  } catch (error) {
    if (error instanceof NotPosix) return { mistake: error.message, hint: error.hint };
    return { mistake: (error as Error).message, hint: "write a regular expression that JavaScript accepts" };
  }
}
