import type { BundledJob } from "../../compiler/format/bundle.js";
import { RuntimeProblem } from "../system/problem.js";

/** So many jobs that a word may mean are named. */
const MOST_NAMED = 5;

/** Which jobs a word means. */
interface Meant {
  /** the job of that very name */
  exact: BundledJob | undefined;
  /** those that have the params that it says, as `sample=S001` or `chrom=1,seed=2*`, or whose names are as a pattern says */
  readonly bySense: BundledJob[];
  /** some of those whose name has it as a part */
  readonly byPart: BundledJob[];
}

type Test = (text: string) => boolean;

/** What `[…]` is in a regular expression; one that no character can be, as `[z-a]`, never fits. */
function asSet(characters: string, isNot: boolean): string {
  const set = `[${isNot ? "^" : ""}${characters.replace(/[\\^[]/g, "\\$&")}]`;
  try {
    new RegExp(set, "u");
    return set;
  } catch {
    return "(?!)";
  }
}

/** What a text is to be where a word may have `*`, `?` and `[…]`; a `*` stands for a `/`, too: a name is no path. */
function asPattern(word: string): Test | undefined {
  if (!/[*?[]/.test(word)) return undefined;
  const source = word.replace(
    /\[(!?)([^\]]+)\]|[*?]|[^*?[]+|\[/g,
    (part, not: string | undefined, set: string | undefined) => {
      if (part === "*") return ".*";
      if (part === "?") return ".";
      // Nothing else may have a `\` before it where the flag is u.
      if (set === undefined) return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      return asSet(set, not === "!");
    },
  );
  const pattern = new RegExp(`^(?:${source})$`, "su");
  return (text) => pattern.test(text);
}

/** What `3-17` says of names that are numbers, as those of lines. */
function asRange(word: string): Test | undefined {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(word) ?? [];
  if (from === undefined) return undefined;
  return (text) => /^\d+$/.test(text) && Number(text) >= Number(from) && Number(text) <= Number(to);
}

/** What `sample=S001,depth=3*` says of params, by their places; undefined if it says nothing of params. */
function paramsIn(word: string, params: readonly string[]): ReadonlyMap<number, Test> | undefined {
  const said = new Map<number, Test>();
  for (const part of word.split(",")) {
    const at = part.indexOf("=");
    const place = params.indexOf(part.slice(0, at));
    if (at < 0 || place < 0) return undefined;
    const wanted = part.slice(at + 1);
    const [matches, before] = [asPattern(wanted), said.get(place)];
    // One that is said twice would have to have both values.
    said.set(place, (value) => (value === wanted || matches?.(value) === true) && before?.(value) !== false);
  }
  return said;
}

/**
 * Which jobs words mean: by their name, by some of their params, by a pattern or a range of numbers, or by a part of
 * a name that no other has.
 */
export class MeantJobs {
  readonly #meant: ReadonlyMap<string, Meant>;

  constructor(words: readonly string[], jobs: Iterable<BundledJob>, params: readonly string[]) {
    const said = words.map((word) => {
      const meant: Meant = { exact: undefined, bySense: [], byPart: [] };
      const wanted = paramsIn(word, params);
      const name = asPattern(word) ?? asRange(word);
      const hasSense = (job: BundledJob) =>
        wanted ? [...wanted].every(([place, test]) => test(job.params[place] as string)) : name?.(job.name) === true;
      return { word, hasSense, meant };
    });
    this.#meant = new Map(said.map(({ word, meant }) => [word, meant]));
    if (words.length === 0) return;
    for (const job of jobs) {
      for (const { word, hasSense, meant } of said) {
        if (job.name === word) meant.exact = job;
        else if (hasSense(job)) meant.bySense.push(job);
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
    const { exact, bySense = [], byPart = [] } = this.#meant.get(word) ?? {};
    if (exact) return [exact];
    if (bySense.length > 0) return bySense;
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
