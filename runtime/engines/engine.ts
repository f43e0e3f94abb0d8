import type { Run } from "../runs/run-folder.js";

/** What is known of the managers of a run. */
export type EngineState =
  /** at least one works on it, or is about to */
  | "running"
  /** none does */
  | "gone";

export interface LastWords {
  /** why it stopped, by a word as in a journal's `finish` line; undefined if it was killed */
  readonly reason: string | undefined;
  readonly detail: string;
}

/** How managers get going on a target: directly, or by a scheduler. */
export interface Engine {
  /** Starts what is to work on a run; it goes on when this process ends. */
  launch(run: Run): Promise<void>;
  state(run: Run): EngineState;
  /** Asks the managers to end their jobs and leave; resolves when they have. */
  stop(run: Run): Promise<void>;
  /** Waits, in milliseconds, but no longer than until the manager that was launched here has ended. */
  rest(milliseconds: number): Promise<void>;
  /** Last words of a manager that could not write them into its journal. */
  lastWords(run: Run): LastWords;
}
