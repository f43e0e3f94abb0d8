import { readFileSync } from "node:fs";
import type { ColumnType } from "../dsl/job-source.js";
import type { ParamValue } from "../format/pattern.js";
import { commaRecords, type RecordMistake, type TableRecord, tabbedRecords } from "../format/table-records.js";
import type { Place, Problem } from "../problem/problem.js";
import { convertField } from "./convert-field.js";
import { Sighting, UNSEEN_BLANK } from "./sighting.js";
import { decodeTable } from "./table-text.js";

export interface TableRows {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, ParamValue>>[];
  readonly problems: readonly Problem[];
  /** what is read as it stands, and was perhaps not meant so */
  readonly notes: readonly Problem[];
}

interface TableWishes {
  /** the columns to take, with their types; undefined takes all, as strings */
  readonly columns: Readonly<Record<string, ColumnType>> | undefined;
  /** whether lines that begin with # are comments; undefined: those that can be nothing else */
  readonly comments: boolean | undefined;
}

/** So many examples are shown of each kind of mistake, and so many mistakes of all kinds. */
const MOST_EXAMPLES = 3;
const MOST_PROBLEMS = 20;

/** The name that objects keep for something else would be lost. */
const PARAM_NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/;

class TableReader {
  readonly #problems: Problem[] = [];
  readonly #kinds = new Map<string, number>();
  #more = 0;
  readonly #rows: Record<string, ParamValue>[] = [];
  #header: readonly string[] | undefined;
  /** lines before the header that begin with # */
  readonly #hashed: TableRecord[] = [];
  readonly #blanks = new Sighting();
  readonly #quotes = new Sighting();
  readonly #empty = new Sighting();

  constructor(
    readonly name: string,
    readonly wishes: TableWishes,
    readonly separator: "tabs" | "commas",
  ) {}

  #wrong(record: TableRecord, field: number, message: string, hint: string): void {
    // Mistakes of a kind, in a column, are mended in the same way.
    const kind = `${field} ${hint}`;
    const seen = (this.#kinds.get(kind) ?? 0) + 1;
    this.#kinds.set(kind, seen);
    if (seen > MOST_EXAMPLES || this.#problems.length >= MOST_PROBLEMS) this.#more += 1;
    else this.#problems.push({ message, hint, place: this.#placeOf(record, field) });
  }

  #placeOf(record: TableRecord, field: number): Place {
    return { file: this.name, ...record.placeOf(field) };
  }

  stumble({ mistake, hint, line, column }: RecordMistake): void {
    this.#problems.push({ message: mistake, hint, place: { file: this.name, line, column } });
  }

  add(record: TableRecord): void {
    const { fields } = record;
    const returned = fields.findIndex((field, i) => field.includes("\r") && !record.isQuoted(i));
    if (returned >= 0) {
      this.#wrong(
        record,
        returned,
        "there is a carriage return within this line: a second line may hide behind it",
        "the table mixes line ends: save it with those of one system",
      );
    } else if (fields.every((field) => field.trim() === "") && !record.isQuoted(0)) {
      if (fields.length > 1 || fields[0] !== "") this.#empty.see(() => this.#placeOf(record, 0));
    } else if (!this.#isComment(record)) {
      if (this.#header) this.#addRow(record, this.#header);
      else this.#readHeader(record);
    }
  }

