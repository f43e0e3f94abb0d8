import { addAll } from "../../compiler/format/add-all.js";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { isSameButCommon } from "../../compiler/format/job-key.js";
import { quoteWord } from "../../compiler/format/quote.js";
import { CAUSES } from "../../compiler/format/results.js";
import { RuntimeProblem } from "../system/problem.js";
import { brokenOutputs, missingOutputs } from "./job-state.js";
import type { KeptOutputs } from "./kept-outputs.js";
import type { JobResult, Ledger } from "./ledger.js";
import { MeantJobs, refuseUnknownParam } from "./meant-jobs.js";
import type { PlacedOutput, PlacedOutputs } from "./placed-outputs.js";

export type Reason = "redo" | "new" | "changed" | "output gone" | "output changed" | "failed before";

/** What `--redo` asks for: everything, or jobs by name or by the cause of their last end. */
export type Redo = "all" | readonly string[] | undefined;

/** An output that is kept aside, and whose job the definition has again. */
export interface ReturningOutput {
  readonly job: BundledJob;
  readonly output: number;
  readonly from: KeptOutputs;
}

export type Selection = Readonly<ReturnType<typeof selectJobs>>;

export interface Choice {
  /** no others are run: jobs by name, by the cause of their last end, or by why they would run; undefined: all */
  readonly only?: readonly string[] | undefined;
  /** jobs that are run although they are done */
  readonly redo: Redo;
  /** at most so many */
  readonly limit: number | undefined;
  /** keys of jobs that are not to be run again now */
  readonly except?: ReadonlySet<string>;
  /** keys of jobs that are not of before, if they are done */
  readonly now?: ReadonlySet<string>;
}

/** With a limit those come first that were asked for by name, and those that have failed before come last. */
const ORDER: readonly (readonly Reason[])[] = [
  ["redo"],
  ["new", "changed", "output gone", "output changed"],
  ["failed before"],
];

/** What `--only` may name beside jobs and causes: those with such a reason to run. */
export const STATES: Readonly<Record<string, readonly Reason[]>> = {
  new: ["new"],
  changed: ["changed", "output gone", "output changed"],
  failed: ["failed before"],
};

/**
 * The words of `--redo` or `--only`. A word names jobs: by a name, params, a pattern or a part of a name. If no job has
 * that very name, it may be the cause by which jobs have ended, and one of the states that the option knows.
 */
class JobWords {
  readonly #names = new Set<string>();
  readonly #kinds = new Set<string>();
  readonly #unused: Set<string>;

  constructor(
    readonly option: "--redo" | "--only",
    words: readonly string[],
    jobs: () => Iterable<BundledJob>,
    readonly params: readonly string[],
    states: readonly string[] = [],
  ) {
    this.#unused = new Set(words);
    if (words.length === 0) return;
    const known: readonly string[] = [...CAUSES, ...states];
    const meant = new MeantJobs(words, jobs(), params);
    for (const word of words) {
      if (known.includes(word) && !meant.isName(word)) {
        this.#kinds.add(word);
        // That nothing is new is no mistake of who asks for what is.
        if (states.includes(word)) this.#unused.delete(word);
        continue;
      }
      for (const { name } of meant.jobsOf(word)) {
        this.#names.add(name);
        this.#unused.delete(word);
      }
    }
  }

  names(job: BundledJob): boolean {
    return this.#names.has(job.name);
  }

