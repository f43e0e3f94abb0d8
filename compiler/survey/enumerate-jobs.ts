import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { JobSource, JobSourceData } from "../dsl/jobs.js";
import { callDefinition } from "../dsl/mistake.js";
import { type Params, placeholdersOf } from "../dsl/placeholders.js";
import type { Problem } from "../problem.js";
import { matchFiles } from "./match-files.js";
import { readTable } from "./read-table.js";

export interface Enumeration {
  /** the params' names, in the order in which the definition gives them */
  readonly names: readonly string[];
  readonly jobs: Iterable<Params>;
  /** what is wrong with the source itself; places are in files other than the definition */
  readonly problems: readonly Problem[];
}

function* countRange(name: string, from: number, to: number, step: number): Generator<Params> {
  const steps = Math.floor((to - from) / step + 1e-9);
  for (let i = 0; i <= steps; i += 1) {
    // Not by adding up: 0.1 ten times is not 1.
    yield { [name]: Number((from + i * step).toPrecision(15)) };
  }
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

function enumerateSource(source: JobSourceData, folder: string): Enumeration {
  switch (source.kind) {
    case "range":
      return {
        names: [source.name],
        jobs: again(() => countRange(source.name, source.from, source.to, source.step)),
        problems: [],
      };
    case "matrix":
      return { names: Object.keys(source.axes), jobs: again(() => combine(source.axes)), problems: [] };
    case "rows": {
      const names = Object.keys(source.rows[0] ?? {});
      const odd = source.rows.findIndex(
        (row) => Object.keys(row).length !== names.length || names.some((name) => !(name in row)),
      );
      if (odd < 0) return { names, jobs: source.rows, problems: [] };
      const found = Object.keys(source.rows[odd] ?? {}).join(", ");
      return {
        names,
        jobs: [],
        problems: [
          {
            message: `row ${odd + 1} has the params ${found || "(none)"}, and row 1 has ${names.join(", ") || "(none)"}`,
            hint: "give every row the same names",
          },
        ],
      };
    }
    case "files": {
      const names = placeholdersOf(source.pattern);
      const matches = matchFiles(folder, source.pattern);
      const problems: Problem[] = [];
      if (names.length === 0 && matches.length > 1) {
        problems.push({
          message: `files("${source.pattern}") has no placeholder, so that its ${matches.length} jobs could not be told apart`,
          hint: 'name the part that differs, as in files("inputs/{id}.txt")',
        });
      }
      return { names, jobs: matches.map((match) => match.params), problems };
    }
    case "table": {
      const path = resolve(folder, source.path);
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
        return {
          names: Object.keys(source.columns ?? {}),
          jobs: [],
          problems: [{ message: `there is no table ${source.path}`, hint: "paths start at the definition's folder" }],
        };
      }
      const { rows, problems } = readTable(path, source.path, source.columns);
      return { names: Object.keys(source.columns ?? rows[0] ?? {}), jobs: rows, problems };
    }
  }
}

function* filtered(jobs: Iterable<Params>, filters: readonly ((params: never) => boolean)[]): Generator<Params> {
  const keeps = (params: Params) => filters.every((keep) => keep(params as never));
  for (const params of jobs) if (callDefinition(() => keeps(params))) yield params;
}

/**
 * The params of each job, in order. Reads folders and tables, but no input's content.
 *
 * @throws the file system's error if a folder cannot be read
 */
export function enumerateJobs(source: JobSource<unknown>, folder: string): Enumeration {
  const { names, jobs, problems } = enumerateSource(source.source, folder);
  return { names, jobs: source.filters.length > 0 ? again(() => filtered(jobs, source.filters)) : jobs, problems };
}
