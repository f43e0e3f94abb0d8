import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { CAUSES } from "../../compiler/format/results.js";
import { RuntimeProblem } from "../system/problem.js";
import { missingOutputs } from "./job-state.js";
import type { KeptOutputs } from "./kept-outputs.js";
import { MeantJobs } from "./meant-jobs.js";
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
  readonly redo: Redo;
  /** at most so many */
  readonly limit: number | undefined;
  /** keys of jobs that are not to be run again now */
  readonly except?: ReadonlySet<string>;
}

/** With a limit those come first that were asked for by name, and those that have failed before come last. */
const ORDER: readonly (readonly Reason[])[] = [
  ["redo"],
  ["new", "changed", "output gone", "output changed"],
  ["failed before"],
];

/** A word of `--redo` names jobs, by a name, params or a part of a name; it is a cause if no job has that very name. */
class RedoWords {
  readonly #names = new Set<string>();
  readonly #causes = new Set<string>();
  readonly #all: boolean;
  readonly #unused: Set<string>;

  constructor(redo: Redo, jobs: Iterable<BundledJob>, params: readonly string[]) {
    this.#all = redo === "all";
    const args = Array.isArray(redo) ? (redo as readonly string[]) : [];
    this.#unused = new Set(args);
    if (args.length === 0) return;
    const meant = new MeantJobs(args, jobs, params);
    for (const word of args) {
      if ((CAUSES as readonly string[]).includes(word) && !meant.isName(word)) {
        this.#causes.add(word);
        continue;
      }
      for (const { name } of meant.jobsOf(word)) {
        this.#names.add(name);
        this.#unused.delete(word);
      }
    }
  }

  means(job: BundledJob, cause: string | undefined): boolean {
    if (cause !== undefined && this.#causes.has(cause)) this.#unused.delete(cause);
    return cause !== undefined && (this.#all || this.#names.has(job.name) || this.#causes.has(cause));
  }

  /** @throws RuntimeProblem if one of them meant nothing */
  check(): void {
    if (this.#unused.size === 0) return;
    throw new RuntimeProblem(
      `--redo: there is no job named ${[...this.#unused].join(", ")}, and none that ended by such a cause`,
      "give a job's name as in results/jobs.tsv, a cause (exit, signal, timeout, oom, missing-output), or nothing for all",
    );
  }
}

/**
 * Selects the jobs to run: those that are new, changed or unfinished, whose outputs don't lie in their places as
 * they were put there, and those that are to be redone.
 *
 * @param jobs gives all jobs, each time from the first
 * @param stores where outputs may be kept aside
 * @throws RuntimeProblem if a word of `--redo` means nothing
 */
export function selectJobs(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  placed: PlacedOutputs,
  stores: readonly KeptOutputs[],
  choice: Choice,
) {
  const redo = new RedoWords(choice.redo, jobs(), description.params);
  const limit = choice.limit ?? Number.POSITIVE_INFINITY;
  const candidates = ORDER.map(() => [] as (readonly [BundledJob, Reason])[]);
  const returning: ReturningOutput[] = []; // to be put back into their places: these jobs need not run
  let total = 0;
  let cached = 0; // jobs that were done before
  const lost: PlacedOutput[] = []; // what was put below results/ and is gone, or was changed by somebody
  for (const job of jobs()) {
    total += 1;
    const why = whyRun(job, description, placed, stores, redo, lost);
    if (Array.isArray(why)) {
      cached += 1;
      returning.push(...(why as readonly ReturningOutput[]));
    } else if (!choice.except?.has(job.key)) {
      const group = candidates[ORDER.findIndex((reasons) => reasons.includes(why as Reason))] as (typeof candidates)[0];
      if (group.length < limit) group.push([job, why as Reason]);
    }
  }
  redo.check();
  const chosen = candidates.flat().slice(0, limit);
  const reasons = new Map<Reason, number>();
  for (const [, reason] of chosen) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  // In the order of the definition, whatever the reasons.
  chosen.sort(([a], [b]) => a.number - b.number);
  return { total, wanted: new Map(chosen.map(([job]) => [job.number, job])), cached, reasons, returning, lost };
}

/** Why a job has to be run; if it has not, which of its outputs are to be put back. */
function whyRun(
  job: BundledJob,
  description: BundleDescription,
  placed: PlacedOutputs,
  stores: readonly KeptOutputs[],
  redo: RedoWords,
  lost: PlacedOutput[],
): Reason | readonly ReturningOutput[] {
  const result = placed.ledger.get(job.key);
  if (redo.means(job, result?.cause)) return "redo";
  if (!result) return placed.ledger.knowsName(job.name) ? "changed" : "new";
  if (result.status === "failed") return "failed before";
  const missing = missingOutputs(job, result, description, placed);
  let why: Reason | undefined = missing.length > 0 ? "changed" : undefined;
  if (description.tree) return why ?? []; // a later job may have moved its outputs away
  for (const path of job.outputs) {
    const output = placed.get(path);
    if (output?.key !== job.key) continue;
    const condition = placed.condition(output);
    if (condition === "whole") continue;
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
