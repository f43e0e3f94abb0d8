import type { JobResult } from "../results/ledger.js";
import type { SwarmReport } from "../results/report.js";
import type { CollectedTree } from "../trees/collect-tree.js";

/** How a deploy ended. */
export type DeployEnd =
  | { readonly how: "complete" }
  /** what an earlier run has changed was applied, and the bundle is of the tree before that: to be built anew */
  | { readonly how: "outdated" }
  /** the user asked for it, and the manager has stopped */
  | { readonly how: "interrupted" }
  /** the managers go on without this process */
  | { readonly how: "left"; readonly run: number }
  /** the manager stopped before all was done */
  | { readonly how: "stopped"; readonly reason: string; readonly detail: string };

export interface DeployResult {
  readonly report: SwarmReport;
  readonly end: DeployEnd;
  /** the failures of this deploy */
  readonly failures: readonly JobResult[];
  /** finished in this deploy */
  readonly finished: number;
  /** what came of the trees of runs that ended in this deploy */
  readonly trees: readonly CollectedTree[];
}
