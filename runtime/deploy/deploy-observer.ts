import type { PutRight } from "../results/put-right.js";
import type { Reason } from "../results/select-jobs.js";
import type { Run } from "../run/run-folder.js";
import type { CollectedTree } from "../trees/collect-tree.js";

/** How far a run is. */
export interface Progress {
  readonly jobs: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** what the target says of its managers, in words; empty if nothing */
  readonly explanation: string;
}

/** Whoever watches a deploy. */
export interface DeployObserver {
  /** another process may be at work, and it takes some seconds to find out */
  waiting(message: string): void;
  selected(facts: {
    total: number;
    wanted: number;
    cached: number;
    reasons: ReadonlyMap<Reason, number>;
    slots?: number;
  }): void;
  staging(staged: number, jobs: number): void;
  /** bytes that have gone to the target, of so many */
  sending(bytes: number, of: number): void;
  /** a connection broke; the next try is after a pause in milliseconds */
  reconnecting(message: string, pause: number): void;
  /** something that people should know, in words */
  noted(message: string): void;
  launched(run: Run): void;
  /** A run of an earlier deploy still goes on, and is followed. */
  rejoined(run: Run): void;
  restarted(run: Run, message: string): void;
  /** a copy that jobs share was changed by one of them, and has been made anew; which, in words */
  copyRestored(run: Run, message: string): void;
  /** what the jobs have changed in their tree is home */
  treeCollected(home: CollectedTree): void;
  /** a node takes no more work; what happened there, in words */
  badNode(message: string): void;
  /** working folders of a run that has ended could not be removed, and why */
  untidied(run: Run, message: string): void;
  /** a run has results that cannot be gathered: no whole bundle of it is known any more */
  lost(run: Run): void;
  /** a job is done, and yet there is something to say of it */
  remarked(job: string, message: string): void;
  /** results/ has been put right before jobs run */
  putRight(done: PutRight): void;
  progress(progress: Progress): void;
}
