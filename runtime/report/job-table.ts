import type { BundledJob } from "../../compiler/format/bundle.js";
import type { JobResult } from "../results/ledger.js";
import { JOBS_COLUMNS, jobValues, paramColumns } from "../results/result-tables.js";
import type { JobColumn, JobTable } from "./report-data.js";

/** How many jobs the page has one by one. */
export interface Room {
  /** so many at most; of more, it has a choice */
  readonly all: number;
  /** so large that choice is: failed ones, up to half of it, and others evenly */
  readonly choice: number;
}
/** A column with fewer different values than this has each of them once. */
const FEW_WORDS = 4096;
const NUMBER = /^-?\d{1,15}(\.\d+)?([eE][+-]?\d+)?$/;

type Kind = JobColumn["kind"];

/** As many digits as are shown: noise is what a page of many jobs would mostly consist of. */
function rounded(value: number, kind: Kind): number {
  return kind === "count" ? value : Number(value.toPrecision(kind === "seconds" && value < 1000 ? 3 : 4));
}

/** The values of a column, as they come. */
class Column {
  readonly #words = new Map<string, number>();
  readonly #at: number[] = [];
  #values: (number | string | null)[] | undefined;

  constructor(
    readonly name: string,
    readonly kind: Kind,
  ) {
    if (kind !== "text") this.#values = [];
  }

  add(value: number | string | undefined): void {
    if (this.#values) {
      const none = this.kind === "text" ? "" : null;
      this.#values.push(typeof value === "number" ? rounded(value, this.kind) : (value ?? none));
      return;
    }
    const word = value === undefined ? "" : String(value);
    let at = this.#words.get(word);
    if (at === undefined) {
      at = this.#words.size;
      this.#words.set(word, at);
    }
    this.#at.push(at);
    if (this.#words.size <= FEW_WORDS) return;
    const words = [...this.#words.keys()];
    this.#values = this.#at.map((index) => words[index] as string);
  }

  /** Text that is nothing but numbers, as params often are, is a column of numbers. */
  finish(): JobColumn {
    const { name, kind } = this;
    const words = [...this.#words.keys()];
    if (this.#values && kind !== "text") return { name, kind, values: this.#values };
    const texts: readonly (string | number | null)[] = this.#values ?? words;
    const isNumeric = texts.length > 0 && texts.every((text) => typeof text === "string" && NUMBER.test(text));
    if (!this.#values) {
      if (isNumeric) return { name, kind: "count", values: this.#at.map((index) => Number(words[index])) };
      return { name, kind, words, at: this.#at };
    }
    return isNumeric ? { name, kind: "count", values: texts.map(Number) } : { name, kind, values: texts };
  }
}

/** Gathers the table of jobs that the page has: in the same order and with the same columns as `results/jobs.tsv`. */
export class JobTableMaker {
  readonly #name = new Column("name", "text");
  readonly #params: readonly Column[];
  readonly #own: readonly Column[];
  readonly #step: number;
  readonly #places: number[] = [];
  #total = 0;
  #failed = 0;

  /** @param total how many jobs there will be */
  constructor(
    params: readonly string[],
    total: number,
    readonly room: Room,
  ) {
    this.#params = paramColumns(params).map((param) => new Column(param, "text"));
    this.#own = JOBS_COLUMNS.map(({ name, kind }) => new Column(name, kind));
    this.#step = total <= room.all ? 1 : Math.ceil(total / (room.choice / 2));
  }

  add(job: BundledJob, result: JobResult | undefined): void {
    const number = this.#total++;
    if (this.#step > 1 && number % this.#step !== 0) {
      if (result?.status !== "failed" || this.#failed >= this.room.choice / 2) return;
      this.#failed += 1;
    }
    this.#places.push(number);
    this.#name.add(job.name);
    this.#params.forEach((column, i) => {
      column.add(job.params[i]);
    });
    jobValues(result).forEach((value, i) => {
      this.#own[i]?.add(value);
    });
  }

  finish(): JobTable {
    const columns = [this.#name, ...this.#params, ...this.#own].map((column) => column.finish());
    const places = this.#step > 1 ? this.#places : undefined;
    return { columns, rows: this.#places.length, places, total: this.#total };
  }
}
