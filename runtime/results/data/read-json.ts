import { readFileSync } from "node:fs";
import { findNodeAtLocation, type JSONPath, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { DataColumns } from "../../../compiler/format/data-columns.js";
import { readLines } from "../../../compiler/format/lines.js";
import { convertJson, type DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";

/** Where an offset lies in a text that begins on a line. */
function placeOf(text: string, offset: number, first: number) {
  const before = text.slice(0, offset);
  return { line: first + before.split("\n").length - 1, column: offset - before.lastIndexOf("\n") };
}

/** Says where in a text something is wrong: it is parsed once more, with places. */
function mistakeAt(text: string, path: JSONPath, what: string, first: number): DataMistake {
  const root = parseTree(text);
  const node = root && (findNodeAtLocation(root, path) ?? findNodeAtLocation(root, path.slice(0, -1)));
  const { line, column } = placeOf(text, node?.offset ?? 0, first);
  return new DataMistake(what, line, column);
}

function parse(text: string, first: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true });
    const [error] = errors;
    const { line, column } = placeOf(text, error?.offset ?? 0, first);
    const words = error
      ? printParseErrorCode(error.error)
          .replace(/([a-z])([A-Z])/g, "$1 $2")
          .toLowerCase()
      : "";
    throw new DataMistake(
      text.trim() === "" ? "it is empty" : `it is no JSON${words ? `: ${words}` : ""}`,
      line,
      column,
    );
  }
}

function rowOf(value: unknown, columns: DataColumns, at: { text: string; path: JSONPath; first: number }): DataValue[] {
  const { text, path, first } = at;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw mistakeAt(text, path, "a row is to be an object", first);
  return Object.entries(columns).map(([name, type]) => {
    const own = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    const converted = convertJson(name, own, type);
    if (typeof converted === "object" && converted !== null)
      throw mistakeAt(text, [...path, name], converted.mistake, first);
    return converted;
  });
}

/** The rows of a JSON file: an object, or a list of them. @throws DataMistake */
export function* readJson(path: string, columns: DataColumns): Generator<DataValue[]> {
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  const value = parse(text, 1);
  if (!Array.isArray(value)) yield rowOf(value, columns, { text, path: [], first: 1 });
  else for (const [i, item] of value.entries()) yield rowOf(item, columns, { text, path: [i], first: 1 });
}

/** The rows of a file with an object on each line; empty lines are none. @throws DataMistake */
export function* readJsonLines(path: string, columns: DataColumns): Generator<DataValue[]> {
  let first = 0;
  for (const line of readLines(path, true)) {
    first += 1;
    const text = first === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() !== "") yield rowOf(parse(text, first), columns, { text, path: [], first });
  }
}
