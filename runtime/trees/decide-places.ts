import { fileNameOf } from "../results/log-names.js";
import type { LocalTree } from "./local-tree.js";
import type { Change, Conflict, MergedChanges } from "./merge-versions.js";

/** What is to become of changes. */
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

/**
 * Decides what goes where.
 *
 * @param local the environment on this machine, if changes are to go into it
 */
export async function decidePlaces(
  { agreed, disputed }: MergedChanges,
  local: LocalTree | undefined,
): Promise<Decision> {
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
    judge(change, await local.whyNotRemove(change.path));
  }
  for (const change of agreed) {
    if (change.version) judge(change, await local.whyNotPut(change.path, change.version));
  }
  return { toResults, toApply, conflicts };
}
