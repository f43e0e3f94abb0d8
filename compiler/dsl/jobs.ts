import type { ParamValue, PlaceholderNames } from "../format/pattern.js";
import { scaleRange } from "./exact-range.js";
import { DefinitionMistake } from "./mistake.js";

/** Where the jobs come from, as plain data; the compiler's survey turns it into params. */
export type JobSourceData =
  | { readonly kind: "files"; readonly pattern: string }
  | { readonly kind: "range"; readonly name: string; readonly from: number; readonly to: number; readonly step: number }
  | { readonly kind: "rows"; readonly rows: readonly Readonly<Record<string, ParamValue>>[] }
  | { readonly kind: "matrix"; readonly axes: Readonly<Record<string, readonly ParamValue[]>> }
  | {
      readonly kind: "table";
      readonly path: string;
      readonly columns: Readonly<Record<string, ColumnType>> | undefined;
      readonly comments: boolean | undefined;
    }
  | { readonly kind: "commands"; readonly path: string; readonly folder: string };

export type ColumnType = "string" | "number" | "boolean";

type ColumnValue<T extends ColumnType> = T extends "number" ? number : T extends "boolean" ? boolean : string;

/** How a table is read. */
export interface TableOptions {
  /**
   * Whether lines that begin with `#` are comments (true) or rows as others are (false). Unless
   * given, lines that can only be comments are, and others are an error.
   */
  readonly comments?: boolean;
}

/** The params of a job that a line of a list of commands stands for. */
export interface CommandLine {
  /** its text */
  readonly line: string;
  /** which line of the file it is, from 1 */
  readonly number: number;
}

/** How a list of commands is taken. */
export interface CommandsOptions {
  /**
   * where the lines run, unless the swarm has inputs, outputs or a tree: a folder on the target. A
   * relative path starts at the definition's folder, which it is unless given.
   */
  readonly folder?: string;
}

/** The jobs of a swarm: one for each set of params. */
export class JobSource<out P> {
  /** @internal */
  declare readonly params: P;

  /** @internal */
  constructor(
    readonly source: JobSourceData,
    readonly filters: readonly ((params: never) => boolean)[] = [],
  ) {}

  /** Only the jobs for which `keep` is true. It may look at nothing but its argument. */
  filter(keep: (params: P) => boolean): JobSource<P> {
    return new JobSource<P>(this.source, [...this.filters, keep as (params: never) => boolean]);
  }
}

type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;
type Show<T> = { readonly [K in keyof T]: T[K] };

/**
 * One job for each file (or folder) that matches. `{name}` stands for a part of one path segment
 * and becomes a param; `*`, `?` and `**` match without becoming one. In natural order: 2 before 10.
 *
 * @example files("inputs/{sample}_{lane}.fastq.gz")
 */
export function files<const S extends string>(pattern: S): JobSource<Show<{ [K in PlaceholderNames<S>]: string }>> {
  return new JobSource({ kind: "files", pattern });
}

/**
 * One job for each number from `from` to `to`, both included.
 *
 * @param step the distance between two numbers; 1 unless given
 */
export function range<const N extends string>(
  name: N,
  from: number,
  to: number,
  step = 1,
): JobSource<Show<{ [K in N]: number }>> {
  if (![from, to, step].every(Number.isFinite) || step <= 0 || to < from) {
    throw new DefinitionMistake(
      `range("${name}", ${from}, ${to}, ${step}) does not count from one number up to another`,
      ["jobs"],
      'write the smaller number first, and a step above 0: range("i", 1, 600)',
    );
  }
  if (!scaleRange(from, to, step)) {
    throw new DefinitionMistake(
      `range("${name}", ${from}, ${to}, ${step}) has numbers that are not kept exactly`,
      ["jobs"],
      "count in steps that have fewer digits, up to 9007199254740991; or write the values as texts: list(…)",
    );
  }
  return new JobSource({ kind: "range", name, from, to, step });
}

/** One job for each value. */
export function list<const N extends string, const V extends ParamValue>(
  name: N,
  values: readonly V[],
): JobSource<Show<{ [K in N]: V }>> {
  return new JobSource({ kind: "rows", rows: values.map((value) => ({ [name]: value })) });
}

/** One job for each row; every row has the same names. */
export function rows<const R extends Readonly<Record<string, ParamValue>>>(
  values: readonly R[],
): JobSource<Show<{ [K in keyof R]: Widen<R[K]> }>> {
  return new JobSource({ kind: "rows", rows: values });
}

/** One job for each combination of the values; the last name varies fastest. */
export function matrix<const M extends Readonly<Record<string, readonly ParamValue[]>>>(
  axes: M,
): JobSource<Show<{ [K in keyof M]: M[K][number] }>> {
  return new JobSource({ kind: "matrix", axes });
}

/**
 * One job for each row of a file whose first line names the columns: separated by commas, as RFC
 * 4180 says, if its name ends in `.csv`, else by tabs.
 *
 * @param columns the columns to take, with their types; without it all are taken, as strings, and
 *   placeholders are checked against the file at build instead of by the type checker
 * @example table("params.tsv", { sample: "string", depth: "number" })
 */
export function table(path: string, options?: TableOptions): JobSource<Readonly<Record<string, string>>>;
export function table<const C extends Readonly<Record<string, ColumnType>>>(
  path: string,
  columns: C,
  options?: TableOptions,
): JobSource<Show<{ [K in keyof C]: ColumnValue<C[K]> }>>;
export function table(
  path: string,
  second?: Readonly<Record<string, ColumnType>> | TableOptions,
  third?: TableOptions,
): JobSource<never> {
  // A column's type is a text, an option is not.
  const isColumns = Object.keys(second ?? {}).length > 0 && typeof (second as TableOptions).comments !== "boolean";
  const columns = isColumns ? (second as Readonly<Record<string, ColumnType>>) : undefined;
  const options = isColumns ? third : (second as TableOptions | undefined);
  return new JobSource({ kind: "table", path, columns, comments: options?.comments });
}

/**
 * One job for each line of a file that is neither empty nor a comment (`#` first): the line is what the
 * job runs, as bash reads it. A job is called by its line's number, and known again by its text. The
 * lines run in the definition's folder, as they would by hand, unless the swarm has inputs or outputs.
 *
 * @example commands("tasks.txt")
 */
export function commands(path: string, options?: CommandsOptions): JobSource<CommandLine> {
  return new JobSource({ kind: "commands", path, folder: options?.folder ?? "." });
}
