import type { BundleDescription } from "../../compiler/format/bundle.js";
import type { Progress } from "../collect/watch-run.js";
import type { TellFailures } from "../report/make-report-data.js";
import type { Failure } from "../results/failure.js";
import type { ShownCluster } from "../results/failures/cluster-swarm.js";
import type { NotRedone } from "../results/not-redone.js";
import type { PutRight } from "../results/put-right.js";
import type { FindNewKeys } from "../results/rename-keys.js";
import type { SwarmReport } from "../results/report.js";
import type { Choice, Reason } from "../results/select-jobs.js";
import type { Used } from "../results/used.js";
import type { CollectedTree } from "../trees/collect-tree.js";
import type { Workspace } from "../workspace/workspace.js";

/** How many jobs there are, and which of them a deploy runs. */
export interface SelectionFacts {
  readonly total: number;
  readonly wanted: number;
  readonly cached: number;
  /** to be run, and not by this deploy: not among those that were asked for, or beyond the limit */
  readonly left: number;
  readonly reasons: ReadonlyMap<Reason, number>;
}

export interface DeployObserver {
  /** another process may be at work, and it takes some seconds to find out */
  waiting(message: string): void;
  selected(facts: SelectionFacts): void;
  staging(staged: number, jobs: number): void;
  /** bytes that have gone to the target, of so many */
  sending(bytes: number, of: number): void;
  /** a connection broke; the next try is after a pause in milliseconds */
  reconnecting(message: string, pause: number): void;
  /** something that people should know, in words */
  noted(message: string): void;
  /** working folders of a run that has ended could not be removed, and why */
  untidied(message: string): void;
  /** a run has results that cannot be gathered: no whole bundle of it is known any more; its number */
  lost(run: number): void;
  /** a job is done, and yet there is something to say of it */
  remarked(job: string, message: string): void;
  /** results/ has been put right before jobs run */
  putRight(done: PutRight): void;
  progress(progress: Progress): void;
  /** all has been collected of a run that is over: what it needed goes now */
  tidying(): void;
}

export interface DeployOptions {
  readonly workspace: Workspace;
  readonly target: string;
  readonly bundle: string;
  readonly description: BundleDescription;
  /** finds the keys of jobs of which something is known by those that earlier versions gave them */
  readonly newKeysOf: FindNewKeys;
  readonly choice: Pick<Choice, "only" | "redo" | "limit">;
  readonly keepLogs: boolean;
  /** write the report, with failures put together so; undefined: leave it as it is */
  readonly report: TellFailures | undefined;
  /** leave when the managers have been started */
  readonly detach: boolean;
  /** have the swarm's folder on the target, whichever checkout it belonged to */
  readonly takeOver: boolean;
  /** remember the key of a host that was never seen before */
  readonly acceptNewHostKey: boolean;
  readonly observer: DeployObserver;
  /** aborted when the user asks to stop */
  readonly signal: AbortSignal;
  /** told when another process asks this one to leave: it is to be stopped then */
  readonly askedToLeave: () => void;
}

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

export interface DeployResult extends DeployOutcome {
  /** the failures by what they are like */
  readonly clusters: readonly ShownCluster[];
}

export interface DeployOutcome {
  readonly report: SwarmReport;
  readonly end: DeployEnd;
  readonly failures: readonly Failure[];
  /** finished in this deploy */
  readonly finished: number;
  /** if the run has not come to its end */
  readonly notRedone: NotRedone;
  /** how long it took, in seconds */
  readonly seconds: number;
  /** by those of these that have ended while it was here to see it, and by those that had ended before */
  readonly used: Used;
  readonly usedBefore: Used;
  /** what came of the trees of runs that ended in this deploy */
  readonly trees: readonly CollectedTree[];
}
