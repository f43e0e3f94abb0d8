import type { LoadedDefinition } from "./load/index.js";
import type { DefinitionPath } from "./plan/plan-mistake.js";
import { type Problem, ProblemsFound } from "./problem.js";

/** More problems with jobs than this are counted, not listed. */
const MOST_PROBLEMS = 20;

/** Collects what is wrong with jobs, of which there may be very many. */
export class ProblemList {
  readonly problems: Problem[] = [];
  #more = 0;

  constructor(readonly loaded: LoadedDefinition) {}

  readonly add = (path: DefinitionPath, message: string, hint?: string): void => {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ message, hint, place: this.loaded.placeOf(path) });
    else this.#more += 1;
  };

  listed(): readonly Problem[] {
    return this.#more > 0 ? [...this.problems, { message: `and ${this.#more} more of these` }] : this.problems;
  }

  /** @throws ProblemsFound if anything was added */
  check(): void {
    if (this.problems.length > 0) throw new ProblemsFound(this.listed());
  }
}
