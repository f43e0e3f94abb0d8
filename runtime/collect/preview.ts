import { collectedTree } from "../../compiler/format/bundle.js";
import { treeNameOf } from "../results/job-state.js";
import type { EndedTry } from "../run/journal.js";
import { listRunJobs } from "../run/run-folder.js";
import { type CollectedTree, collectTree } from "../trees/collect-tree.js";
import { type DeployedSwarm, openRuns, viewRun } from "./deployed-swarm.js";

/**
 * Looks at what the jobs have changed in their trees, and says what `gather` would do with it; nothing is
 * written but into Locusts' own folder.
 */
export async function previewTrees(deployed: DeployedSwarm) {
  const { workspace, files, description } = deployed;
  const trees: CollectedTree[] = [];
  let unfinished = 0; // runs in whose trees jobs are still to run
  if (!collectedTree(description)) return { trees, unfinished };
  for (const run of openRuns(deployed)) {
    if (run.digest !== description.digest) continue;
    const { active, state, ended } = await viewRun(deployed, run);
    if (state.phase(active, true) !== "over") {
      unfinished += 1;
      continue;
    }
    const done = new Map<string, EndedTry>();
    const numbers = new Set(listRunJobs(run));
    for (const job of deployed.jobs()) {
      const last = numbers.has(job.number) ? ended.get(job.number) : undefined;
      if (last?.event === "done") done.set(treeNameOf(job, description), last);
    }
    trees.push(await collectTree({ run, files, description, workspace, done, isOver: true, write: false }));
  }
  return { trees, unfinished };
}
