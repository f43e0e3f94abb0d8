import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readLines } from "../../compiler/format/lines.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { NO_VALUE, RESULT_TABLES } from "../../compiler/format/results.js";
import { decodeRow, encodeReadableRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";

type TreeTable = (typeof RESULT_TABLES)["changes" | "conflicts"];

function readRows(results: string, { file }: TreeTable): string[][] {
  const table = join(results, file);
  if (!existsSync(table)) return [];
  const [, ...lines] = readLines(table);
  return lines.map(decodeRow);
}

/** @param rows with the job at the end, which is left out unless each has a tree of its own */
function writeRows(results: string, { file, columns }: TreeTable, rows: readonly string[][], perJob: boolean): void {
  const compare = (a: string[], b: string[]) => compareText(a[0], b[0]) || compareText(a.at(-1), b.at(-1));
  const lines = [[...columns, "job"], ...[...rows].sort(compare)];
  makeFolders(results);
  writeAtomically(
    join(results, file),
    lines.map((row) => encodeReadableRow(perJob ? row : row.slice(0, -1))),
  );
}

const compareText = (a = "", b = "") => (a < b ? -1 : a > b ? 1 : 0);

/** A line of `changes.tsv`: what jobs have done to a path of their tree. */
export interface ChangeRow {
  /** from the tree's root */
  readonly path: string;
  readonly change: "created" | "changed" | "deleted";
  /** what it is now; of what was deleted, what it was */
  readonly kind: "file" | "folder" | "link" | "other" | "unreadable";
  /** of a file that is there; else 0 */
  readonly bytes: number;
  /** which job has done it, if each has a tree of its own; else empty */
  readonly job: string;
}

export function readChangesTable(results: string): ChangeRow[] {
  return readRows(results, RESULT_TABLES.changes).map(([path = "", change, kind, bytes, job = ""]) => ({
    path,
    change: change as ChangeRow["change"],
    kind: kind as ChangeRow["kind"],
    bytes: Number(bytes),
    job,
  }));
}

/** Writes `results/changes.tsv`, a line for each path that was created, changed or deleted, and each job that did. */
export function writeChangesTable(results: string, changes: readonly ChangeRow[], perJob: boolean): void {
  const rows = changes.map(({ path, change, kind, bytes, job }) => [path, change, kind, String(bytes), job]);
  writeRows(results, RESULT_TABLES.changes, rows, perJob);
}

export interface ConflictRow {
  readonly path: string;
  readonly why: string;
  /** where a version is kept, below results */
  readonly kept: string | undefined;
  readonly job: string;
}

export function readConflictsTable(results: string): ConflictRow[] {
  return readRows(results, RESULT_TABLES.conflicts).map(([path = "", why = "", kept, job = ""]) => {
    return { path, why, kept: kept === NO_VALUE ? undefined : kept, job };
  });
}

/** Writes `results/conflicts.tsv`, a line for each version of a path that is in conflict; no table without any. */
export function writeConflictsTable(results: string, conflicts: readonly ConflictRow[], perJob: boolean): void {
  if (conflicts.length === 0) {
    rmSync(join(results, RESULT_TABLES.conflicts.file), { force: true });
    return;
  }
  const rows = conflicts.map(({ path, why, kept, job }) => [path, why, kept ?? NO_VALUE, job]);
  writeRows(results, RESULT_TABLES.conflicts, rows, perJob);
}
