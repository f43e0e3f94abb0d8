export interface BracketSet {
  readonly chars: Set<number>;
  readonly ranges: [from: number, to: number][];
  readonly classes: Set<string>;
}

const NEWLINE = 0x0a;
const LAST_ASCII = 0x7f;
/** What has a meaning of its own in some place of a bracket expression: `-`, `[`, `\`, `]`, `^`. */
const SPECIAL: ReadonlySet<number> = new Set([..."-[\\]^"].map((c) => c.charCodeAt(0)));

/** Ranges that mean the same in each locale; grep refuses some others, as `[X-b]` in C.UTF-8. */
const SAFE_RANGES = ["09", "AZ", "az"].map((ends) => [ends.charCodeAt(0), ends.charCodeAt(1)] as const);
/** Fewer characters than this are listed rather than written as a range. */
const SHORTEST_RANGE = 4;

/** Plain characters, those of a safe range that follow each other as a range. */
function listOf(codePoints: readonly number[]): string {
  let list = "";
  for (let i = 0; i < codePoints.length; i++) {
    const first = codePoints[i] ?? 0;
    const last = SAFE_RANGES.find(([low, high]) => first >= low && first <= high)?.[1] ?? first;
    let length = 1;
    while (first + length <= last && codePoints[i + length] === first + length) length++;
    if (length >= SHORTEST_RANGE) {
      list += String.fromCharCode(first, 0x2d, first + length - 1);
      i += length - 1;
    } else list += String.fromCharCode(first);
  }
  return list;
}

/**
 * A bracket expression. Nothing escapes in one: what is special has to stand where it is not: `]` at
 * the start, `-` at the end, `^` not at the start, `[` not before `.`, `:` or `=`.
 *
 * @param set its newlines are left out, as no line has one, and so is all that is not ASCII
 * @returns undefined if nothing is left of the set
 */
function bracketOf(set: BracketSet, negated: boolean): string | undefined {
  const chars = new Set(set.chars);
  for (const [from, to] of set.ranges) for (let c = from; c <= Math.min(to, LAST_ASCII); c++) chars.add(c);
  const has = (c: string) => chars.has(c.charCodeAt(0));
  const plain = [...chars].filter((c) => c > 0 && c <= LAST_ASCII && c !== NEWLINE && !SPECIAL.has(c));
  let inner = has("]") ? "]" : "";
  inner += [...set.classes].map((name) => `[:${name}:]`).join("");
  inner += listOf(plain.sort((a, b) => a - b));
  for (const c of "\\[") if (has(c)) inner += c;
  const dash = has("-") ? "-" : "";
  if (has("^")) inner = inner === "" && !negated ? `${dash}^` : `${inner}^${dash}`;
  else inner += dash;
  if (inner === "") return undefined;
  if (inner === "^" && !negated) return "\\^";
  return `[${negated ? "^" : ""}${inner}]`;
}

/**
 * A set of characters as a POSIX extended regular expression, which holds in any locale: characters
 * beyond ASCII become alternatives, since a bracket would take each of their bytes for a character.
 *
 * @returns undefined if the set cannot be written so
 */
export function expressionOfSet(set: BracketSet, negated: boolean, foldsCase: boolean): string | undefined {
  const wide = [...set.chars].filter((c) => c > LAST_ASCII);
  if (set.ranges.some(([, to]) => to > LAST_ASCII) || (negated && wide.length > 0)) return undefined;
  const ascii = bracketOf(set, negated);
  if (negated) return ascii ?? ".";
  const alternatives = wide.map((c) => wideCharacter(c, foldsCase));
  if (ascii !== undefined) alternatives.unshift(ascii);
  if (alternatives.length === 0) return undefined;
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join("|")})`;
}

/** A character beyond ASCII, as one thing that a `*` can follow, and in both its cases if need be. */
export function wideCharacter(codePoint: number, foldsCase: boolean): string {
  const c = String.fromCodePoint(codePoint);
  const cases = foldsCase ? [c.toLowerCase(), c.toUpperCase()].filter((other) => [...other].length === 1) : [];
  return `(${[...new Set([c, ...cases])].join("|")})`;
}
