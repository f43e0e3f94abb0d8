import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { countOf } from "../../../compiler/format/amounts.js";
import type { BundleDescription, BundledJob } from "../../../compiler/format/bundle.js";
import {
  type DataColumns,
  dataTables,
  mayBeEmpty,
  typedTables,
  valueType,
} from "../../../compiler/format/data-columns.js";
import { isExactNumber } from "../../../compiler/format/exact-number.js";
import { errorCode, textOf } from "../../../compiler/format/file-access.js";
import { JOBS_PARQUET, NO_VALUE } from "../../../compiler/format/results.js";
import { isBlankedInPlainRow, plainRow } from "../../../compiler/format/tsv.js";
import { NewFile, writeAtomically } from "../../../compiler/format/write-atomically.js";
import type { FilesTogether } from "../../workspace/files-together.js";
import { STATE_FILES } from "../../workspace/workspace.js";
import { currentResult } from "../job-state.js";
import type { PlacedOutputs } from "../placed-outputs.js";
import { JOBS_COLUMNS, jobValues, paramColumns, stateOfResults } from "../result-tables.js";
import type { DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";
import { type ParquetColumn, ParquetFile } from "./parquet-file.js";
import { mistakeInData, readData } from "./read-data.js";

/** A file of so many bytes is not held in memory. */
const LARGE = 4 << 20;

/** What the tables are written from. */
export interface TypedTables {
  /** `results/` */
  readonly folder: string;
  /** `.locusts/` */
  readonly state: string;
  readonly description: BundleDescription;
  readonly jobs: () => Iterable<BundledJob>;
  readonly placed: PlacedOutputs;
}

/** A value as statistics programs read it. Where there may be none, a text that would be taken for that is in quotes. */
function textOfValue(value: DataValue, mayBeEmpty: boolean): string {
  if (value === null) return NO_VALUE;
  if (mayBeEmpty && typeof value === "string" && /^"*NA"*$/.test(value)) return `"${value}"`;
  return typeof value === "number" ? String(value).replace("Infinity", "Inf") : String(value);
}

/** The tables of one output that holds data. */
class OutputTables {
  readonly #text: NewFile;
  readonly #parquet: ParquetFile;
  readonly #mayBeEmpty: readonly boolean[];
  /** texts that a line of the .tsv cannot hold as they are */
  #blanked = 0;

  constructor(
    readonly index: number,
    readonly columns: DataColumns,
    readonly tables: { readonly tsv: string; readonly parquet: string },
    front: readonly ParquetColumn[],
    draft: { readonly tsv: string; readonly parquet: string },
  ) {
    const own = Object.entries(columns).map(([name, type]) => {
      return { name, type: valueType(type), mayBeEmpty: mayBeEmpty(type) };
    });
    this.#mayBeEmpty = own.map(({ mayBeEmpty }) => mayBeEmpty);
    this.#text = new NewFile(draft.tsv);
    this.#text.add(plainRow([...front, ...own].map(({ name }) => name)));
    this.#parquet = new ParquetFile(draft.parquet, [...front, ...own]);
  }

  /** Adds the rows of one job. @returns what is wrong with its file, if that was edited since */
  add(folder: string, job: BundledJob, front: readonly DataValue[]): string | undefined {
    const path = job.outputs[this.index] as string;
    const start = [job.name, ...job.params];
    try {
      const file = join(folder, path);
      // All of it is right before any of it is written: a large file is read twice for that, and not held in memory.
      const isLarge = statSync(file).size > LARGE;
      const mistake = isLarge ? mistakeInData(file, path, this.columns) : undefined;
      if (mistake !== undefined) return mistake;
      const rows = readData(file, path, this.columns);
      for (const row of isLarge ? rows : [...rows]) {
        this.#text.add(
          plainRow([...start, ...row.map((value, i) => textOfValue(value, this.#mayBeEmpty[i] === true))]),
        );
        this.#parquet.add([...front, ...row]);
        for (const value of row) if (typeof value === "string" && isBlankedInPlainRow(value)) this.#blanked += 1;
      }
      return undefined;
    } catch (error) {
      if (error instanceof DataMistake) return `${path}:${error.message}`;
      if (errorCode(error) === "ENOENT") return `${path} is gone`;
      throw error;
    }
  }

  /** @returns what there is to say of them, as a sentence */
  finish(): string | undefined {
    this.#text.finish();
    this.#parquet.finish();
    if (this.#blanked === 0) return undefined;
    const texts = countOf(this.#blanked, "text");
    return `${this.tables.tsv} has blanks for the tabs, line ends and NULs of ${texts}; ${this.tables.parquet} has them as they are`;
  }
}

const TYPES = { text: "string", count: "integer", seconds: "number", bytes: "integer" } as const;

/** Columns of jobs.parquet behind the params. */
const JOB_COLUMNS = JOBS_COLUMNS.map(({ name, kind }): ParquetColumn => {
  return { name, type: TYPES[kind], mayBeEmpty: true };
});

/** Which params are numbers: those of which all jobs' values are. */
function numericParams({ description, jobs }: TypedTables): boolean[] {
  const numeric = description.params.map(() => true);
  for (const { params } of jobs()) {
    params.forEach((value, i) => {
      if (numeric[i] && !isExactNumber(value)) numeric[i] = false;
    });
  }
  return numeric;
}

function tablesOf({ outputs }: BundleDescription) {
  return outputs.flatMap(({ name, data }, index) => (data ? [{ index, data, ...dataTables(name) }] : []));
}

/**
 * Drafts `results/jobs.parquet`, and for each output that holds data the rows of all jobs that are done, with the jobs'
 * names and params in front.
 *
 * @returns what could not be read of files that were edited since they were collected, and what else there is to say of
 *   them, as sentences
 */
export function draftTypedTables(together: FilesTogether, tables: TypedTables): string[] {
  const { folder, state, description, jobs, placed } = tables;
  const names = typedTables(description.outputs);
  const noted = join(state, STATE_FILES.tables);
  const made = stateOfResults(state, description, placed);
  if (textOf(noted) === made && names.every((name) => existsSync(join(folder, name)))) return [];
  rmSync(noted, { force: true });
  const left: string[] = [];
  const numeric = numericParams(tables);
  const params = paramColumns(description.params);
  const typeOf = (i: number) => (numeric[i] ? "number" : "string");
  const name: ParquetColumn = { name: "name", type: "string", mayBeEmpty: false };
  const front = (columns: readonly string[]): ParquetColumn[] => [
    name,
    ...columns.map((column, i) => ({ name: column, type: typeOf(i), mayBeEmpty: false }) as const),
  ];
  const all = new ParquetFile(together.draft(JOBS_PARQUET), [...front(params), ...JOB_COLUMNS]);
  const outputs = tablesOf(description).map(({ index, data, tsv, parquet }) => {
    const draft = { tsv: together.draft(tsv), parquet: together.draft(parquet) };
    return new OutputTables(index, data, { tsv, parquet }, front(params), draft);
  });
  for (const job of jobs()) {
    const result = currentResult(job, description, placed);
    const start = [job.name, ...job.params.map((value, i) => (numeric[i] ? Number(value) : value))];
    const values = jobValues(result).map((value, i) => {
      return typeof value === "number" && JOB_COLUMNS[i]?.type === "integer" ? Math.round(value) : (value ?? null);
    });
    all.add([...start, ...values]);
    if (result?.status !== "done") continue;
    for (const output of outputs) {
      if (typeof result.outputs[output.index] !== "number") continue;
      const note = output.add(folder, job, start);
      if (note !== undefined) left.push(`left out of a table: ${note}`);
    }
  }
  all.finish();
  const blanked = outputs.flatMap((output) => output.finish() ?? []);
  together.afterwards(() => {
    if (left.length === 0) writeAtomically(noted, made);
  });
  return [...left, ...blanked];
}
