import { readFileSync } from "node:fs";
import {
  findNodeAtLocation,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { DataColumns } from "../../../compiler/format/data-columns.js";
import { readLines } from "../../../compiler/format/lines.js";
import { convertJson, type DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";

/** Where an offset lies in a text that begins on a line. */
function placeOf(text: string, offset: number, first: number) {
  const before = text.slice(0, offset);
  return { line: first + before.split("\n").length - 1, column: offset - before.lastIndexOf("\n") };
}

/** A text of JSON, and where its values stand: it is parsed once more for that, when it is asked. */
class PlacedText {
  #root: Node | undefined;

  constructor(
    readonly text: string,
    /** the line on which it begins */
    readonly first: number,
  ) {}

  #nodeAt(path: JSONPath): Node | undefined {
    this.#root ??= parseTree(this.text);
    return this.#root && findNodeAtLocation(this.#root, path);
  }

  /** A value as it is written. */
  written(path: JSONPath): string {
    const node = this.#nodeAt(path);
    return node ? this.text.slice(node.offset, node.offset + node.length) : "";
  }

  mistakeAt(path: JSONPath, what: string): DataMistake {
    const node = this.#nodeAt(path) ?? this.#nodeAt(path.slice(0, -1));
    const { line, column } = placeOf(this.text, node?.offset ?? 0, this.first);
    return new DataMistake(what, line, column);
  }
}

/** What many programs write into JSON all the same, JSON having no such numbers. */
const INSTEAD_OF_SPECIAL = 'write null, and declare "number?"; or write a .csv or .tsv, which may have NaN and Inf';

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
    const special = /^[+-]?(?:NaN|Inf(?:inity)?)\b/i.exec(text.slice(error?.offset));
    if (error && special) throw new DataMistake(`${special[0]} is no JSON: ${INSTEAD_OF_SPECIAL}`, line, column);
    throw new DataMistake(
      text.trim() === "" ? "it is empty" : `it is no JSON${words ? `: ${words}` : ""}`,
      line,
      column,
    );
  }
}

function rowOf(value: unknown, columns: DataColumns, text: PlacedText, path: JSONPath): DataValue[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw text.mistakeAt(path, "a row is to be an object");
  return Object.entries(columns).map(([name, type]) => {
    const own = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    const converted = convertJson(name, own, type, () => text.written([...path, name]));
    if (typeof converted === "object" && converted !== null) throw text.mistakeAt([...path, name], converted.mistake);
    return converted;
  });
}

/** The rows of a JSON file: an object, or a list of them. @throws DataMistake */
export function* readJson(path: string, columns: DataColumns): Generator<DataValue[]> {
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  const value = parse(text, 1);
  const placed = new PlacedText(text, 1);
  if (!Array.isArray(value)) yield rowOf(value, columns, placed, []);
  else for (const [i, item] of value.entries()) yield rowOf(item, columns, placed, [i]);
}

/** The rows of a file with an object on each line; empty lines are none. @throws DataMistake */
export function* readJsonLines(path: string, columns: DataColumns): Generator<DataValue[]> {
  let first = 0;
  for (const line of readLines(path, true)) {
    first += 1;
    const text = first === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() !== "") yield rowOf(parse(text, first), columns, new PlacedText(text, first), []);
  }
}
