/** Words that bash takes for syntax where a command may begin. */
const RESERVED = new Set(
  "! [[ ]] { } case coproc do done elif else esac fi for function if in select then time until while".split(" "),
);

/** What would not reach bash as it is: NUL ends a string there, and half a surrogate pair has no UTF-8. */
function refuseUnspeakable(text: string): void {
  if (text.includes("\0")) throw new Error("a NUL character cannot stand in a bash script; take it out of the text");
  if (/\p{Surrogate}/u.test(text)) {
    throw new Error("half of a surrogate pair cannot stand in a bash script; take it out of the text");
  }
}

/** Whether bash reads `text` as itself, unquoted, wherever a word may stand. */
function isBare(text: string): boolean {
  if (!/^[A-Za-z0-9_.,:=+@%/-]+$/.test(text)) return false;
  // `A=1`, or `=1` after an `A`, would be an assignment where a command may begin
  return !/^\w*\+?=/.test(text) && !RESERVED.has(text);
}

/** `text` between single quotes. Throws for NUL and for what is not valid Unicode. */
export function quoteSingle(text: string): string {
  refuseUnspeakable(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A bash word whose value is exactly `text`: bare where that is safe, else in single quotes.
 * Throws for NUL and for what is not valid Unicode, as no bash script can hold them.
 *
 * @example quoteWord("it's") === "'it'\\''s'"
 */
export function quoteWord(text: string): string {
  return isBare(text) ? text : quoteSingle(text);
}

/**
 * `text` with all escaped that is special between double quotes; the quotes themselves are the
 * caller's. Throws as `quoteWord` does.
 */
export function quoteInDouble(text: string): string {
  refuseUnspeakable(text);
  return text.replace(/[\\$`"]/g, "\\$&");
}

/** A variable, as `quoteExpanding` knows it. */
const PLAIN_VARIABLE = /(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))/;

/**
 * A bash word in which plain variables, `$name` and `${name}`, are expanded on the spot; all else is
 * itself. Throws as `quoteWord` does.
 */
export function quoteExpanding(text: string): string {
  const parts = text.split(PLAIN_VARIABLE).map((part, i) => (i % 2 ? part : quoteInDouble(part)));
  return `"${parts.join("")}"`;
}

/** Whether all that is special in `text` is plain variables. */
export function hasOnlyPlainVariables(text: string): boolean {
  return text.split(PLAIN_VARIABLE).every((part, i) => i % 2 === 1 || !/[$`\\]/.test(part));
}

/** `text` with all escaped that is special in a here-document with an unquoted delimiter. */
export function quoteInHereDocument(text: string): string {
  refuseUnspeakable(text);
  return text.replace(/[\\$`]/g, "\\$&");
}

/** `text` with all escaped that is special between `$'` and `'`. */
export function quoteInAnsi(text: string): string {
  refuseUnspeakable(text);
  return text.replace(/[\\']/g, "\\$&");
}