  /** A line that begins with # may be a comment or data; what cannot be told is refused. */
  #isComment(record: TableRecord): boolean {
    const { fields } = record;
    const [first = ""] = fields;
    const { comments } = this.wishes;
    if (!first.startsWith("#") || record.isQuoted(0) || comments === false) return false;
    if (comments === true) return true;
    if (!this.#header) {
      this.#hashed.push(record);
      return true;
    }
    const looksSo = /^#($|[\s#!])/.test(first);
    if (looksSo && fields.length !== this.#header.length) return true;
    this.#wrong(
      record,
      0,
      "this line begins with #: it may be a row, or a comment",
      `say which: table("${this.name}", …, { comments: false }) takes such lines as rows, { comments: true } leaves them out`,
    );
    return true;
  }

  #readHeader(record: TableRecord): void {
    const { fields } = record;
    const { columns } = this.wishes;
    this.#header = fields;
    for (const hashed of this.#hashed) {
      const comment = fields.length === 1 && /^#($|[\s#!])/.test(hashed.fields[0] as string);
      if (hashed.fields.length !== fields.length || comment) continue;
      this.#wrong(
        hashed,
        0,
        "this line begins with #: it may name the columns, or be a comment",
        `take away the # if it names the columns; if not: table("${this.name}", …, { comments: true })`,
      );
    }
    if (this.#problems.length > 0) return;
    const other = this.#otherSeparator(fields);
    for (const column of Object.keys(columns ?? {})) {
      if (fields.includes(column)) continue;
      const shown = fields.map((field) => (PARAM_NAME.test(field) ? field : JSON.stringify(field))).join(", ");
      const hint = other ?? `columns are separated by ${this.separator}`;
      this.#wrong(record, 0, `the table has no column "${column}"; its columns are ${shown}`, hint);
    }
    fields.forEach((field, i) => {
      if (columns && !Object.hasOwn(columns, field)) return;
      if (fields.indexOf(field) < i) {
        this.#wrong(record, i, `the table has two columns called "${field}"`, "rename one of them");
      } else if (!PARAM_NAME.test(field)) {
        const why =
          field.trim() === ""
            ? "give the column a name"
            : UNSEEN_BLANK.test(field)
              ? "it has a blank in it that is not to be seen: take it away"
              : `use letters, digits and _; columns are separated by ${this.separator}`;
        this.#wrong(record, i, `the column ${JSON.stringify(field)} cannot be a param's name`, other ?? why);
      }
    });
  }

  /** What seems to separate the columns, if the right thing does not. */
  #otherSeparator(fields: readonly string[]): string | undefined {
    const [only = ""] = fields;
    if (fields.length > 1) return undefined;
    if (only.includes("\t")) return "its columns seem to be separated by tabs: call it .tsv";
    if (only.includes(";")) return "its columns seem to be separated by semicolons: save it with tabs or commas";
    if (only.includes(",")) return "its columns seem to be separated by commas: call it .csv, and it is read as such";
    if (/\S +\S/.test(only)) return "its columns seem to be separated by blanks: put tabs between them";
    return undefined;
  }

  #addRow(record: TableRecord, header: readonly string[]): void {
    const { fields } = record;
    const { columns } = this.wishes;
    if (fields.length !== header.length) {
      const message = `this line has ${fields.length} fields, and the table has ${header.length} columns`;
      this.#wrong(record, 0, message, `fields are separated by ${this.separator}`);
      return;
    }
    const row: Record<string, ParamValue> = {};
    header.forEach((column, i) => {
      const field = fields[i] as string;
      if (columns && !Object.hasOwn(columns, column)) return;
      const type = columns?.[column] ?? "string";
      const converted = convertField(field, type);
      if ("mistake" in converted) {
        this.#wrong(record, i, `${converted.mistake}, as the column ${column} is declared`, converted.hint);
        return;
      }
      row[column] = converted.value;
      if (UNSEEN_BLANK.test(field)) this.#blanks.see(() => this.#placeOf(record, i));
      if (this.separator === "tabs" && field.startsWith('"')) this.#quotes.see(() => this.#placeOf(record, i));
    });
    this.#rows.push(row);
  }

  finish(): TableRows {
    if (!this.#header && this.#problems.length === 0) {
      const [hashed] = this.#hashed;
      if (hashed)
        this.#wrong(
          hashed,
          0,
          "the table has no header: all its lines begin with #",
          "take the # away from the line that names the columns",
        );
      else
        this.#problems.push({
          message: "the table is empty",
          place: { file: this.name, line: 1, column: 1 },
          hint: "its first line names the columns",
        });
    }
    if (this.#more > 0) this.#problems.push({ message: `and ${this.#more} more of these in ${this.name}` });
    const wished = Object.keys(this.wishes.columns ?? {});
    const values = (count: number) => (count === 1 ? "a value" : `${count} values`);
    return {
      names: wished.length > 0 ? wished : (this.#header ?? []),
      rows: this.#rows,
      problems: this.#problems,
      notes: [
        ...this.#blanks.tell((count) => ({
          message: `${values(count)} of the table begin${count === 1 ? "s" : ""} or end${count === 1 ? "s" : ""} with a blank, or ${count === 1 ? "has" : "have"} one that looks like another`,
          hint: "it is part of the value; take it away if it was not meant",
        })),
        ...this.#quotes.tell((count) => ({
          message: `${values(count)} of the table begin${count === 1 ? "s" : ""} with a quote`,
          hint: "in a tab-separated table it is part of the value; quotes are read in a .csv",
        })),
        ...this.#empty.tell((count) => ({
          message: `${count === 1 ? "a row" : `${count} rows`} of the table with nothing in ${count === 1 ? "it is" : "them are"} left out`,
        })),
      ],
    };
  }
}

/**
 * Reads a table whose first line names the columns: comma-separated if its name ends in `.csv`, else
 * tab-separated. Empty lines are passed over.
 *
 * @param path the file
 * @param name how to call it in problems, whose places are lines and columns of the table
 */
export function readTable(path: string, name: string, wishes: TableWishes): TableRows {
  const commas = /\.csv$/i.test(name);
  const decoded = decodeTable(readFileSync(path), name);
  if ("problem" in decoded) return { names: [], rows: [], problems: [decoded.problem], notes: [] };
  const reader = new TableReader(name, wishes, commas ? "commas" : "tabs");
  // Old Macs ended lines with a carriage return alone.
  const lines = decoded.text.split(decoded.text.includes("\n") ? /\r?\n/ : "\r");
  for (const record of commas ? commaRecords(lines, "strict") : tabbedRecords(lines)) {
    if ("mistake" in record) reader.stumble(record);
    else reader.add(record);
  }
  return reader.finish();
}
