import { readlinkSync, rmdirSync, rmSync, type Stats, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { BundledTree } from "../../compiler/format/bundle.js";
import { Groups } from "../../compiler/format/groups.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { foldersAround, foldersOf, isWithin } from "../../compiler/format/within.js";
import { copyAtomically } from "../../compiler/format/write-atomically.js";
import {
  type ChangeRow,
  type ConflictRow,
  readChangesTable,
  readConflictsTable,
  writeChangesTable,
  writeConflictsTable,
} from "../results/change-tables.js";
import { fileNameOf } from "../results/logs.js";
import { isSameContent } from "../results/results.js";
import { isBehindLink, statBelow, statEntry } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { type Change, CONFLICTS_FOLDER, type Conflict, type Decision, TREE_FOLDER } from "./decide-places.js";
import type { TreeChange } from "./listing.js";
import { isThere, NoPlace, TreePlaces, type Version } from "./place-entry.js";
import { PutRecord } from "./put-record.js";

/** Below `results/conflicts`: versions that an earlier run had collected, of what a later one changed too. */
const EARLIER = "earlier";
const KEPT_EARLIER = new RegExp(`^${CONFLICTS_FOLDER}/${EARLIER}(\\.\\d+)?/`);
/** The same: what jobs have made, where something of the user's own has its place. */
const COLLECTED = "collected";

export interface PutResultsOptions {
  readonly results: string;
  /** the folder of what is known of the swarm here */
  readonly state: string;
  readonly decision: Decision;
  readonly conflicts: readonly Conflict[];
  readonly changes: readonly TreeChange[];
  readonly tree: BundledTree;
  /** the run had but some of the swarm's jobs: what others have changed stays */
  readonly partial: boolean;
  /** the jobs of the run that are done */
  readonly ran: ReadonlySet<string>;
  /** those that the definition does not have any more: what they have made gives way */
  readonly gone: ReadonlySet<string>;
}

function refuse(results: string, path: string, error: unknown): never {
  if (!(error instanceof NoPlace)) throw error;
  throw new RuntimeProblem(`${join(results, path)} ${error.message}`, "move away what is in the way there", {
    cause: error,
  });
}

/** Does a change put something there that is no folder? Pipes and sockets are not put anywhere. */
function isLeaf({ version }: Change): boolean {
  return version?.kind === "file" || version?.kind === "link";
}

/** Keeps what an earlier run has collected, where this one brings something else: in a place that nothing has yet. */
function keepEarlier(results: string, change: Change): Conflict | undefined {
  const old = join(results, TREE_FOLDER, change.path);
  const stats = statBelow(results, `${TREE_FOLDER}/${change.path}`);
  const isLink = stats?.isSymbolicLink() === true;
  if (!stats || !(stats.isFile() || isLink) || (change.version && isThere(old, change.version))) return undefined;
  for (let number = 1; ; number += 1) {
    const kept = `${CONFLICTS_FOLDER}/${EARLIER}${number === 1 ? "" : `.${number}`}/${change.path}`;
    const place = join(results, kept);
    const taken = statEntry(place);
    const isSame = (other: Stats) =>
      isLink
        ? other.isSymbolicLink() && readlinkSync(place) === readlinkSync(old)
        : other.isFile() && isSameContent(old, place);
    if (taken && !isSame(taken)) continue;
    if (!taken) {
      makeFolders(dirname(place));
      if (isLink) symlinkSync(readlinkSync(old), place);
      else copyAtomically(old, place);
    }
    return { change, why: "an earlier run had changed it, too", kept };
  }
}

/** Removes what an earlier gather has put there and is not needed any more; folders that are empty by then, too. */
function removeStale(results: string, before: readonly string[], needed: ReadonlySet<string>, record: PutRecord): void {
  const paths = before.filter((path) => !needed.has(path));
  for (const path of [...new Set(paths)].sort().reverse()) {
    if (record.isTaken(path)) continue; // somebody has edited it: it is theirs by now
    const stats = statBelow(results, path);
    if (stats && !stats.isDirectory()) rmSync(join(results, path));
    for (let folder = stats?.isDirectory() ? path : dirname(path); folder !== "."; folder = dirname(folder)) {
      if (needed.has(folder) || isBehindLink(results, folder)) break; // the jobs have left it empty, or it is elsewhere
      try {
        rmdirSync(join(results, folder));
      } catch {
        break; // it holds something, or is gone
      }
    }
  }
}

/**
 * Puts changes below the results, with their tables.
 *
 * @returns conflicts with what earlier runs had collected, and with what is not Locusts' own there
 */
export function putResults(options: PutResultsOptions): Conflict[] {
  const { results, state, decision, changes, tree, partial, ran, gone } = options;
  const perJob = tree.mode === "perJob";
  const earlier = readChangesTable(results);
  const disputes = readConflictsTable(results);
  const before = [
    ...disputes.flatMap(({ kept }) => kept ?? []),
    ...earlier.map(({ path }) => `${TREE_FOLDER}/${path}`),
  ];
  const paths = new Set(changes.map(({ path }) => path));
  const folders = foldersOf([...paths]);
  const had = new Set(earlier.map(({ path }) => path));
  const places = new TreePlaces(results, true);
  const record = new PutRecord(state, results, before);
  /** Is something of the user's own there, that is not by chance the same? */
  const isTaken = (path: string, version: Version) => record.isTaken(path) && !isThere(join(results, path), version);
  const own = new Set(
    decision.toResults.filter(({ path, version }) => !version || !isTaken(`${TREE_FOLDER}/${path}`, version)),
  );
  const leaves = new Set([...own].filter(isLeaf).map(({ path }) => path));
  const leafAround = (path: string) => [...foldersAround(path)].find((folder) => leaves.has(folder));
  /** Was something else there than the folder that it is now, or does it lie in a folder that is none any more? */
  const isReplaced = ({ path, kind, change }: ChangeRow) =>
    change !== "deleted" && ((kind !== "folder" && folders.has(path)) || leafAround(path) !== undefined);
  const isOfJob = ({ job, path }: { readonly job: string; readonly path: string }) =>
    ran.has(job) || (gone.has(job) && paths.has(path));
  const isOver = (row: ChangeRow) => (perJob ? isOfJob(row) : paths.has(row.path)) || isReplaced(row);
  const staying: ChangeRow[] = partial ? earlier.filter((row) => !isOver(row)) : [];
  const late: Conflict[] = [];
  const put = new Set<string>();
  /** Keeps what an earlier run has collected, if some of its jobs do not run again. */
  const keep = (change: Change) => {
    const kept = partial ? keepEarlier(results, change) : undefined;
    if (kept) late.push(kept);
    if (kept?.kept) put.add(kept.kept);
  };
  /** Removes the link, or the file, that was put in the place of what is a folder again. */
  const clearWay = (path: string, change: Change) => {
    for (const around of foldersAround(path)) {
      const stats = statBelow(results, around);
      if (!stats || stats.isDirectory() || record.isForeign(around)) continue;
      if (isWithin(TREE_FOLDER, around)) keep({ ...change, path: relative(TREE_FOLDER, around), version: undefined });
      rmSync(join(results, around));
    }
  };
  const bring = (path: string, version: Version, change: Change) => {
    try {
      if (!places.hasWay(path)) clearWay(path, change);
      places.put(path, version);
    } catch (error) {
      refuse(results, path, error);
    }
    put.add(path);
  };
  /** Brings a change to its place, or to one where nothing is in its way. @returns where that is */
  const bringSomewhere = (path: string, change: Change): string => {
    const { path: changed, version } = change;
    if (!version) return path;
    const isFolder = version.kind === "folder";
    for (let number = 0; ; number += 1) {
      const beside = `${CONFLICTS_FOLDER}/${COLLECTED}${number < 2 ? "" : `.${number}`}/${changed}`;
      const place = number === 0 ? path : beside;
      const isFree = isFolder && statEntry(join(results, place))?.isDirectory() ? true : !isTaken(place, version);
      if (!isFree) continue;
      bring(place, version, change);
      return place;
    }
  };
  const within = new Groups<string | undefined, string>();
  for (const { path } of earlier) within.add(leafAround(path), path);
  for (const change of decision.toResults) {
    const path = `${TREE_FOLDER}/${change.path}`;
    if (own.has(change)) {
      if (had.has(change.path)) keep(change);
      for (const lost of within.get(change.path) ?? []) keep({ ...change, path: lost, version: undefined });
    }
    const place = bringSomewhere(path, change);
    if (place !== path) late.push({ change, why: "it is yours in results/, or was edited there", kept: place });
  }
  const told = options.conflicts.map((conflict) => {
    const { change, kept } = conflict;
    return kept === undefined || put.has(kept) ? conflict : { ...conflict, kept: bringSomewhere(kept, change) };
  });
  const conflicts: ConflictRow[] = [...told, ...late].map(({ change, why, kept }) => ({
    path: change.path,
    why,
    kept,
    job: change.job,
  }));
  const said = new Set(conflicts.map(({ path, kept, job }) => `${path}\t${kept}\t${job}`));
  // What is in conflict stays so, and kept, until the jobs in question run again.
  for (const row of partial ? disputes : []) {
    const isEarlier = KEPT_EARLIER.test(row.kept ?? "");
    const isOver = perJob ? isOfJob(row) && !isEarlier : put.has(row.kept ?? "");
    if (!isOver && !said.has(`${row.path}\t${row.kept}\t${row.job}`)) conflicts.push(row);
  }
  writeConflictsTable(results, conflicts, perJob);
  writeChangesTable(results, [...changes, ...staying], perJob);
  // The tree has none of the versions that jobs do not agree on.
  const disputed = new Set(
    conflicts.flatMap(({ path, kept, job }) =>
      kept?.startsWith(`${CONFLICTS_FOLDER}/${fileNameOf(job)}/`) ? path : [],
    ),
  );
  const needed = new Set([
    ...put,
    ...conflicts.flatMap(({ kept }) => kept ?? []),
    ...staying.filter(({ path }) => !disputed.has(path)).map(({ path }) => `${TREE_FOLDER}/${path}`),
  ]);
  removeStale(results, before, needed, record);
  places.finish();
  record.write(put, needed);
  return late;
}
