import { fsyncSync } from "node:fs";
import type { SchemaElement } from "hyparquet";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { withFile } from "../../../compiler/format/file-access.js";
import { PARQUET_MARK } from "../../../compiler/format/results.js";
import { LOCUSTS_VERSION } from "../../../compiler/format/version.js";
import type { DataValue } from "./convert.js";

/** So many rows are written at once. */
const ROWS_AT_ONCE = 20_000;

export interface ParquetColumn {
  readonly name: string;
  readonly type: "number" | "integer" | "string" | "boolean";
  readonly mayBeEmpty: boolean;
}

function elementOf({ name, type, mayBeEmpty }: ParquetColumn): SchemaElement {
  const repetition_type = mayBeEmpty ? "OPTIONAL" : "REQUIRED";
  switch (type) {
    case "number":
      return { name, repetition_type, type: "DOUBLE" };
    case "integer":
      return { name, repetition_type, type: "INT64" };
    case "boolean":
      return { name, repetition_type, type: "BOOLEAN" };
    case "string":
      return { name, repetition_type, type: "BYTE_ARRAY", converted_type: "UTF8" };
  }
}

/** A Parquet file as it is written, row by row: few of them are in memory at a time. */
export class ParquetFile {
  readonly #writer: ParquetWriter;
  readonly #values: unknown[][];

  constructor(
    readonly path: string,
    readonly columns: readonly ParquetColumn[],
  ) {
    const schema = [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)];
    this.#writer = new ParquetWriter({
      writer: fileWriter(path),
      schema,
      createdBy: `${PARQUET_MARK}${LOCUSTS_VERSION}`,
    });
    this.#values = columns.map(() => []);
  }

  add(row: readonly DataValue[]): void {
    for (let i = 0; i < this.columns.length; i += 1) {
      const value = row[i] ?? null;
      const isInteger = this.columns[i]?.type === "integer" && value !== null;
      (this.#values[i] as unknown[]).push(isInteger ? BigInt(value) : value);
    }
    if ((this.#values[0] as unknown[]).length >= ROWS_AT_ONCE) this.#flush();
  }

  #flush(): void {
    const columnData = this.columns.map(({ name }, i) => ({ name, data: this.#values[i] as unknown[] }));
    void this.#writer.write({ columnData, rowGroupSize: ROWS_AT_ONCE });
    for (const values of this.#values) values.length = 0;
  }

  /** Ends the file, and has it on the disk. */
  finish(): void {
    if ((this.#values[0] as unknown[]).length > 0) this.#flush();
    void this.#writer.finish(); // into a file at once: there is nothing to wait for
    withFile(this.path, "r+", fsyncSync);
  }
}
