import type { BundledJob } from "../../compiler/format/bundle.js";
import { RuntimeProblem } from "../system/problem.js";

/** So many jobs that a word may mean are named. */
const MOST_NAMED = 5;

/** Which jobs a word means. */
interface Meant {
  /** the job of that very name */
  exact: BundledJob | undefined;
  /** those that have the params that it says: `sample=S001`, `chrom=1,seed=2` */
  readonly byParams: BundledJob[];
  /** some of those whose name has it as a part */
  readonly byPart: BundledJob[];
}

/** What `sample=S001,depth=3` says of params, by their places; undefined if it says nothing of params. */
function paramsIn(word: string, params: readonly string[]): ReadonlyMap<number, string> | undefined {
  const said = new Map<number, string>();
  for (const part of word.split(",")) {
    const at = part.indexOf("=");
    const place = params.indexOf(part.slice(0, at));
    if (at < 0 || place < 0) return undefined;
    said.set(place, part.slice(at + 1));
  }
  return said;
}

/** Which jobs words mean: by their name, by some of their params, or by a part of a name that no other has. */
export class MeantJobs {
  readonly #meant: ReadonlyMap<string, Meant>;

  constructor(words: readonly string[], jobs: Iterable<BundledJob>, params: readonly string[]) {
    const said = words.map((word) => {
      const meant: Meant = { exact: undefined, byParams: [], byPart: [] };
      return { word, params: paramsIn(word, params), meant };
    });
    this.#meant = new Map(said.map(({ word, meant }) => [word, meant]));
    if (words.length === 0) return;
    for (const job of jobs) {
      for (const { word, params: wanted, meant } of said) {
        if (job.name === word) meant.exact = job;
        else if (wanted && [...wanted].every(([place, value]) => job.params[place] === value)) meant.byParams.push(job);
        // A part of a number is another number.
        else if (meant.byPart.length <= MOST_NAMED && !/^\d*$/.test(word) && job.name.includes(word)) {
          meant.byPart.push(job);
        }
      }
    }
  }

  /** Is there a job of this very name? */
  isName(word: string): boolean {
    return this.#meant.get(word)?.exact !== undefined;
  }

  /**
   * The jobs that a word means; none if it means nothing.
   *
   * @throws RuntimeProblem if it is a part of several names
   */
  jobsOf(word: string): readonly BundledJob[] {
    const { exact, byParams = [], byPart = [] } = this.#meant.get(word) ?? {};
    if (exact) return [exact];
    if (byParams.length > 0) return byParams;
    if (byPart.length > 1) throw this.#unclear(word, byPart);
    return byPart;
  }

  /**
   * The one job that a word means; undefined if it means none.
   *
   * @throws RuntimeProblem if it means several
   */
  jobOf(word: string): BundledJob | undefined {
    const jobs = this.jobsOf(word);
    if (jobs.length > 1) throw this.#unclear(word, jobs);
    return jobs[0];
  }

  #unclear(word: string, jobs: readonly BundledJob[]): RuntimeProblem {
    const more = jobs.length > MOST_NAMED ? " and more" : "";
    const names = jobs.slice(0, MOST_NAMED).map(({ name }) => name);
    return new RuntimeProblem(`"${word}" may mean several jobs: ${names.join(", ")}${more}`, "give more of the name");
  }
}
