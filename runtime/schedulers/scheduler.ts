import type { Host } from "../hosts/host.js";
import type { Persist } from "../hosts/with-reconnection.js";
import type { Run } from "../run/run-folder.js";

export interface Site {
  readonly host: Host;
  readonly persist: Persist;
  readonly there: string;
}

export interface SchedulerState {
  /** whether at least one works on the run, or is about to */
  readonly active: boolean;
  /** what people want to know of it, in words: why pilots wait, say */
  readonly explanation: string;
  /** what people should know of what was done about them */
  readonly notes?: readonly string[];
}

export interface ExitExplanation {
  /** why it stopped, by a word as in a journal's `finish` line; undefined if it was killed */
  readonly reason: string | undefined;
  readonly detail: string;
  /** whether a scheduler has taken the machine from one that would have gone on */
  readonly wasTaken?: boolean;
}

/** How managers are started on a target, asked and ended: directly, or by a batch system. */
export interface Scheduler {
  /** whether managers go on when the user interrupts the deploy that started them */
  readonly outlivesInterrupt: boolean;
  /**
   * Starts what is to work on a run; it goes on when this process ends.
   *
   * @param left jobs that are not finished
   * @returns what people should know of how it was done
   * @throws RuntimeProblem if the target refuses
   */
  submit(run: Run, left: number): Promise<readonly string[]>;
  /** @param haveLeft whether all managers have left, as far as their journals say: then a change is near */
  status(run: Run, haveLeft?: boolean): Promise<SchedulerState>;
  /**
   * Makes sure that no manager begins while this process runs. Not needed where only a deploy of this checkout starts
   * some, which has the lock then.
   *
   * @returns false if one was quicker
   */
  hold?(run: Run): Promise<boolean>;
  /**
   * Asks the managers to end their jobs and leave; resolves when they have.
   *
   * @param hurry aborted: whoever waits for it does not want to any longer
   * @returns whether there were any
   * @throws RuntimeProblem if some may be left; it names them
   */
  cancel(run: Run, hurry?: AbortSignal): Promise<boolean>;
  /** When a manager has ended that was launched here, where that is known at once: nobody has to wait longer. */
  readonly ended?: Promise<void> | undefined;
  /** Last words of managers that could not write them into their journals. */
  explainExit(run: Run): Promise<ExitExplanation>;
  /** Between two looks, in milliseconds: at least, when something happens, and at most. */
  readonly pauses: readonly [shortest: number, longest: number];
}
