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
  return (text) => Number(text) >= Number(from) && Number(text) <= Number(to);
}

/**
 * Says of a word that means no job what it says of a param that there is not.
 *
 * @throws RuntimeProblem if it does
 */
export function refuseUnknownParam(word: string, params: readonly string[]): void {
  const said = word.includes("=") ? word.split(",").map((part) => part.split("=", 1)[0] as string) : [];
  const unknown = said.find((param) => !params.includes(param));
  if (unknown === undefined) return;
  const known =
    params.length > 0 ? `they have ${params.join(", ")}` : "they have none: name them as in results/jobs.tsv";
  throw new RuntimeProblem(`${word}: jobs have no param "${unknown}"`, known);
}

/** What `sample=S001,depth=3*` says of params, by their places; undefined if it says nothing of params. */
function paramsIn(word: string, params: readonly string[]): (readonly [place: number, value: string])[] | undefined {
  const said = word.split(",").map((part) => {
    const at = part.indexOf("=");
    return [at < 0 ? -1 : params.indexOf(part.slice(0, at)), part.slice(at + 1)] as const;
  });
  return said.some(([place]) => place < 0) ? undefined : said;
}

/** Finds the words that say something of a job, without a look at each word where that can be. */
class Words {
  /** words that say just what some params are, by those params' places, and by the values */
  readonly #byParams = new Map<string, { readonly places: readonly number[]; readonly words: Map<string, Meant> }>();
  /** those that may be a part of a name, by their lengths */
  readonly #byLength = new Map<number, Map<string, Meant>>();
  readonly #ranges: (readonly [Test, Meant])[] = [];
  readonly #others: (readonly [fits: (job: BundledJob) => boolean, Meant])[] = [];

  constructor(
    readonly meant: ReadonlyMap<string, Meant>,
    params: readonly string[],
  ) {
    for (const [word, means] of meant) {
      // A part of a number is another number.
      if (!/^\d*$/.test(word)) {
        const group = this.#byLength.get(word.length) ?? new Map<string, Meant>();
        this.#byLength.set(word.length, group.set(word, means));
      }
      const said = paramsIn(word, params);
      const [pattern, range] = [asPattern(word), asRange(word)];
      if (said) this.#addParams(said, pattern !== undefined, means);
      else if (pattern) this.#others.push([({ name }) => pattern(name), means]);
      else if (range) this.#ranges.push([range, means]);
    }
  }

  #addParams(said: (readonly [place: number, value: string])[], hasPattern: boolean, means: Meant): void {
    const places = said.map(([place]) => place);
    if (!hasPattern && new Set(places).size === places.length) {
      const group = this.#byParams.get(places.join()) ?? { places, words: new Map() };
      group.words.set(said.map(([, value]) => value).join("\0"), means);
      this.#byParams.set(places.join(), group);
      return;
    }
    // One that is said twice would have to have both values.
    const tests = said.map(([place, value]) => [place, value, asPattern(value)] as const);
    const fits = ({ params }: BundledJob) =>
      tests.every(([place, value, test]) => params[place] === value || test?.(params[place] as string) === true);
    this.#others.push([fits, means]);
  }

  look(job: BundledJob): void {
    const { name, params } = job;
    const meant = this.meant.get(name);
    if (meant) meant.exact = job;
    for (const { places, words } of this.#byParams.values())
      words.get(places.map((place) => params[place]).join("\0"))?.bySense.push(job);
    if (/^\d+$/.test(name)) for (const [test, { bySense }] of this.#ranges) if (test(name)) bySense.push(job);
    for (const [fits, { bySense }] of this.#others) if (fits(job)) bySense.push(job);
    for (const { byPart } of this.#partsOf(name)) {
      if (byPart.length <= MOST_NAMED && byPart.at(-1) !== job) byPart.push(job);
    }
  }

  *#partsOf(name: string): Generator<Meant> {
    for (const [length, words] of this.#byLength) {
      const last = name.length - length;
      if (words.size < last) {
        for (const [word, means] of words) if (name.includes(word)) yield means;
      } else {
        for (let at = 0; at <= last; at += 1) {
          const means = words.get(name.slice(at, at + length));
          if (means) yield means;
        }
      }
    }
  }
}

/**
 * Which jobs words mean: by their name, by some of their params, by a pattern or a range of numbers, or by a part of
 * a name that no other has.
 */
export class MeantJobs {
  readonly #meant: ReadonlyMap<string, Meant>;

  constructor(words: readonly string[], jobs: Iterable<BundledJob>, params: readonly string[]) {
    this.#meant = new Map(words.map((word) => [word, { exact: undefined, bySense: [], byPart: [] }]));
    if (words.length === 0) return;
    const said = new Words(this.#meant, params);
    for (const job of jobs) said.look(job);
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
