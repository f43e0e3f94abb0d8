import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { continueSuspended } from "../system/process.js";
import { AtWork, type LockOptions, lockState } from "./deploy-lock.js";

/** Whoever has the lock looks for a request this often, and whoever waits for the lock tries again, in milliseconds. */
const BETWEEN_LOOKS = 200;

/** By this file the owner of the lock is asked to leave, as by Ctrl-C. It is worth nothing to the next owner. */
function requestFile(stateFolder: string): string {
  return join(stateFolder, "leave");
}

/**
 * Has a process that has the lock find out when another one asks it to leave. To be called when the lock is taken.
 *
 * @param leave called once, when it is asked
 * @returns ends that
 */
export function heedRequests(stateFolder: string, leave: () => void): () => void {
  const request = requestFile(stateFolder);
  rmSync(request, { force: true });
  const timer = setInterval(() => {
    if (!existsSync(request)) return;
    clearInterval(timer);
    leave();
  }, BETWEEN_LOOKS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * As `lockState`; a process that is at work here is asked to leave, and waited for, unless it works on another target.
 *
 * @param asked told once of whom is asked
 */
export async function lockByAsking(
  stateFolder: string,
  options: LockOptions,
  asked: (atWork: AtWork) => void,
): Promise<() => void> {
  const request = requestFile(stateFolder);
  let told = false;
  for (;;) {
    try {
      const unlock = await lockState(stateFolder, options);
      rmSync(request, { force: true });
      return unlock;
    } catch (error) {
      if (!(error instanceof AtWork) || error.otherTarget !== undefined) throw error;
      if (!told) asked(error);
      told = true;
      if (!existsSync(request)) writeFileSync(request, "");
      if (error.owner) continueSuspended(error.owner); // or it would never see that
      await sleep(BETWEEN_LOOKS);
    }
  }
}
