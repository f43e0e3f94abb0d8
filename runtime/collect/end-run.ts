import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { collectedTree } from "../../compiler/format/bundle.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import type { Results } from "../results/results.js";
import { closeRun, type Run } from "../run/run-folder.js";
import { messageOf } from "../system/system-errors.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { collectTree } from "../trees/collect-tree.js";
import type { Workspace } from "../workspace/workspace.js";
import type { RunFollower } from "./follow-run.js";

/** The file that says that a run is still to be tidied, and which folders stay: NUL-terminated paths below work/. */
function untidiedFile(run: Run): string {
  return join(run.folder, "untidied");
}

/**
 * Ends a run that no manager works on any more, and of which everything was collected: what its jobs have changed in
 * their tree is collected too. `tidyRun` is to follow, now or later.
 *
 * @returns what became of the tree of its jobs, if they had one
 * @param isOver whether all its jobs have ended: changes of a tree are applied only then
 * @param isMine whether it is this checkout's: another one's is its own to tidy, which has not collected it yet
 */
export async function endRun(
  follower: RunFollower,
  workspace: Workspace,
  { isOver, isMine = true }: { readonly isOver: boolean; readonly isMine?: boolean },
) {
  const { run, files, description, results: known } = follower.options;
  const done = follower.doneTries;
  const tree = collectedTree(description)
    ? await collectTree({ run, files, description, workspace, done, isOver, write: true })
    : undefined;
  if (!isMine) return tree;
  // Until now the journals and work folders had it all; from here on what is written down here.
  known.sync();
  const keep = [...follower.failedPlaces, ...(tree?.staying ?? [])];
  writeAtomically(untidiedFile(run), keep.map((place) => `${place}\0`).join(""));
  closeRun(run);
  return tree;
}

/**
 * Removes the working folders of a run that has ended, but for those of failed jobs and what could not be collected;
 * nothing, if that was done before.
 *
 * @returns what could not be removed, as a text, which is no reason to stop: the next deploy tries it once more
 */
export async function tidyRun(run: Run, files: TargetFiles, results: Results): Promise<string | undefined> {
  const path = untidiedFile(run);
  if (!existsSync(path)) return undefined;
  const keep = readFileSync(path, "utf8").split("\0").slice(0, -1);
  try {
    await files.removeWork(run, keep);
  } catch (error) {
    return messageOf(error);
  }
  rmSync(path, { force: true });
  results.takeFinalStamps();
  return undefined;
}
