import type { ParamValue, PatternOf, PlaceholderNames } from "../format/pattern.js";
import { scaleRange } from "./exact-range.js";
import { type ColumnType, type FilesOfJob, JobSource, type Show } from "./job-source.js";
import { DefinitionMistake } from "./mistake.js";
import { spaceByRatio, spaceLinearly } from "./spaced-numbers.js";

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

type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;

/** The placeholders of a pattern, or of several. */
type NamesIn<S> = S extends string
  ? PlaceholderNames<S>
  : { [K in keyof S]: PlaceholderNames<PatternOf<S[K]>> }[keyof S];

/** The inputs that the files of a job are. */
type FilesIn<S> = S extends string ? {} : { readonly [K in keyof S]: S[K] };

/**
 * One job for each file (or folder) that matches. `{name}` stands for a part of one path segment
 * and becomes a param; `*`, `?` and `**` match without becoming one. In natural order: 2 before 10.
 *
 * With several patterns, a job has a file of each, which belong together by what they share; they are
 * its inputs, by these names.
 *
 * @example files("inputs/{sample}_{lane}.fastq.gz")
 * @example files({ r1: "in/{sample}_R1.fq", r2: "in/{sample}_R2.fq" })
 */
export function files<const S extends string | FilesOfJob>(
  patterns: S,
): JobSource<Show<{ [K in NamesIn<S>]: string }>, FilesIn<S>> {
  if (typeof patterns === "string") return new JobSource({ kind: "files", pattern: patterns });
  return new JobSource({ kind: "file-groups", files: patterns });
}

/**
 * One job for each number from `from` to `to`, which is included where a step meets it.
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

/** How the lines of a file are taken. */
export interface LinesOptions {
  /**
   * Whether lines that begin with `#` are comments (true) or values as others are (false). Unless
   * given, those with a blank after the `#` are comments, and others are an error.
   */
  readonly comments?: boolean;
}

/**
 * One job for each line of a file that is not empty: the line is the value of its param.
 *
 * @param name what the param is called; `line` unless given
 * @example lines("ids.txt", "sample")
 */
export function lines<const N extends string = "line">(
  path: string,
  name: N = "line" as N,
  options?: LinesOptions,
): JobSource<Show<{ [K in N]: string }>> {
  return new JobSource({ kind: "lines", path, name, comments: options?.comments });
}

/**
 * One job for each of so many numbers, at equal distances, from the first to the last one, to 15 digits.
 *
 * @example linspace("x", 0, 1, 11)
 */
export function linspace<const N extends string>(
  name: N,
  from: number,
  to: number,
  count: number,
): JobSource<Show<{ [K in N]: number }>> {
  return spaced("linspace", name, from, to, count);
}

/**
 * One job for each of so many numbers from 10^from to 10^to, at equal ratios, to 15 digits.
 *
 * @param from the exponent of the first number, as in NumPy and MATLAB
 * @param to the exponent of the last one
 * @example logspace("beta", -3, 3, 7)
 */
export function logspace<const N extends string>(
  name: N,
  from: number,
  to: number,
  count: number,
): JobSource<Show<{ [K in N]: number }>> {
  return spaced("logspace", name, from, to, count);
}

/** They are held in memory. */
const MOST_SPACED = 10_000_000;

function spaced<N extends string>(
  spacing: "linspace" | "logspace",
  name: N,
  from: number,
  to: number,
  count: number,
): JobSource<Show<{ [K in N]: number }>> {
  const said = `${spacing}("${name}", ${from}, ${to}, ${count})`;
  const example = spacing === "linspace" ? 'linspace("x", 0, 1, 11)' : 'logspace("beta", -3, 3, 7)';
  if (![from, to].every(Number.isFinite) || !Number.isSafeInteger(count) || count < 1) {
    const hint = `write two numbers, and how many there are to be from the one to the other: ${example}`;
    throw new DefinitionMistake(`${said} is no row of numbers`, ["jobs"], hint);
  }
  if (count > MOST_SPACED) {
    throw new DefinitionMistake(`${said} has too many numbers`, ["jobs"], "there may be 10,000,000 at most");
  }
  if (from === to && count > 1) {
    throw new DefinitionMistake(`${said} begins where it ends`, ["jobs"], `write two numbers that differ: ${example}`);
  }
  if (spacing === "logspace" && Math.max(Math.abs(from), Math.abs(to)) > 300) {
    const hint = `it goes from 10^${from} to 10^${to}; write the exponents: ${example} begins with 0.001`;
    throw new DefinitionMistake(`${said} has numbers that are too large or too small`, ["jobs"], hint);
  }
  const numbers = spacing === "linspace" ? spaceLinearly(from, to, count) : spaceByRatio(from, to, count);
  return new JobSource({ kind: "rows", rows: numbers.map((value) => ({ [name]: value }) as Record<N, number>) });
}
