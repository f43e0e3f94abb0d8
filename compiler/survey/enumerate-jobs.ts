import { statSync } from "node:fs";
import { resolve } from "node:path";
import { countRange, type ScaledRange, scaleRange } from "../dsl/exact-range.js";
import type { JobSource, JobSourceData } from "../dsl/jobs.js";
import { callDefinition } from "../dsl/mistake.js";
import { type Params, placeholdersOf } from "../format/pattern.js";
import type { Problem } from "../problem/problem.js";
import { findInexact } from "./exact-params.js";
import { matchFiles } from "./match-files.js";
import { readTable } from "./read-table.js";

export interface Enumeration {
  /** the params' names, in the order in which the definition gives them */
  readonly names: readonly string[];
  readonly jobs: Iterable<Params>;
  /** what is wrong with the source itself; places are in files other than the definition */
  readonly problems: readonly Problem[];
  /** what is not wrong, and worth a word */
  readonly notes: readonly Problem[];
}

/** A source, and what to say if there is nothing in it. */
interface Source extends Enumeration {
  readonly empty: Omit<Problem, "place">;
}

function* rangeParams(name: string, range: ScaledRange): Generator<Params> {
  for (const value of countRange(range)) yield { [name]: value };
}

function* combine(axes: Readonly<Record<string, readonly (string | number | boolean)[]>>): Generator<Params> {
  const names = Object.keys(axes);
  function* from(index: number, chosen: Params): Generator<Params> {
    const name = names[index];
    if (name === undefined) yield chosen;
    else for (const value of axes[name] ?? []) yield* from(index + 1, { ...chosen, [name]: value });
  }
  yield* from(0, {});
}

/** Jobs are gone through more than once. */
function again<T>(start: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: start };
}

function rowsSource(rows: readonly Params[]): Source {
  const names = Object.keys(rows[0] ?? {});
  const empty = { message: "the swarm has no jobs: the list of values or rows is empty", hint: "put at least one in" };
  const odd = rows.findIndex((row) => Object.keys(row).length !== names.length || names.some((name) => !(name in row)));
  if (odd < 0) {
    const inexact = findInexact(rows);
    return { names, jobs: rows, problems: inexact ? [inexact] : [], notes: [], empty };
  }
  const found = Object.keys(rows[odd] ?? {}).join(", ");
  const problem = {
    message: `row ${odd + 1} has the params ${found || "(none)"}, and row 1 has ${names.join(", ") || "(none)"}`,
    hint: "give every row the same names",
  };
  return { names, jobs: [], problems: [problem], notes: [], empty };
}

function matrixSource(axes: Readonly<Record<string, readonly (string | number | boolean)[]>>): Source {
  const bare = Object.entries(axes).find(([, values]) => values.length === 0)?.[0];
  const problems = Object.entries(axes).flatMap(([name, values]) => {
    const inexact = findInexact(values.map((value) => ({ [name]: value })));
    return inexact ? [{ ...inexact, message: inexact.message.replace(/ of job (\d+) /, ", value $1, ") }] : [];
  });
  return {
    names: Object.keys(axes),
    jobs: again(() => combine(axes)),
    problems,
    notes: [],
    empty: {
      message: `the swarm has no jobs: the matrix has no values for ${bare ?? "anything"}`,
      hint: "give each name at least one value",
    },
  };
}

function filesSource(pattern: string, folder: string): Source {
  const names = placeholdersOf(pattern);
  const { matches, problems, notes, leftOut } = matchFiles(folder, pattern);
  const same: Problem[] =
    names.length === 0 && matches.length > 1
      ? [
          {
            message: `files("${pattern}") has no placeholder, so that its ${matches.length} jobs could not be told apart`,
            hint: 'name the part that differs, as in files("inputs/{id}.txt")',
          },
        ]
      : [];
  return {
    names,
    jobs: matches.map((match) => match.params),
    problems: [...problems, ...same],
    notes,
    empty: {
      message: `the swarm has no jobs: nothing matches files("${pattern}")${leftOut === undefined ? "" : `, but ${leftOut}, where Locusts itself writes`}`,
      hint:
        leftOut === undefined
          ? "paths start at the definition's folder; no wildcard matches a leading dot"
          : "to take what lies there, begin the pattern with that folder's name",
    },
  };
}

function tableSource(source: JobSourceData & { readonly kind: "table" }, folder: string): Source {
  const empty = {
    message: `the swarm has no jobs: the table ${source.path} has a header, and no rows`,
    hint: "each line after the first is a job",
  };
  const path = resolve(folder, source.path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    const message = stats ? `the table ${source.path} is no file` : `there is no table ${source.path}`;
    const problems = [{ message, hint: "paths start at the definition's folder" }];
    return { names: Object.keys(source.columns ?? {}), jobs: [], problems, notes: [], empty };
  }
  const { names, rows, problems, notes } = readTable(path, source.path, source);
  return { names, jobs: rows, problems, notes, empty };
}

function enumerateSource(source: JobSourceData, folder: string): Source {
  switch (source.kind) {
    case "range": {
      const range = scaleRange(source.from, source.to, source.step);
      if (!range) throw new Error(`range("${source.name}", …) cannot be counted, and was let through`);
      return {
        names: [source.name],
        jobs: again(() => rangeParams(source.name, range)),
        problems: [],
        notes: [],
        empty: { message: "the swarm has no jobs" },
      };
    }
    case "matrix":
      return matrixSource(source.axes);
    case "rows":
      return rowsSource(source.rows);
    case "files":
      return filesSource(source.pattern, folder);
    case "table":
      return tableSource(source, folder);
  }
}

function* filtered(jobs: Iterable<Params>, filters: readonly ((params: never) => boolean)[]): Generator<Params> {
  const keeps = (params: Params) => filters.every((keep) => keep(params as never));
  for (const params of jobs) if (callDefinition(() => keeps(params))) yield params;
}

function countOf(jobs: Iterable<unknown>): number {
  let count = 0;
  for (const _ of jobs) count += 1;
  return count;
}

/** Why there are no jobs, where there are none. */
function whyNone(source: Source, jobs: Iterable<Params>): readonly Problem[] {
  for (const _ of jobs) return [];
  const before = countOf(source.jobs);
  if (before === 0) return [source.empty];
  return [
    {
      message: `the swarm has no jobs: the filter keeps none of the ${before} that there are`,
      hint: "look at what it compares: params of files, and of tables without types, are texts",
    },
  ];
}

/**
 * The params of each job, in order. Reads folders and tables, but no input's content.
 *
 * @throws DefinitionThrew what a filter throws
 */
export function enumerateJobs(source: JobSource<unknown>, folder: string): Enumeration {
  const found = enumerateSource(source.source, folder);
  const { names, notes } = found;
  const jobs = source.filters.length > 0 ? again(() => filtered(found.jobs, source.filters)) : found.jobs;
  const problems = found.problems.length > 0 ? found.problems : whyNone(found, jobs);
  return { names, jobs, problems, notes };
}
