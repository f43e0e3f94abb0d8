import { digestOf } from "./compare-tree.js";
import type { Version } from "./place-entry.js";
import type { TreeChange } from "./tree-change.js";

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

/** What changes come to. */
export interface MergedChanges {
  /** in one version each, sorted by path */
  readonly agreed: readonly Change[];
  readonly disputed: readonly Change[];
}

async function identify({ change, version }: Change): Promise<string> {
  if (change === "deleted" || !version) return "deleted";
  const content = version.kind === "file" ? await digestOf(version.source) : version.link;
  return `${version.kind} ${version.mode} ${content}`;
}

/** Finds out which paths all jobs that changed them have left in the same state. */
export async function mergeVersions(changes: readonly Change[]): Promise<MergedChanges> {
  const byPath = new Map<string, Change[]>();
  for (const change of changes) {
    const others = byPath.get(change.path);
    if (others) others.push(change);
    else byPath.set(change.path, [change]);
  }
  const agreed: Change[] = [];
  const disputed: Change[] = [];
  for (const versions of byPath.values()) {
    const identities = versions.length === 1 ? [] : await Promise.all(versions.map(identify));
    if (new Set(identities).size <= 1) agreed.push(versions[0] as Change);
    else disputed.push(...versions);
  }
  agreed.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { agreed, disputed };
}
