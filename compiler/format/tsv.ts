/*
 * Tables are tab-separated, one record a line, with a first line that names the columns. A tab, a
 * line feed and a backslash are written \t, \n and \\, and an empty field \e: bash takes a row of
 * tabs for one, and would lose it.
 */

const ESCAPES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\\": "\\\\" };
const ESCAPED: Readonly<Record<string, string>> = { t: "\t", n: "\n", "\\": "\\", e: "" };

export function encodeField(value: string): string {
  if (value === "") return "\\e";
  return /[\t\n\\]/.test(value) ? value.replace(/[\t\n\\]/g, (character) => ESCAPES[character] as string) : value;
}

function decodeField(field: string): string {
  if (field === "\\e") return ""; // as many are
  return field.includes("\\") ? field.replace(/\\([tne\\])/g, (_, letter: string) => ESCAPED[letter] as string) : field;
}

export function encodeRow(values: readonly string[]): string {
  return `${values.map(encodeField).join("\t")}\n`;
}

/** One line of a table for people and statistics programs, in which an empty value is empty. */
export function encodeReadableRow(values: readonly string[]): string {
  return `${values.map((value) => (value === "" ? "" : encodeField(value))).join("\t")}\n`;
}

const NOT_PLAIN = /[\0\t\n\r]/g;

/**
 * One line of a table whose values hold neither tabs nor line ends, such as params: each stands as
 * it is, a backslash too. Should one hold them after all, as a host's name might, it gets blanks; and
 * for a NUL, at which many programs take a line, or the file, for ended.
 */
export function plainRow(values: readonly string[]): string {
  return `${values.map((value) => value.replace(NOT_PLAIN, " ")).join("\t")}\n`;
}

/** Has a row a blank for something in this value? */
export function isBlankedInPlainRow(value: string): boolean {
  return value.search(NOT_PLAIN) >= 0;
}

export function decodeRow(line: string): string[] {
  const fields = line.split("\t");
  if (!line.includes("\\")) return fields;
  for (let i = 0; i < fields.length; i += 1) fields[i] = decodeField(fields[i] as string);
  return fields;
}
