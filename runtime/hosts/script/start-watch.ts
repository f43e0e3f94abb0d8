import type { Readable } from "node:stream";
import { explainNoStart, type NoStart } from "./explain-start.js";
import { NOT_READ } from "./packed-script.js";
import { ConnectionLost, type StartedScript } from "./script-run.js";

/** How long logins at a host may take before they run what they were given, and what is known of those before. */
export interface StartLimits {
  /** in milliseconds; then standard input is ended, to see whether it waits for that */
  readonly timeout?: number | undefined;
  /** told once when it takes long, in words */
  onSlow?: ((message: string) => void) | undefined;
  /** whether it has gone well on this host before: then it is worth another try; undefined where no login is needed */
  hasWorked?: boolean;
  /** whether words that came instead of the script's mean that it was not begun, and may be tried again */
  readonly isRefused?: ((said: string) => boolean) | undefined;
}

/** More of what a script says on standard error is not kept, in characters. */
const STDERR_KEPT = 1_000_000;
/** In milliseconds; logins of busy clusters take many seconds. */
const START_TIMEOUT = 60_000;
/** What has waited for input ends, or goes on, within this time when there is none, in milliseconds. */
const AFTER_INPUT = 5000;
/** What goes on within this time after the end of input has waited for it, in milliseconds. */
const AT_ONCE = 700;
/** People are told of a login that takes longer, in milliseconds. */
const SLOW = 10_000;

/** Sees to it that nobody waits for ever for a login that does not run its command. */
export class StartWatch {
  #timers: NodeJS.Timeout[] = [];
  #inputEnded: number | undefined;
  #wasAtOnce = false;
  #hasStderr = false;
  #stderr = "";
  readonly #timeout: number;
  /** what has been said instead, up to now */
  noise: () => string = () => "";

  constructor(
    readonly started: StartedScript,
    readonly name: string,
    readonly limits: StartLimits,
    readonly fail: (error: unknown) => void,
  ) {
    this.#timeout = limits.timeout ?? START_TIMEOUT;
    this.#after(this.#timeout, () => this.#endInput());
    if (limits.onSlow) {
      const message = `${name} lets us log in, and takes long to begin a command: are the start files of the login there slow?`;
      this.#after(SLOW, () => {
        limits.onSlow?.(message);
        limits.onSlow = undefined;
      });
    }
  }

  #after(milliseconds: number, action: () => void): void {
    this.#timers.push(setTimeout(action, milliseconds));
  }

  #endInput(): void {
    this.#inputEnded = performance.now();
    this.started.stdin.end();
    this.#after(AFTER_INPUT, () => this.fail(this.#explain("silent")));
  }

  #explain(how: NoStart): Error {
    const problem = explainNoStart(this.name, how, this.noise(), this.#timeout / 1000);
    return this.limits.hasWorked ? new ConnectionLost(problem.message, { cause: problem }) : problem;
  }

  /** The command has begun. @returns whether it can still be told what to do */
  begun(): boolean {
    this.end();
    this.#wasAtOnce = this.#inputEnded !== undefined && performance.now() - this.#inputEnded < AT_ONCE;
    return this.#inputEnded === undefined;
  }

  /** What is wrong with a script whose streams have ended; nothing, if it ran. */
  problem(hasMark: boolean): Error | undefined {
    const hasWaited = this.#inputEnded !== undefined;
    if (hasMark && hasWaited) return this.#explain(this.#wasAtOnce ? "read" : "slow");
    // Once scripts have been read there, something else has ended this one.
    const isDeaf = this.limits.hasWorked === false && this.#stderr === `${NOT_READ}\n`;
    if (hasMark) return isDeaf ? this.#explain("deaf") : undefined;
    if (this.#hasStderr) return this.#explain("mute");
    return hasWaited ? this.#explain("waited") : explainNoStart(this.name, "ended", this.noise(), 0);
  }

  /** Keeps what the script itself says on standard error. */
  collect(stream: Readable): void {
    this.#hasStderr = true;
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      if (this.#stderr.length < STDERR_KEPT) this.#stderr += chunk;
    });
  }

  collected(): string {
    return this.#stderr;
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
