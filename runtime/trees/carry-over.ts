import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledTreeEntry,
  readBundleDescription,
  readBundledJobs,
  readBundledTree,
} from "../../compiler/format/bundle.js";
import { digestFile as digestContent } from "../../compiler/format/content/digest.js";
import { ownPart } from "../../compiler/format/job-key.js";
import { readLines } from "../../compiler/format/lines.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { treeRecord } from "../results/job-state.js";
import type { JobResult, Ledger } from "../results/ledger.js";
import { type PlacedOutputs, placedOutput } from "../results/placed-outputs.js";
import { digestFile } from "../workspace/whole-bundle.js";
import { STATE_FILES } from "../workspace/workspace.js";
import type { Change } from "./decide-places.js";

/*
 * Where jobs' changes are applied, the tree is another one afterwards, and its content is part of what
 * identifies each job: without more ado, all of them would run again. So what was applied is written down,
 * and where a tree is what the jobs themselves have made of it, their results count for it as well.
 */

function recordOf(stateFolder: string): string {
  return join(stateFolder, STATE_FILES.applied);
}

const GONE = "gone";

/** What becomes of a path by being applied, as a word. */
function wordOf({ version }: Change): string {
  if (!version) return GONE;
  if (version.kind === "file") return `file ${digestContent(version.source, version.bytes)}`;
  return version.kind === "link" ? `link ${version.link}` : version.kind;
}

function wordOfEntry(entry: BundledTreeEntry | undefined): string {
  if (!entry) return GONE;
  if (entry.kind === "file") return `file ${entry.sha256}`;
  return entry.kind === "link" ? `link ${entry.link}` : entry.kind;
}

/** Writes down what is about to be applied. @param bundle digest of the run's bundle */
export function recordApplied(stateFolder: string, bundle: string, changes: readonly Change[]): void {
  const rows = [["bundle", bundle], ...changes.map((change) => [change.path, wordOf(change)])];
  const path = recordOf(stateFolder);
  makeFolders(dirname(path));
  writeAtomically(path, rows.map(encodeRow));
}

function readApplied(stateFolder: string, bundle: string): Map<string, string> | undefined {
  const path = recordOf(stateFolder);
  if (!existsSync(path)) return undefined;
  const rows = [...readLines(path)].map((line) => decodeRow(line) as [string, string]);
  if (rows[0]?.[1] !== bundle) return undefined;
  return new Map(rows.slice(1));
}

/** Is a tree what another one becomes by what was applied to it? */
function isExplained(before: string, after: string, applied: ReadonlyMap<string, string>): boolean {
  const old = new Map<string, string>();
  for (const entry of readBundledTree(before)) old.set(entry.path, `${wordOfEntry(entry)} ${entry.rights}`);
  for (const entry of readBundledTree(after)) {
    const was = old.get(entry.path);
    old.delete(entry.path);
    const word = wordOfEntry(entry);
    if (was !== `${word} ${entry.rights}` && applied.get(entry.path) !== word) return false;
  }
  return [...old.keys()].every((path) => applied.get(path) === GONE);
}

/**
 * The results that count for the tree that jobs have made of it, by the keys of the jobs that they count for.
 *
 * @param before the bundle they ran from
 * @param after as the definition stands, with its description
 */
export function findCarriedOver(
  stateFolder: string,
  ledger: Ledger,
  before: string,
  after: string,
  description: BundleDescription,
): ReadonlyMap<string, JobResult> {
  const carried = new Map<string, JobResult>();
  if (!description.tree?.apply || !existsSync(join(before, BUNDLE_FILES.description))) return carried;
  const old = readBundleDescription(before);
  if (old.digest === description.digest || !old.tree?.content) return carried;
  const applied = readApplied(stateFolder, old.digest);
  if (!applied || applied.size === 0) return carried;
  // These hold the command and all else that jobs have in common.
  const sameRest =
    [BUNDLE_FILES.manager, BUNDLE_FILES.program].every(
      (name) => digestFile(before, name) === digestFile(after, name),
    ) && JSON.stringify(old.outputs) === JSON.stringify(description.outputs);
  if (!sameRest || !isExplained(before, after, applied)) return carried;
  // By what each has of its own: one of the same name may have other params, or be another line.
  const done = new Map<string, JobResult>();
  for (const { key } of readBundledJobs(before, old)) {
    const result = ledger.get(key);
    if (result?.status === "done") done.set(ownPart(key), result);
  }
  for (const { name, key } of readBundledJobs(after, description)) {
    const result = done.get(ownPart(key));
    if (result && !ledger.get(key)) carried.set(key, { ...result, name });
  }
  return carried;
}

/** Has results count for the tree that jobs have made of it. */
export function carryResultsOver(
  placed: PlacedOutputs,
  carried: ReadonlyMap<string, JobResult>,
  description: BundleDescription,
): void {
  const results = [...carried].map(([key, result]) => ({ ...result, key }));
  placed.put(results.map((result) => placedOutput(treeRecord(result, description), result)));
  placed.ledger.append(results);
}
