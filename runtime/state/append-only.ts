import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { readLines } from "../../compiler/format/lines.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";

/** Ends each line: one without it was torn by a crash. */
const END = ".";

function writeAll(path: string, flags: "a" | "w", text: string, sync: boolean): void {
  const file = openSync(path, flags);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A table that is only ever appended to. A process that is killed in the middle of it leaves a torn line, which counts for nothing. */
export class AppendOnlyTable {
  constructor(
    readonly path: string,
    /** how many fields a row has */
    readonly columns: number,
  ) {}

  /** Every whole row, the oldest first. */
  *rows(): Generator<string[]> {
    if (!existsSync(this.path)) return;
    for (const line of readLines(this.path)) {
      const fields = decodeRow(line);
      if (fields.length === this.columns + 1 && fields.pop() === END) yield fields;
    }
  }

  /** Appends rows. What a power cut could take back is safe only after `sync`. */
  append(rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return;
    // A torn last line must not swallow the next one.
    writeAll(this.path, "a", `\n${rows.map((row) => encodeRow([...row, END])).join("")}`, false);
  }

  /** Puts other rows in the place of all that were written so far, in one step. */
  rewrite(rows: Iterable<readonly string[]>): void {
    let text = "";
    for (const row of rows) text += encodeRow([...row, END]);
    const draft = `${this.path}.new`;
    writeAll(draft, "w", text, true);
    renameSync(draft, this.path);
  }

  /** Makes sure that all that was appended is on the disk. */
  sync(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
