import type { Run } from "../../run/run-folder.js";
import type { ExitExplanation } from "../scheduler.js";

export interface PilotsOfRun {
  readonly run: Run;
  readonly name: string;
  /** whether pilots submit their successors themselves, one after another */
  readonly nodesMaySubmit: boolean;
}

export type Phase = "pending" | "running" | "suspended" | "over";

export interface Queued {
  readonly id: string;
  readonly phase: Phase;
  readonly waitsFor: string;
  /** where its processes run at this moment, unless they do not, or are suspended */
  readonly node?: string | undefined;
}

export interface Submitted {
  readonly id: string;
  readonly first: number;
  readonly last: number;
}

export interface QueueAnswer {
  /** undefined: the batch system does not answer */
  readonly queued: readonly Queued[] | undefined;
  readonly submitted: readonly Submitted[];
  /** the heartbeat of each incarnation of a manager, or how it has left; by its name, such as `p1.2` */
  readonly heartbeats: ReadonlyMap<string, string>;
  /** the phases of those that are not in the queue, by their ids; without those of which there was no answer */
  readonly found: ReadonlyMap<string, Phase>;
  /** what was done about them, for people */
  readonly notes?: readonly string[];
}

/** The pilots that are left after some were cancelled. */
export interface CancelAnswer {
  /** whether the batch system has answered */
  readonly isThere: boolean;
  readonly left: readonly { readonly id: string; readonly isPending: boolean }[];
}

/**
 * What starts pilots on the nodes of a cluster. What all of these have in common, `PilotScheduler` does: how often
 * they are asked, what a silent pilot means, when the last one has left.
 */
export interface BatchSystem {
  readonly name: string;
  /**
   * Submits so many pilots, unless some of the run are there already: then an earlier call has done it.
   *
   * @returns what people should know of it
   * @throws RuntimeProblem if it refuses; some may have been taken
   */
  submit(pilots: PilotsOfRun, count: number): Promise<readonly string[]>;
  /** @param closely ask also for those that were submitted and are not in the queue */
  status(pilots: PilotsOfRun, closely: boolean): Promise<QueueAnswer>;
  /**
   * Leaves a mark by which no pilot begins another job, and cancels those that are in the queue.
   *
   * @param before those that were cancelled before: they are on their way out
   */
  cancel(pilots: PilotsOfRun, before: Iterable<string>): Promise<CancelAnswer>;
  /**
   * Cancels pilots of which nothing is heard any more, and leaves their nodes out from now on. Where there is no
   * such way, they are left until their time is over.
   *
   * @throws RuntimeProblem if it refuses
   */
  giveUp?(pilots: PilotsOfRun, silent: readonly Queued[]): Promise<void>;
  /** The command by which people have suspended pilots go on. */
  howToResume?(ids: readonly string[]): string;
  /** How pilots have ended that have not said so themselves. */
  explainExit(pilots: PilotsOfRun): Promise<ExitExplanation>;
}
