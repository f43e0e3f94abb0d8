import { countOf, formatBytes } from "../../../compiler/format/amounts.js";
import { type BundleDescription, collectedTree } from "../../../compiler/format/bundle.js";
import { printableName } from "../../../compiler/format/control-characters.js";
import { Groups } from "../../../compiler/format/groups.js";
import { RESULT_TABLES } from "../../../compiler/format/results.js";
import type { CollectedTree } from "../../trees/collect-tree.js";
import { CONFLICTS_FOLDER, type Conflict, TREE_FOLDER } from "../../trees/decide-places.js";
import type { Workspace } from "../../workspace/workspace.js";
import type { TreeDocument } from "./documents.js";
import type { Voice } from "./terminal.js";
import { fromHere } from "./where.js";

/** So many changes are listed by a preview, and so many conflicts by anything. */
const MOST_LISTED = 20;

const SIGNS = { created: "+", changed: "~", deleted: "-" } as const;

function countChanges({ changes }: CollectedTree): string {
  const counts = { created: 0, changed: 0, deleted: 0 };
  let bytes = 0;
  for (const { change, bytes: size } of changes) {
    counts[change] += 1;
    bytes += size;
  }
  return `${counts.created} created, ${counts.changed} changed, ${counts.deleted} deleted (${formatBytes(bytes)})`;
}

function sayConflicts(terminal: Voice, workspace: Workspace, tree: CollectedTree): void {
  const results = fromHere(workspace.results);
  const byPath = new Groups<string, Conflict>();
  for (const conflict of tree.conflicts) byPath.add(conflict.change.path, conflict);
  for (const [path, versions] of [...byPath].slice(0, MOST_LISTED)) {
    const { why, kept } = versions[0] as Conflict;
    const jobs = versions.length > 1 ? ` (${countOf(versions.length, "job")})` : "";
    const place =
      versions.length > 1
        ? `; every version is kept below ${results}/${CONFLICTS_FOLDER}`
        : kept === undefined
          ? ""
          : `; the other version is kept: ${results}/${printableName(kept)}`;
    terminal.say(`  ${terminal.colors.yellow("conflict:")} ${printableName(path)}: ${why}${jobs}${place}`);
  }
  const more = byPath.size - MOST_LISTED;
  if (more > 0) terminal.say(`  and ${more} more, in ${results}/${RESULT_TABLES.conflicts.file}`);
}

export function sayCollectedTree(terminal: Voice, workspace: Workspace, tree: CollectedTree): void {
  const results = fromHere(workspace.results);
  terminal.say(`the tree: ${countChanges(tree)}, listed in ${results}/${RESULT_TABLES.changes.file}`);
  if (tree.applied !== undefined) {
    terminal.say(`  ${countOf(tree.applied, "change")} applied to ${fromHere(tree.root)} on this machine`);
  }
  sayConflicts(terminal, workspace, tree);
}

export function sayTreePreview(terminal: Voice, workspace: Workspace, tree: CollectedTree): void {
  terminal.say(`the tree: ${countChanges(tree)}`);
  for (const { path, change, kind, job } of tree.changes.slice(0, MOST_LISTED)) {
    terminal.say(
      `  ${SIGNS[change]} ${printableName(path)}${kind === "folder" ? "/" : ""}${job === "" ? "" : ` (${job})`}`,
    );
  }
  const more = tree.changes.length - MOST_LISTED;
  if (more > 0) terminal.say(`  and ${more} more`);
  if (tree.applied === undefined)
    terminal.say(`  gather would bring it to ${fromHere(workspace.results, TREE_FOLDER)}`);
  else
    terminal.say(`  gather would apply ${countOf(tree.applied, "change")} to ${fromHere(tree.root)} on this machine`);
  sayConflicts(terminal, workspace, tree);
}

/** What documents say of trees: nothing of a swarm whose jobs collect none. */
export function describeTrees(swarm: Pick<BundleDescription, "tree">, trees: readonly CollectedTree[]) {
  return collectedTree(swarm) ? { trees: trees.map(describeCollectedTree) } : {};
}

export function describeCollectedTree(tree: CollectedTree): TreeDocument {
  return {
    changes: tree.changes.map(({ path, change, kind, bytes, job }) => ({
      path,
      change,
      kind,
      bytes,
      ...(job === "" ? {} : { job }),
    })),
    conflicts: tree.conflicts.map(({ change, why, kept }) => ({
      path: change.path,
      why,
      kept: kept ?? null,
      ...(change.job === "" ? {} : { job: change.job }),
    })),
    applied: tree.applied ?? null,
  };
}
