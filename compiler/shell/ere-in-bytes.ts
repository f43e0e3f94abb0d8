import { quoteSingle, quoteWord } from "../format/quote.js";

/** What begins no character of UTF-8, as a range of a bracket expression; NUL stands for it, which no pattern has. */
const LATER_BYTES = "$'\\x80-\\xbf'";

/** `\c`, `[…]` or `.`, and how often it comes. */
const ATOM = /(\\.|\[\^?\]?(?:\[:[a-z]+:\]|[^\]])*\]|\.)(\*|\+|\?|\{\d+(?:,\d*)?\})?/gsu;

/**
 * A bash word with a regular expression of `toPosixEre`, in which `.` and `[^…]` mean a character of UTF-8 and not a
 * byte: grep runs in the C locale, since no other one is sure to be there.
 */
export function ereInBytes(ere: string): string {
  const inBytes = ere.replace(ATOM, (all, atom: string, times = "") => {
    const isNegated = atom.startsWith("[^");
    // As bytes, any number of characters are no different.
    if ((atom !== "." && !isNegated) || times === "*") return all;
    const first = isNegated ? atom.replace(/^\[\^\]?/, "$&\0") : "[^\0]";
    if (times === "+") return `${first}${atom}*`;
    return times === "" ? `${first}[\0]*` : `(${first}[\0]*)${times}`;
  });
  if (!inBytes.includes("\0")) return quoteWord(ere);
  return inBytes.split("\0").map(quoteSingle).join(LATER_BYTES);
}
