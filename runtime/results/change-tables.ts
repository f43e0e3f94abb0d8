import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readLines } from "../../compiler/format/lines.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { decodeRow, encodeReadableRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";

export const CHANGES_TABLE = "changes.tsv";
export const CONFLICTS_TABLE = "conflicts.tsv";

/** How the tables begin, whatever the swarm: by this they are known as Locusts' own. */
export const CHANGES_TABLE_START = "path\tchange\tkind\tbytes";
export const CONFLICTS_TABLE_START = "path\twhy\tkept";

/** The word that statistics programs take for no value. */
const NONE = "NA";

function write(folder: string, name: string, lines: readonly string[]): void {
  makeFolders(folder);
  writeAtomically(join(folder, name), lines);
}

/** A line of `changes.tsv`: what jobs have done to a path of their tree. */
export interface ChangeRow {
  /** from the tree's root */
  readonly path: string;
  readonly change: "created" | "changed" | "deleted";
  /** what it is now; of what was deleted, what it was */
  readonly kind: "file" | "folder" | "link" | "other";
  /** of a file that is there; else 0 */
  readonly bytes: number;
  /** which job has done it, if each has a tree of its own; else empty */
  readonly job: string;
}

/** What `changes.tsv` says at the moment. */
export function readChangesTable(results: string): ChangeRow[] {
  const table = join(results, CHANGES_TABLE);
  if (!existsSync(table)) return [];
  const [, ...lines] = readLines(table);
  return lines.map((line) => {
    const [path, change, kind, bytes, job = ""] = decodeRow(line) as [string, ...string[]];
    return {
      path,
      change: change as ChangeRow["change"],
      kind: kind as ChangeRow["kind"],
      bytes: Number(bytes),
      job,
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Writes `results/changes.tsv`, a line for each path that was created, changed or deleted, and each job that did. */
export function writeChangesTable(results: string, changes: readonly ChangeRow[], perJob: boolean): void {
  const sorted = [...changes].sort((a, b) => compare(a.path, b.path) || compare(a.job, b.job));
  write(results, CHANGES_TABLE, [
    `${CHANGES_TABLE_START}${perJob ? "\tjob" : ""}\n`,
    ...sorted.map(({ path, change, kind, bytes, job }) =>
      encodeReadableRow([path, change, kind, String(bytes), ...(perJob ? [job] : [])]),
    ),
  ]);
}

/** A line of `conflicts.tsv`. */
export interface ConflictRow {
  readonly path: string;
  readonly why: string;
  /** where a version is kept, below results */
  readonly kept: string | undefined;
  readonly job: string;
}

/** What `conflicts.tsv` says at the moment. */
export function readConflictsTable(results: string): ConflictRow[] {
  const table = join(results, CONFLICTS_TABLE);
  if (!existsSync(table)) return [];
  const [, ...lines] = readLines(table);
  return lines.map((line) => {
    const [path, why, kept, job = ""] = decodeRow(line) as [string, string, string, string?];
    return { path, why, kept: kept === NONE ? undefined : kept, job };
  });
}

/** Writes `results/conflicts.tsv`, a line for each version of a path that is in conflict; no table without any. */
export function writeConflictsTable(results: string, conflicts: readonly ConflictRow[], perJob: boolean): void {
  if (conflicts.length === 0) {
    rmSync(join(results, CONFLICTS_TABLE), { force: true });
    return;
  }
  const sorted = [...conflicts].sort((a, b) => compare(a.path, b.path) || compare(a.job, b.job));
  write(results, CONFLICTS_TABLE, [
    `${CONFLICTS_TABLE_START}${perJob ? "\tjob" : ""}\n`,
    ...sorted.map(({ path, why, kept, job }) => encodeReadableRow([path, why, kept ?? NONE, ...(perJob ? [job] : [])])),
  ]);
}
