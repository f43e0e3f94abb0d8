import { type DataColumns, dataFormatOf } from "../../../compiler/format/data-columns.js";
import type { DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";
import { readJson, readJsonLines } from "./read-json.js";
import { readTable } from "./read-table.js";

/**
 * The rows of a file of data, each with the values of the declared columns in their order.
 *
 * @param name what the file is called by its job: the end of that says how it is written
 * @throws DataMistake where it does not fit
 */
export function readData(path: string, name: string, columns: DataColumns): Iterable<DataValue[]> {
  const format = dataFormatOf(name);
  if (format === "json") return readJson(path, columns);
  if (format === "lines") return readJsonLines(path, columns);
  return readTable(path, format ?? "tsv", columns);
}

/** Is it Node that says so of a text? A file of JSON, or a line, can be too long to be one. */
function isTooLong(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_STRING_TOO_LONG" || code === "ERR_FS_FILE_TOO_LARGE" || /Invalid string length/.test(message);
}

/** What is wrong with a file of data, with its line and column; undefined if nothing is. */
export function mistakeInData(path: string, name: string, columns: DataColumns): string | undefined {
  try {
    for (const _ of readData(path, name, columns));
    return undefined;
  } catch (error) {
    if (error instanceof DataMistake) return `${name}:${error.message}`;
    if (isTooLong(error))
      return `${name}: holds more text in one piece than can be read, some 500 MB; write .jsonl or .csv`;
    throw error;
  }
}
