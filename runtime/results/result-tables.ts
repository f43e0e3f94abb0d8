import { hash } from "node:crypto";
import { statSync } from "node:fs";
import { join, posix } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { JOBS_COLUMNS, NO_VALUE, RESULT_TABLES, USAGE_COLUMNS } from "../../compiler/format/results.js";
import { plainRow } from "../../compiler/format/tsv.js";
import { LOCUSTS_VERSION } from "../../compiler/format/version.js";
import { NewFile } from "../../compiler/format/write-atomically.js";
import type { FilesTogether } from "../workspace/files-together.js";
import { STATE_FILES } from "../workspace/workspace.js";
import { asFailure, type Failure } from "./failure.js";
import { currentResult } from "./job-state.js";
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

const NO_RESULT = {
  status: "pending",
  cause: NO_VALUE,
  exitCode: NO_VALUE,
  attempts: 0,
  seconds: NO_VALUE,
  host: NO_VALUE,
};

/** The params' columns: one that is called like a column of the table itself becomes `param_…`. */
export function paramColumns(params: readonly string[]): readonly string[] {
  const own: readonly string[] = [...RESULT_TABLES.jobs.columns, ...JOBS_COLUMNS];
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

/** Drafts `results/jobs.tsv`, a line a job, and `results/outputs.tsv`, a line an output. @returns what they say */
export function draftResultTables(
  together: FilesTogether,
  description: BundleDescription,
  jobs: Iterable<BundledJob>,
  placed: PlacedOutputs,
): { readonly totals: Totals; readonly failures: readonly Failure[] } {
  let total = 0;
  let done = 0;
  const failures: Failure[] = [];
  const jobTable = new NewFile(together.draft(RESULT_TABLES.jobs.file));
  const outputTable = new NewFile(together.draft(RESULT_TABLES.outputs.file));
  try {
    jobTable.add(plainRow([...RESULT_TABLES.jobs.columns, ...paramColumns(description.params), ...JOBS_COLUMNS]));
    outputTable.add(plainRow(RESULT_TABLES.outputs.columns));
    for (const job of jobs) {
      total += 1;
      const result = currentResult(job, description, placed);
      if (result?.status === "done") done += 1;
      else if (result) failures.push(asFailure(job, result, description));
      const { status, cause, exitCode, attempts, seconds, host } = result ?? NO_RESULT;
      const usage = Object.values(USAGE_COLUMNS).map((measured) => result?.[measured] ?? NO_VALUE);
      const values = [status, cause, exitCode, attempts, seconds, ...usage, host];
      jobTable.add(plainRow([job.name, ...job.params, ...values.map(String)]));
      description.outputs.forEach(({ name }, i) => {
        const state = result?.outputs[i] ?? "missing";
        const [word, bytes] = typeof state === "number" ? ["present", String(state)] : [state, NO_VALUE];
        outputTable.add(plainRow([job.name, name, word, placeOf(job.outputs[i] as string, description), bytes]));
      });
    }
  } finally {
    for (const table of [jobTable, outputTable]) table.finish();
  }
  return { totals: { total, done, failed: failures.length }, failures };
}
