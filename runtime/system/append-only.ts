import { existsSync, fsyncSync, openSync, readSync, statSync } from "node:fs";
import { withFile } from "../../compiler/format/file-access.js";
import { readPlacedLines } from "../../compiler/format/lines.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically, writeWhole } from "../../compiler/format/write-atomically.js";

/** Ends each line: one without it was torn by a crash. */
const END = ".";

/** Bytes that are read at once where single rows are asked for, and how many such parts are kept. */
const PART = 32 * 1024;
const KEPT_PARTS = 64;

const LINE_FEED = 10;

function* encodeAll(rows: Iterable<readonly string[]>): Generator<string> {
  for (const row of rows) yield encodeRow([...row, END]);
}

/** Rows with other texts in one of their columns. @param texts the new ones, by the old ones */
export function* withOther(
  rows: Iterable<readonly string[]>,
  column: number,
  texts: ReadonlyMap<string, string>,
): Generator<readonly string[]> {
  for (const row of rows) yield row.map((text, i) => (i === column ? (texts.get(text) ?? text) : text));
}

/** A table that is only ever appended to. A process that is killed in the middle of it leaves a torn line, which counts for nothing. */
export class AppendOnlyTable {
  #file: number | undefined;
  /** parts of the file that were read lately, by their number */
  readonly #parts = new Map<number, Buffer>();

  constructor(
    readonly path: string,
    readonly columns: readonly string[],
    /** how many of them rows of earlier versions have at least: each version has added some at the end */
    readonly fewest = columns.length,
  ) {}

  #decode(line: string): string[] | undefined {
    const fields = decodeRow(line);
    const isWhole = fields.pop() === END && fields.length >= this.fewest && fields.length <= this.columns.length;
    return isWhole ? fields : undefined;
  }

  *rows(): Generator<string[]> {
    for (const [, fields] of this.placedRows()) yield fields;
  }

  /** All rows, each with the place in the file by which `rowAt` finds it again. */
  *placedRows(): Generator<readonly [place: number, fields: string[]]> {
    if (!existsSync(this.path)) return;
    for (const [place, line] of readPlacedLines(this.path)) {
      const fields = this.#decode(line);
      if (fields) yield [place, fields];
    }
  }

  /** The row at a place; undefined where there is none that is whole. */
  rowAt(place: number): string[] | undefined {
    let number = Math.floor(place / PART);
    let line = this.#part(number).subarray(place - number * PART);
    let end = line.indexOf(LINE_FEED);
    while (end < 0) {
      number += 1;
      line = Buffer.from(line); // its part may make room for the next one
      const next = this.#part(number);
      if (next.length === 0) return undefined;
      line = Buffer.concat([line, next]);
      end = line.indexOf(LINE_FEED);
    }
    return this.#decode(line.toString("utf8", 0, end));
  }

  #part(number: number): Buffer {
    const known = this.#parts.get(number);
    if (known) return known;
    this.#file ??= openSync(this.path, "r");
    const oldest = this.#parts.size < KEPT_PARTS ? undefined : this.#parts.entries().next().value;
    if (oldest) this.#parts.delete(oldest[0]);
    // Its memory is used again: with a million rows, new ones would be made faster than they are collected.
    const whole = oldest ? Buffer.from(oldest[1].buffer) : Buffer.allocUnsafeSlow(PART);
    const bytes = whole.subarray(0, readSync(this.#file, whole, 0, PART, number * PART));
    this.#parts.set(number, bytes);
    return bytes;
  }

  /** Appends rows. What a power cut could take back is safe only after `sync`. @returns them, each with its place */
  append(rows: readonly (readonly string[])[]): (readonly [place: number, fields: readonly string[]])[] {
    if (rows.length === 0) return [];
    const lines = [...encodeAll(rows)];
    let place = 0;
    withFile(this.path, "a", (file) => {
      place = statSync(this.path).size + 1;
      // A torn last line must not swallow the next one.
      writeWhole(file, `\n${lines.join("")}`);
    });
    this.#parts.clear(); // the last of them has grown
    return rows.map((row, i) => {
      const at = place;
      place += Buffer.byteLength(lines[i] as string);
      return [at, row];
    });
  }

  /** Puts other rows in the place of all that were written so far, in one step. */
  rewrite(rows: Iterable<readonly string[]>): void {
    writeAtomically(this.path, encodeAll(rows));
    this.#file = undefined;
    this.#parts.clear();
  }

  sync(): void {
    if (existsSync(this.path)) withFile(this.path, "r+", fsyncSync);
  }
}
