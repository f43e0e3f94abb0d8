import { hash } from "node:crypto";
import { statSync } from "node:fs";
import { join, posix } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { NO_VALUE, RESULT_TABLES } from "../../compiler/format/results.js";
import { plainRow } from "../../compiler/format/tsv.js";
import { LOCUSTS_VERSION } from "../../compiler/format/version.js";
import { NewFile } from "../../compiler/format/write-atomically.js";
import type { FilesTogether } from "../workspace/files-together.js";
import { STATE_FILES } from "../workspace/workspace.js";
import { asFailure, type Failure } from "./failure.js";
import { currentResult } from "./job-state.js";
import type { JobResult } from "./ledger.js";
import type { PlacedOutputs } from "./placed-outputs.js";

export interface Totals {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/** Names all that tables and report are made from: where that is the same, so are they. @param state `.locusts/` */
export function stateOfResults(
  state: string,
  { digest }: BundleDescription,
  { lost }: Pick<PlacedOutputs, "lost">,
): string {
  const stamps = [STATE_FILES.ledger, STATE_FILES.placed].map((name) => {
    const stats = statSync(join(state, name), { throwIfNoEntry: false });
    return stats ? `${stats.size}-${stats.mtimeMs}` : "none";
  });
  if (lost.size > 0) stamps.push(hash("sha256", [...lost].join("\0")));
  return [LOCUSTS_VERSION, digest, ...stamps].join(" ");
}

/** Columns of the table of jobs behind the params: which part of a job's result each has, and what that is. */
export const JOBS_COLUMNS = [
  { name: "status", part: "status", kind: "text" },
  { name: "cause", part: "cause", kind: "text" },
  { name: "exit_code", part: "exitCode", kind: "count" },
  { name: "attempts", part: "attempts", kind: "count" },
  { name: "seconds", part: "seconds", kind: "seconds" },
  { name: "cpu_seconds", part: "cpuSeconds", kind: "seconds" },
  { name: "peak_memory", part: "peakMemory", kind: "bytes" },
  { name: "read_bytes", part: "readBytes", kind: "bytes" },
  { name: "written_bytes", part: "writtenBytes", kind: "bytes" },
  { name: "host", part: "host", kind: "text" },
] as const;

const JOBS_COLUMN_NAMES: readonly string[] = JOBS_COLUMNS.map(({ name }) => name);

/** What these columns say of a job; undefined is what is not known. */
export function jobValues(result: JobResult | undefined): (string | number | undefined)[] {
  if (result) return JOBS_COLUMNS.map(({ part }) => result[part]);
  const pending: Readonly<Record<string, string | number>> = { status: "pending", attempts: 0 };
  return JOBS_COLUMNS.map(({ part }) => pending[part]);
}

/** The params' columns: one that is called like a column of the table itself becomes `param_…`. */
export function paramColumns(params: readonly string[]): readonly string[] {
  const own: readonly string[] = [...RESULT_TABLES.jobs.columns, ...JOBS_COLUMN_NAMES];
  const taken = new Set([...own, ...params]);
  return params.map((param) => {
    if (!own.includes(param)) return param;
    let column = `param_${param}`;
    while (taken.has(column)) column = `param_${column}`;
    taken.add(column);
    return column;
  });
}

/** Where an output lies below results; in a tree, among what has changed there. */
function placeOf(output: string, { tree }: BundleDescription): string {
  return tree ? posix.join("tree", tree.workdir, output) : output;
}

/**
 * Drafts `results/jobs.tsv`, a line a job, and `results/outputs.tsv`, a line an output.
 *
 * @param now keys of jobs that are not of before, if they are done
 * @returns what they say
 */
export function draftResultTables(
  together: FilesTogether,
  description: BundleDescription,
  jobs: Iterable<BundledJob>,
  placed: PlacedOutputs,
  now: ReadonlySet<string> = new Set(),
): { readonly totals: Totals; readonly failures: readonly Failure[]; readonly doneBefore: number } {
  let total = 0;
  let done = 0;
  let doneBefore = 0;
  const failures: Failure[] = [];
  const jobTable = new NewFile(together.draft(RESULT_TABLES.jobs.file));
  const outputTable = new NewFile(together.draft(RESULT_TABLES.outputs.file));
  try {
    jobTable.add(plainRow([...RESULT_TABLES.jobs.columns, ...paramColumns(description.params), ...JOBS_COLUMN_NAMES]));
    outputTable.add(plainRow(RESULT_TABLES.outputs.columns));
    for (const job of jobs) {
      total += 1;
      const result = currentResult(job, description, placed);
      if (result?.status === "done") {
        done += 1;
        if (!now.has(job.key)) doneBefore += 1;
      } else if (result) failures.push(asFailure(job, result, description));
      const values = jobValues(result).map((value) => String(value ?? NO_VALUE));
      jobTable.add(plainRow([job.name, ...job.params, ...values]));
      description.outputs.forEach(({ name }, i) => {
        const state = result?.outputs[i] ?? "missing";
        const [word, bytes] = typeof state === "number" ? ["present", String(state)] : [state, NO_VALUE];
        outputTable.add(plainRow([job.name, name, word, placeOf(job.outputs[i] as string, description), bytes]));
      });
    }
  } finally {
    for (const table of [jobTable, outputTable]) table.finish();
  }
  return { totals: { total, done, failed: failures.length }, failures, doneBefore };
}
