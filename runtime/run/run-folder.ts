import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_FORMAT } from "../../compiler/format/bundle.js";
import { entriesIn, textOf } from "../../compiler/format/file-access.js";
import { readLines } from "../../compiler/format/lines.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { removeFolder } from "../system/files.js";

/** One run of a bundle on a target: some of its jobs, and what became of them. */
export interface Run extends Pick<RunFacts, "digest" | "chunks" | "jobs"> {
  readonly number: number;
  readonly folder: string;
}

export function listRuns(target: string): number[] {
  return entriesIn(join(target, "runs"))
    .filter(({ name }) => /^\d+$/.test(name))
    .map(({ name }) => Number(name))
    .sort((a, b) => a - b);
}

export function runFolder(target: string, number: number): string {
  return join(target, "runs", String(number));
}

/** Makes the folder of a run. Its `run` file, without which it does not count, comes last. */
export function makeRunFolder(target: string, number: number): void {
  const folder = runFolder(target, number);
  for (const part of ["chunks", "claims", "managers", "journal", "work", "pilots"]) makeFolders(join(folder, part));
}

/** Removes all runs, and the inputs that they share. First none counts any more: of what is cut short nothing is left to go on with. */
export function removeRuns(target: string): void {
  for (const number of listRuns(target))
    rmSync(join(runFolder(target, number), "run"), { recursive: true, force: true });
  for (const part of ["runs", "shared"]) removeFolder(join(target, part));
}

export function removeUnstagedRuns(target: string): void {
  for (const number of listRuns(target)) {
    const folder = runFolder(target, number);
    if (!existsSync(join(folder, "run"))) removeFolder(folder);
  }
}

export interface RunFacts {
  readonly digest: string;
  readonly chunks: number;
  readonly jobs: number;
  readonly managers: number;
}

export function describeRun(facts: RunFacts): string {
  const rows = [
    ["format", String(RUN_FORMAT)],
    ["bundle", facts.digest],
    ["chunks", String(facts.chunks)],
    ["jobs", String(facts.jobs)],
    ["managers", String(facts.managers)],
  ];
  return rows.map(encodeRow).join("");
}

/** Writes the `run` file: from here on a manager can work on it. */
export function declareRun(folder: string, facts: RunFacts): void {
  writeAtomically(join(folder, "run"), describeRun(facts));
}

/** A run that was fully staged; undefined if it was cut off before. */
export function readRun(target: string, number: number): Run | undefined {
  const folder = runFolder(target, number);
  const text = textOf(join(folder, "run"));
  if (text === undefined) return undefined;
  const facts = new Map(text.split("\n").map((line) => line.split("\t") as [string, string]));
  return {
    number,
    folder,
    digest: facts.get("bundle") ?? "",
    chunks: Number(facts.get("chunks") ?? 0),
    jobs: Number(facts.get("jobs") ?? 0),
  };
}

/** The runs of a target that were fully staged, the oldest first. */
export function readRuns(target: string): Run[] {
  return listRuns(target).flatMap((number) => readRun(target, number) ?? []);
}

/** The file that says that all of a run has been gathered. */
function closedFile(run: Run): string {
  return join(run.folder, "gathered");
}

export function isClosed(run: Run): boolean {
  return textOf(closedFile(run)) !== undefined;
}

export function closeRun(run: Run): void {
  if (!isClosed(run)) writeFileSync(closedFile(run), "");
}

/**
 * The files that say that a run is to end. Where managers see the second one they leave, and do not begin; so
 * whoever cancels leaves it on the target when it is known what was there.
 */
function cancelMarks(run: Run): { readonly begun: string; readonly told: string } {
  return { begun: join(run.folder, "cancelling"), told: join(run.folder, "cancelled") };
}

export function isCancelled(run: Run): boolean {
  return Object.values(cancelMarks(run)).some((file) => existsSync(file));
}

/** Notes, before the target is asked, that a run is to end: if that takes long, the next deploy goes on with it. */
export function markCancelled(run: Run): void {
  writeFileSync(cancelMarks(run).begun, "");
}

export function unmarkCancelled(run: Run): void {
  for (const file of Object.values(cancelMarks(run))) rmSync(file, { force: true });
}

export function* listRunJobs(run: Run): Generator<number> {
  for (let chunk = 1; chunk <= run.chunks; chunk += 1) {
    for (const line of readLines(join(run.folder, "chunks", `${chunk}.tsv`)))
      yield Number(line.slice(0, line.indexOf("\t")));
  }
}
