import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeProblem } from "../../system/problem.js";
import type { BatchSystem, CancelAnswer, PilotsOfRun } from "./batch-system.js";

/** How long pilots that were cancelled may take to leave, in milliseconds. */
const MOST_LEAVING = 180_000;
/** How long the batch system may be away, in milliseconds: nothing is lost by not waiting for it. */
const MOST_AWAY = 20_000;
/** What a pilot that was at work has submitted before it ended is in the queue by then, in milliseconds. */
const LATE_SUCCESSOR = 1500;
const MOST_NAMED = 20;

/**
 * Stops the pilots of a run: those that run, those that wait, and those that are just being submitted.
 *
 * @param hurry aborted: whoever waits for it does not want to any longer
 * @returns whether there were any
 * @throws RuntimeProblem that names those that may be left
 */
export async function stopPilots(system: BatchSystem, pilots: PilotsOfRun, hurry?: AbortSignal): Promise<boolean> {
  const begun = Date.now();
  let heard = begun;
  const cancelled = new Set<string>();
  let wasAtWork = false;
  let last: CancelAnswer = { isThere: false, left: [] };
  const nobodyWaits = untilAborted(hurry);
  for (let pause = 200; ; pause = Math.min(3000, pause * 1.5)) {
    const answer = await Promise.race([system.cancel(pilots, cancelled), nobodyWaits]);
    if (answer === "aborted")
      throw areLeft(last.left, false, `nobody has waited for ${system.name}'s answer`, NOT_KNOWN);
    last = answer;
    const { isThere, left } = answer;
    if (isThere) {
      heard = Date.now();
      if (left.length === 0 && !wasAtWork) return cancelled.size > 0;
      for (const { id } of left) cancelled.add(id);
    }
    if (hurry?.aborted) throw areLeft(left, isThere, "they were cancelled, and nobody has waited for their end");
    if (Date.now() - heard > MOST_AWAY) throw areLeft(left, isThere, `${system.name}'s controller does not answer`);
    if (Date.now() - begun > MOST_LEAVING)
      throw areLeft(left, isThere, `${system.name} has cancelled them, and still has them`);
    // One that was at work may have submitted its successor at the last moment.
    await sleep(isThere && left.length === 0 ? LATE_SUCCESSOR : pause, undefined, hurry ? { signal: hurry } : {}).catch(
      () => {},
    );
    wasAtWork = left.some(({ isPending }) => !isPending);
  }
}

/** Resolves when the signal is aborted, and never without one. */
function untilAborted(signal: AbortSignal | undefined): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve("aborted");
    signal?.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}

const MARKED =
  "none of them begins another job, by a mark in the run's folder; run the same command again in some minutes";
const NOT_KNOWN = "whether they were told to end is not known; run the same command again";

function areLeft(left: CancelAnswer["left"], isThere: boolean, why: string, hint = MARKED): RuntimeProblem {
  const ids = left.map(({ id }) => id);
  const named = ids.slice(0, MOST_NAMED).join(", ") + (ids.length > MOST_NAMED ? ", …" : "");
  return new RuntimeProblem(
    `${isThere ? "pilots are left" : "pilots may be left"}${named === "" ? "" : `: ${named}`}; ${why}`,
    hint,
  );
}
