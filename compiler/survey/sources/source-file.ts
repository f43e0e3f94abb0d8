import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../../problem/problem.js";
import { hintForMissing } from "../missing-path.js";
import type { Source } from "./source.js";

/** Mistakes of one kind in a file: the first few are shown at their places, the others counted. */
export class FileMistakes {
  readonly #problems: Problem[] = [];
  #more = 0;

  /** @param most so many are shown */
  constructor(
    readonly file: string,
    readonly most: number,
  ) {}

  add(problem: Problem): void {
    if (this.#problems.length < this.most) this.#problems.push(problem);
    else this.#more += 1;
  }

  listed(): readonly Problem[] {
    if (this.#more === 0) return this.#problems;
    return [...this.#problems, { message: `and ${this.#more} more of these in ${this.file}` }];
  }
}

/** What is said of a file of which each line is a job, if there is none. */
export function noLines(file: string): Source["empty"] {
  return {
    message: `the swarm has no jobs: all lines of ${file} are empty or comments`,
    hint: "each other line is a job",
  };
}

/**
 * Surveys what reads its jobs from a file, if that is there.
 *
 * @param said the file, as the definition names it
 * @param without what a source is of which nothing is known but its names
 * @param survey told the file's absolute path
 */
export function surveyFile(
  said: string,
  folder: string,
  without: Pick<Source, "names" | "empty">,
  survey: (path: string) => Omit<Source, "empty">,
): Source {
  const path = resolve(folder, said);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return { ...survey(path), empty: without.empty };
  const problem = stats
    ? { message: `${said} is no file` }
    : { message: `there is no file ${said}`, hint: hintForMissing(folder, said) };
  return { ...without, jobs: [], problems: [problem], notes: [] };
}
