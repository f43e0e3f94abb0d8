import { isUtf8 } from "node:buffer";
import type { Place, Problem } from "../problem/problem.js";

const NEW_LINE = 0x0a;
const RETURN = 0x0d;

/** Files that are no text, by how they begin. */
const NO_TEXT: readonly { readonly start: readonly number[]; readonly what: string }[] = [
  { start: [0x1f, 0x8b], what: "a compressed file (gzip)" },
  { start: [0x50, 0x4b, 0x03, 0x04], what: "a workbook or another zip file" },
  { start: [0xd0, 0xcf, 0x11, 0xe0], what: "a workbook of an old kind" },
  { start: [0x28, 0xb5, 0x2f, 0xfd], what: "a compressed file (zstd)" },
];

function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function firstOddLine(bytes: Uint8Array, file: string): Place {
  let line = 1;
  let start = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at];
    if (at < bytes.length && byte !== NEW_LINE && byte !== RETURN) continue;
    if (!isUtf8(bytes.subarray(start, at))) {
      let good = start;
      while (good < at && isUtf8(bytes.subarray(start, good + 1))) good += 1;
      const before = new TextDecoder().decode(bytes.subarray(start, good));
      return { file, line, column: before.length + 1 };
    }
    if (byte === RETURN && bytes[at + 1] === NEW_LINE) at += 1;
    line += 1;
    start = at + 1;
  }
  return { file, line: 1, column: 1 };
}

/**
 * The text of a table's file: UTF-8, or UTF-16 if the file begins with its mark, as some programs
 * save tables. Anything else is named, since it would be misread.
 */
export function decodeTable(
  bytes: Uint8Array,
  file: string,
): { readonly text: string } | { readonly problem: Problem } {
  const start: Place = { file, line: 1, column: 1 };
  const other = NO_TEXT.find((kind) => beginsWith(bytes, kind.start));
  if (other) {
    const hint = "save it as text, with tabs between the columns, or as .csv";
    return { problem: { message: `the table is ${other.what}, not text`, place: start, hint } };
  }
  const utf16 = beginsWith(bytes, [0xff, 0xfe]) ? "utf-16le" : beginsWith(bytes, [0xfe, 0xff]) ? "utf-16be" : undefined;
  if (utf16 === undefined && !isUtf8(bytes)) {
    return {
      problem: {
        message: "the table is not UTF-8 from here on",
        place: firstOddLine(bytes, file),
        hint: `save it as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8 ${file}`,
      },
    };
  }
  let text: string;
  try {
    text = new TextDecoder(utf16 ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { problem: { message: "the table begins as UTF-16, and is not", place: start, hint: "save it as UTF-8" } };
  }
  if (text.includes("\0")) {
    return {
      problem: {
        message: "the table has NUL characters in it: it is UTF-16 without its mark, or no text",
        place: start,
        hint: "save it as UTF-8",
      },
    };
  }
  return { text };
}
