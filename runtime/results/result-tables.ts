import { statSync } from "node:fs";
import { join, posix } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { plainRow } from "../../compiler/format/tsv.js";
import { removeOldDrafts, writeAtomically } from "../../compiler/format/write-atomically.js";
import { currentResult } from "./job-state.js";
import type { JobResult } from "./ledger.js";
import type { PlacedOutputs } from "./placed-outputs.js";

/** How many jobs of a swarm have ended and how, by its ledger. */
export interface Totals {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/** How the tables begin, whatever the swarm: by this they are known as Locusts' own. */
export const JOBS_TABLE_START = "name\t";
export const OUTPUTS_TABLE_START = "job\toutput\tstatus\tpath\tbytes\n";

/** All tables in a folder of results. */
const TABLES = ["jobs.tsv", "outputs.tsv", "changes.tsv", "conflicts.tsv"];

/** What has no value: the word that statistics programs take for it. */
const NONE = "NA";

/** The columns of `jobs.tsv` after the job's name and its params. */
const JOBS_COLUMNS = ["status", "cause", "exit_code", "attempts", "seconds", "host"];

/** The params' columns: one that is called like a column of the table itself becomes `param_…`. */
export function paramColumns(params: readonly string[]): readonly string[] {
  const taken = new Set(["name", ...JOBS_COLUMNS, ...params]);
  return params.map((param) => {
    if (param !== "name" && !JOBS_COLUMNS.includes(param)) return param;
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

/** Writes `results/jobs.tsv`, a line a job, and `results/outputs.tsv`, a line an output. @returns what they say */
export function writeResultTables(
  folder: string,
  description: BundleDescription,
  jobs: Iterable<BundledJob>,
  placed: PlacedOutputs,
): { readonly totals: Totals; readonly failures: readonly JobResult[] } {
  const jobLines = [plainRow(["name", ...paramColumns(description.params), ...JOBS_COLUMNS])];
  const outputLines: string[] = [OUTPUTS_TABLE_START];
  let total = 0;
  let done = 0;
  const failures: JobResult[] = [];
  for (const job of jobs) {
    total += 1;
    const result = currentResult(job, description, placed);
    if (result?.status === "done") done += 1;
    else if (result) failures.push(result);
    jobLines.push(
      plainRow([
        job.name,
        ...job.params,
        ...(result
          ? [
              result.status,
              result.cause,
              String(result.exitCode),
              String(result.attempts),
              String(result.seconds),
              result.host,
            ]
          : ["pending", NONE, NONE, "0", NONE, NONE]),
      ]),
    );
    description.outputs.forEach((output, i) => {
      const state = result?.outputs[i] ?? "missing";
      const present = typeof state === "number";
      outputLines.push(
        plainRow([
          job.name,
          output.name,
          present ? "present" : state,
          placeOf(job.outputs[i] as string, description),
          present ? String(state) : NONE,
        ]),
      );
    });
  }
  makeFolders(folder);
  writeAtomically(join(folder, "jobs.tsv"), jobLines);
  writeAtomically(join(folder, "outputs.tsv"), outputLines);
  removeOldDrafts(folder, statSync(join(folder, "outputs.tsv")).mtimeMs, TABLES);
  return { totals: { total, done, failed: failures.length }, failures };
}
