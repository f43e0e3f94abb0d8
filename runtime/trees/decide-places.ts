import { addAll } from "../../compiler/format/add-all.js";
import { digestFile } from "../../compiler/format/content/digest.js";
import { Groups } from "../../compiler/format/groups.js";
import { foldersAround } from "../../compiler/format/within.js";
import { fileNameOf } from "../results/logs.js";
import type { TreeChange } from "./listing.js";
import type { LocalTree } from "./local-tree.js";
import type { Version } from "./place-entry.js";

export interface Decision {
  /** they go below `results/tree` */
  readonly toResults: readonly Change[];
  /** they go into the environment on this machine */
  readonly toApply: readonly Change[];
  readonly conflicts: readonly Conflict[];
}

/** Below results: the folder of a version that one job alone wants. */
export const CONFLICTS_FOLDER = "conflicts";
/** Below results: what has changed in the tree. */
export const TREE_FOLDER = "tree";

function dispute(change: Change): Conflict {
  const kept = change.version ? `${CONFLICTS_FOLDER}/${fileNameOf(change.job)}/${change.path}` : undefined;
  return { change, why: "jobs have changed it in different ways", kept };
}

/** A conflict with what is here: the target's version goes to the results. */
function resist(change: Change, why: string): Conflict {
  return { change, why, kept: change.version ? `${TREE_FOLDER}/${change.path}` : undefined };
}

/** Decides what goes where. @param local the environment on this machine, if changes are to go into it */
export function decidePlaces({ agreed, disputed }: MergedChanges, local: LocalTree | undefined): Decision {
  const conflicts = disputed.map(dispute);
  if (!local) return { toResults: agreed, toApply: [], conflicts };
  const toApply: Change[] = [];
  const toResults: Change[] = [];
  const judge = (change: Change, why: string | undefined) => {
    if (why === undefined) toApply.push(change);
    else {
      conflicts.push(resist(change, why));
      toResults.push(change);
    }
  };
  for (const change of agreed.filter(({ version }) => !version).reverse()) {
    judge(change, local.whyNotRemove(change.path));
  }
  for (const change of agreed) {
    // Pipes and sockets are listed, and stay where they are.
    if (change.version && change.version.kind !== "other") judge(change, local.whyNotPut(change.path, change.version));
  }
  return { toResults, toApply, conflicts };
}

/** A change, and the content that goes with it; none if something was deleted. */
export interface Change extends TreeChange {
  readonly version: Version | undefined;
}

/** A path on which jobs do not agree, or a local tree with them; each version is kept. */
export interface Conflict {
  readonly change: Change;
  readonly why: string;
  /** where its version goes, below results; undefined: there is nothing to keep */
  readonly kept: string | undefined;
}

/** What changes come to: `agreed` in one version each, sorted by path. */
type MergedChanges = ReturnType<typeof mergeVersions>;

function identify({ change, version }: Change): string {
  if (change === "deleted" || !version) return "deleted";
  const content = version.kind === "file" ? digestFile(version.source, version.bytes) : version.link;
  return `${version.kind} ${version.mode} ${content}`;
}

/** Paths of which one job has made, or left, no folder, while another one has something below; and what that is. */
function findCutOff(byPath: Groups<string, Change>): ReadonlySet<string> {
  const closed = new Groups<string, string>();
  for (const [path, versions] of byPath)
    for (const { version, job } of versions) if (version?.kind !== "folder") closed.add(path, job);
  const cutOff = new Set<string>();
  for (const [path, versions] of byPath) {
    const makers = versions.flatMap(({ version, job }) => (version ? [job] : []));
    for (const folder of foldersAround(path)) {
      const isCutOff = closed.get(folder)?.some((job) => makers.some((maker) => maker !== job));
      if (isCutOff) cutOff.add(folder).add(path);
    }
  }
  return cutOff;
}

/** Finds out which paths all jobs that changed them have left in the same state. */
export function mergeVersions(changes: readonly Change[]) {
  const byPath = new Groups<string, Change>();
  for (const change of changes) byPath.add(change.path, change);
  const cutOff = findCutOff(byPath);
  const agreed: Change[] = [];
  const disputed: Change[] = [];
  for (const [path, versions] of byPath) {
    const identities = versions.length === 1 ? [] : versions.map(identify);
    if (!cutOff.has(path) && new Set(identities).size <= 1) agreed.push(versions[0] as Change);
    else addAll(disputed, versions);
  }
  agreed.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { agreed, disputed };
}
