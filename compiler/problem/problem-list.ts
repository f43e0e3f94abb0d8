import { type DefinitionPath, type Place, type Problem, ProblemsFound } from "./problem.js";

const MOST_PROBLEMS = 20;

export class ProblemList {
  readonly problems: Problem[] = [];
  #more = 0;

  /** @param placeOf where a part of the definition stands */
  constructor(readonly placeOf: (path: DefinitionPath) => Place | undefined) {}

  readonly add = (path: DefinitionPath, message: string, hint?: string): void => {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ message, hint, place: this.placeOf(path) });
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