  /** Is it named, or is one of these kinds? */
  means(job: BundledJob, ...kinds: readonly (string | undefined)[]): boolean {
    const found = kinds.filter((kind): kind is string => kind !== undefined && this.#kinds.has(kind));
    for (const kind of found) this.#unused.delete(kind);
    return found.length > 0 || this.names(job);
  }

  /** @throws RuntimeProblem if one of them meant nothing */
  check(): void {
    if (this.#unused.size === 0) return;
    for (const word of this.#unused) refuseUnknownParam(word, this.params);
    const causes = "a cause (exit, signal, timeout, oom, missing-output, invalid-output)";
    throw new RuntimeProblem(
      `${this.option}: there is no job named ${[...this.#unused].map(quoteWord).join(", ")}, and none that ended by such a cause`,
      this.option === "--redo"
        ? `give a job's name as in results/jobs.tsv, a pattern, ${causes}, or nothing for all`
        : `give a job's name as in results/jobs.tsv, a pattern, ${causes}, or one of ${Object.keys(STATES).join(", ")}`,
    );
  }
}

/**
 * Selects the jobs to run: those that are new, changed or unfinished, whose outputs don't lie in their places as
 * they were put there, and those that are to be redone.
 *
 * @param jobs gives all jobs, each time from the first
 * @param stores where outputs may be kept aside
 * @throws RuntimeProblem if a word of `--redo` or `--only` means nothing
 */
export function selectJobs(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  placed: PlacedOutputs,
  stores: readonly KeptOutputs[],
  choice: Choice,
) {
  const { params } = description;
  const isAll = choice.redo === "all";
  const redo = new JobWords("--redo", Array.isArray(choice.redo) ? choice.redo : [], jobs, params);
  const only = choice.only && new JobWords("--only", choice.only, jobs, params, Object.keys(STATES));
  const limit = choice.limit ?? Number.POSITIVE_INFINITY;
  const candidates = ORDER.map(() => [] as (readonly [BundledJob, Reason])[]);
  const returning: ReturningOutput[] = []; // to be put back into their places: these jobs need not run
  let total = 0;
  let cached = 0; // jobs that were done before
  let left = 0; // jobs that would run, and are not among those that are asked for
  const lost: PlacedOutput[] = []; // what was put below results/ and is gone, or was changed by somebody
  const past = new Past(jobs, placed.ledger);
  for (const job of jobs()) {
    total += 1;
    const last = placed.ledger.get(job.key);
    // Who has mended what failed still calls it by that.
    const ended = past.of(job);
    const failed = ended?.status === "failed" ? "failed" : undefined;
    const isRedo = (isAll || redo.means(job, ended?.cause)) && last !== undefined;
    const isMeant = (reason: Reason | undefined) => only?.means(job, ended?.cause, failed, ...statesOf(reason)) ?? true;
    const why =
      isRedo && isMeant(last.status === "failed" ? "failed before" : undefined)
        ? "redo"
        : whyRun(job, description, placed, past, stores, lost);
    if (typeof why !== "string") {
      if (!choice.now?.has(job.key)) cached += 1;
      addAll(returning, why);
      only?.means(job, ended?.cause); // then it is known which ones are meant, and that none of them has to run
    } else if (!choice.except?.has(job.key)) {
      // One that is named comes before others also if it has never run.
      const rank = redo.names(job) ? 0 : ORDER.findIndex((reasons) => reasons.includes(why));
      const group = candidates[rank] as (typeof candidates)[0];
      if ((why === "redo" || isMeant(why)) && group.length < limit) group.push([job, why]);
      else left += 1;
    }
  }
  redo.check();
  only?.check();
  const all = candidates.flat();
  const chosen = all.slice(0, limit);
  left += all.length - chosen.length;
  const reasons = new Map<Reason, number>();
  for (const [, reason] of chosen) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  // In the order of the definition, whatever the reasons.
  chosen.sort(([a], [b]) => a.number - b.number);
  const why = new Map(chosen.map(([job, reason]) => [job.number, reason]));
  const wanted = new Map(chosen.map(([job]) => [job.number, job]));
  return { total, wanted, why, cached, left, reasons, returning, lost };
}

/** The words by which `--only` knows a reason to run. */
function statesOf(reason: Reason | undefined): string[] {
  return Object.keys(STATES).filter((state) => reason !== undefined && STATES[state]?.includes(reason));
}

/** How jobs have ended, also under other commands or params. */
class Past {
  /** what jobs of the definition have of their own, as numbers: there may be millions */
  #own: Set<number> | undefined;

  constructor(
    readonly jobs: () => Iterable<BundledJob>,
    readonly ledger: Ledger,
  ) {}

  of(job: BundledJob): JobResult | undefined {
    const last = this.ledger.lastOf(job);
    if (!last || isSameButCommon(last.key, job.key)) return last;
    // Its name alone has been another job's, which goes by another name now: as of lines, where one was put in before them.
    return this.#hasOwn(last.key) ? undefined : last;
  }

  #hasOwn(key: string): boolean {
    const asNumber = (own: string) => Number.parseInt(own.slice(0, 13), 16);
    if (!this.#own) {
      this.#own = new Set();
      for (const job of this.jobs()) this.#own.add(asNumber(job.key));
    }
    return this.#own.has(asNumber(key));
  }
}

/** Why a job has to be run; if it has not, which of its outputs are to be put back. */
function whyRun(
  job: BundledJob,
  description: BundleDescription,
  placed: PlacedOutputs,
  past: Past,
  stores: readonly KeptOutputs[],
  lost: PlacedOutput[],
): Reason | readonly ReturningOutput[] {
  const result = placed.ledger.get(job.key);
  if (!result) return past.of(job) ? "changed" : "new";
  if (result.status === "failed") return "failed before";
  const missing = missingOutputs(job, result, description, placed);
  let why: Reason | undefined = missing.length > 0 ? "changed" : undefined;
  if (description.tree) return why ?? []; // a later job may have moved its outputs away
  for (const [output, condition] of brokenOutputs(job, placed)) {
    why = condition === "changed" ? "output changed" : (why ?? "output gone");
    lost.push(output);
    missing.push(output.output);
  }
  if (why === undefined) return [];
  const returning: ReturningOutput[] = [];
  for (const output of missing) {
    const from = stores.find((store) => store.has(job.key, output));
    if (!from) return why;
    returning.push({ job, output, from });
  }
  return returning;
}
