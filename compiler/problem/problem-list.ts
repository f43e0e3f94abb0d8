import { printableName } from "../format/control-characters.js";
import { type DefinitionPath, type Place, type Problem, ProblemsFound, type ReportMistake } from "./problem.js";

const MOST_PROBLEMS = 20;

/** So many other jobs are named that share a mistake. */
const MOST_JOBS = 2;

interface Found {
  readonly problem: Problem;
  /** further jobs that share it, the first of them by name */
  readonly others: string[];
  count: number;
}

/** The problem, and which other jobs have it. */
function told({ problem, others, count }: Found): Problem {
  if (count === 0) return problem;
  const more = count > others.length ? ", …" : "";
  const jobs = count === 1 ? "1 more job" : `${count} more jobs`;
  return {
    ...problem,
    message: `${problem.message}; the same in ${jobs}: ${others.map(printableName).join(", ")}${more}`,
  };
}

export class ProblemList {
  readonly #found: Found[] = [];
  readonly #shared = new Map<string, Found>();
  #more = 0;

  /** @param placeOf where a part of the definition stands */
  constructor(readonly placeOf: (path: DefinitionPath) => Place | undefined) {}

  readonly add: ReportMistake = (path, message, hint, shared) => {
    const group = shared && JSON.stringify([path, shared.kind]);
    const known = group === undefined ? undefined : this.#shared.get(group);
    if (shared && known) {
      known.count += 1;
      if (known.others.length < MOST_JOBS) known.others.push(shared.job);
      return;
    }
    if (this.#found.length >= MOST_PROBLEMS) {
      this.#more += 1;
      return;
    }
    const found: Found = { problem: { message, hint, place: this.placeOf(path) }, others: [], count: 0 };
    this.#found.push(found);
    if (group !== undefined) this.#shared.set(group, found);
  };

  listed(): readonly Problem[] {
    const problems = this.#found.map(told);
    return this.#more > 0 ? [...problems, { message: `and ${this.#more} more of these` }] : problems;
  }

  /** @throws ProblemsFound if anything was added */
  check(): void {
    if (this.#found.length > 0) throw new ProblemsFound(this.listed());
  }
}
