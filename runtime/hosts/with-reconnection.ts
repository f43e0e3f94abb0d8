import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionLost } from "./script/script-run.js";
import { Unreachable } from "./ssh/problems.js";

/** In milliseconds. */
const LONGEST_PAUSE = 60_000;

/** What went on for so long before the connection broke, in milliseconds, had reached its host. */
const LONG_ENOUGH = 5000;

/** Does an action again, should the connection break in the middle of it. */
export type Persist = <T>(action: () => Promise<T>) => Promise<T>;

export interface Reconnection {
  /** for how long a host may be away before its ConnectionLost is passed on, in milliseconds */
  readonly patience: number;
  /** told before each pause, in milliseconds, and why there is one */
  readonly onPause?: (pause: number, lost: ConnectionLost) => void;
  /** ends a pause, and the trying */
  readonly signal?: AbortSignal;
  /** in milliseconds; 1 s unless given. Each is twice as long as the one before, as long as the host is away */
  readonly firstPause?: number;
  /** what goes on for longer had reached its host, in milliseconds; 5 s unless given */
  readonly longEnough?: number;
}

/**
 * Does something on a host, and does it again after a pause that grows each time, when the
 * connection broke. Only for what does no harm when it is done twice.
 *
 * @throws ConnectionLost when patience is at an end
 * @throws the signal's reason when it is aborted
 */
export async function withReconnection<T>(action: () => Promise<T>, options: Reconnection): Promise<T> {
  const { patience, onPause, signal, firstPause = 1000 } = options;
  let away: number | undefined;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    signal?.throwIfAborted();
    const begun = performance.now();
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      const now = performance.now();
      if (!(error.cause instanceof Unreachable) && now - begun > (options.longEnough ?? LONG_ENOUGH)) {
        away = undefined; // it was back: its patience begins anew
        pause = firstPause;
      }
      away ??= now;
      const left = patience - (performance.now() - away);
      if (left <= 0) throw error;
      const next = Math.min(pause, left);
      onPause?.(next, error);
      await sleep(next, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}
