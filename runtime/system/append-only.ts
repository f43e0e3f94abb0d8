import { existsSync, fsyncSync } from "node:fs";
import { withFile } from "../../compiler/format/file-access.js";
import { readLines } from "../../compiler/format/lines.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically, writeWhole } from "../../compiler/format/write-atomically.js";

/** Ends each line: one without it was torn by a crash. */
const END = ".";

function* encodeAll(rows: Iterable<readonly string[]>): Generator<string> {
  for (const row of rows) yield encodeRow([...row, END]);
}

/** A table that is only ever appended to. A process that is killed in the middle of it leaves a torn line, which counts for nothing. */
export class AppendOnlyTable {
  constructor(
    readonly path: string,
    readonly columns: readonly string[],
    /** how many of them rows of earlier versions have at least: each version has added some at the end */
    readonly fewest = columns.length,
  ) {}

  *rows(): Generator<string[]> {
    if (!existsSync(this.path)) return;
    for (const line of readLines(this.path)) {
      const fields = decodeRow(line);
      const isWhole = fields.pop() === END && fields.length >= this.fewest && fields.length <= this.columns.length;
      if (isWhole) yield fields;
    }
  }

  /** Appends rows. What a power cut could take back is safe only after `sync`. */
  append(rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return;
    // A torn last line must not swallow the next one.
    withFile(this.path, "a", (file) => writeWhole(file, `\n${[...encodeAll(rows)].join("")}`));
  }

  /** Puts other rows in the place of all that were written so far, in one step. */
  rewrite(rows: Iterable<readonly string[]>): void {
    writeAtomically(this.path, encodeAll(rows));
  }

  sync(): void {
    if (existsSync(this.path)) withFile(this.path, "r+", fsyncSync);
  }
}
