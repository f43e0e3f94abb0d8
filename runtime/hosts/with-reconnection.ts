import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionLost } from "./script/script-run.js";

/** In milliseconds. */
const LONGEST_PAUSE = 60_000;

/** Does an action again, should the connection break in the middle of it. */
export type Persist = <T>(action: () => Promise<T>) => Promise<T>;

export interface Reconnection {
  /** for how long a host may be away before its ConnectionLost is passed on, in milliseconds */
  readonly patience: number;
  /** told before each pause, in milliseconds, and why there is one */
  readonly onPause?: (pause: number, lost: ConnectionLost) => void;
  /** ends a pause, and the trying */
  readonly signal?: AbortSignal;
  /** in milliseconds; 1 s unless given. Each is twice as long as the one before */
  readonly firstPause?: number;
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
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      away ??= performance.now();
      const left = patience - (performance.now() - away);
      if (left <= 0) throw error;
      const next = Math.min(pause, left);
      onPause?.(next, error);
      await sleep(next, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}
