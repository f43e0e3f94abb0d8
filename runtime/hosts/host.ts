import type { Readable, Writable } from "node:stream";

/** How a script on a host ended. */
export interface Ended {
  /** 128 + signal if a signal ended it */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** what the script reads from its standard input; nothing unless given */
  readonly input?: Buffer | Readable;
  /** takes the script's standard output as it comes; else it is in `stdout`, as UTF-8 */
  readonly output?: Writable;
  /** how long it may take, in milliseconds; then it is given up with a `ConnectionLost` */
  readonly timeout?: number;
}

/**
 * A machine that bash scripts can be run on: this one, or another over ssh.
 *
 * What a shell's start-up files print is not part of the output, and the login shell may be any.
 */
export interface Host {
  /** what it is called in messages */
  readonly name: string;
  /**
   * Runs a bash script.
   *
   * @param words what it finds in `$1`, `$2` …: data, whatever they hold
   * @throws ConnectionLost if the connection broke before it ended; what it did is not known then
   * @throws RuntimeProblem if the host cannot be reached, is not the one that is known, or refuses the login
   */
  run(script: string, words?: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Ends the connection; a later `run` makes a new one, and asks nobody for what was answered before. */
  close(): void;
}

/** A connection broke, or was silent for too long: worth another try. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
