import type { Ended, RunOptions } from "./script/script-run.js";

export interface HostOptions {
  /** take down host keys that nobody knows, as `StrictHostKeyChecking accept-new` does */
  readonly acceptNewHostKey?: boolean;
  /** how long a login may take before a command begins, in milliseconds */
  readonly startTimeout?: number;
  /** told once when a command takes long to begin, in words */
  readonly onSlowStart?: (message: string) => void;
}

/**
 * A machine that bash scripts can be run on: this one, or another over ssh.
 *
 * What a shell's start-up files print is not part of the output, and the login shell may be any.
 */
export interface Host {
  readonly name: string;
  /**
   * Runs a bash script.
   *
   * @param message what it finds in `$1`, `$2` …: data, whatever they hold
   * @throws ConnectionLost if the connection broke before it ended; what it did is not known then
   * @throws RuntimeProblem if the host cannot be reached, is not the one that is known, or refuses the login
   */
  run(script: string, message?: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Ends the connection; a later `run` makes a new one, and asks nobody for what was answered before. */
  close(): void;
}
