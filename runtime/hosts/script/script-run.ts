import type { Readable, Writable } from "node:stream";

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

/** A connection broke, or was silent for too long: worth another try. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** A packed script that has just been started, here or elsewhere. */
export interface StartedScript {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** How it ended, when its streams have ended too. @throws ConnectionLost if that cannot be known any more */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Gives it up. */
  stop(): void;
}
