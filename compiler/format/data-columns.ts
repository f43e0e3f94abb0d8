import { JOBS_PARQUET } from "./results.js";

/** What a column of an output of data holds; with a `?`, also nothing. */
export const COLUMN_TYPES = ["number", "integer", "string", "boolean"] as const;

export type DataType = (typeof COLUMN_TYPES)[number] | `${(typeof COLUMN_TYPES)[number]}?`;

/** The declared columns of an output, in their order. */
export type DataColumns = Readonly<Record<string, DataType>>;

/** How a file of data is written, by the end of its name. */
export const DATA_FORMATS = {
  ".json": "json",
  ".jsonl": "lines",
  ".ndjson": "lines",
  ".tsv": "tsv",
  ".csv": "csv",
} as const;

type DataFormat = (typeof DATA_FORMATS)[keyof typeof DATA_FORMATS];

export function dataFormatOf(path: string): DataFormat | undefined {
  const end = /\.[^./]+$/.exec(path.toLowerCase())?.[0];
  return DATA_FORMATS[end as keyof typeof DATA_FORMATS];
}

export function mayBeEmpty(type: DataType): boolean {
  return type.endsWith("?");
}

export function valueType(type: DataType): (typeof COLUMN_TYPES)[number] {
  return type.replace("?", "") as (typeof COLUMN_TYPES)[number];
}

/** The tables that all rows of an output come together in, right below results. */
export function dataTables(output: string) {
  return { tsv: `${output}.tsv`, parquet: `${output}.parquet` };
}

/** All tables with types: their names below results. */
export function typedTables(outputs: readonly { readonly name: string; readonly data?: unknown }[]): string[] {
  return [JOBS_PARQUET, ...outputs.flatMap(({ name, data }) => (data ? Object.values(dataTables(name)) : []))];
}
