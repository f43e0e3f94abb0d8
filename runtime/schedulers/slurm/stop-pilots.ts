import { setTimeout as sleep } from "node:timers/promises";
import type { BundledPilots } from "../../../compiler/format/bundle.js";
import type { Host } from "../../hosts/host.js";
import type { Run } from "../../run/run-folder.js";
import { RuntimeProblem } from "../../system/problem.js";
import { loadSlurmScript } from "./slurm-scripts.js";

/** How long pilots that were cancelled may take to leave, in milliseconds. */
const MOST_LEAVING = 180_000;
/** How long SLURM's controller may be away, in milliseconds: nothing is lost by not waiting for it. */
const MOST_AWAY = 20_000;
/** What a pilot that was at work has sent to SLURM before it ended is in the queue by then, in milliseconds. */
const LATE_SUCCESSOR = 1500;
/** The exit code of scripts for a controller that does not answer. */
const NO_CONTROLLER = 40;
/** More of them are not listed in a sentence. */
const MOST_NAMED = 20;

/** Whose pilots are to be stopped. */
export interface Stopping {
  readonly host: Host;
  /** does an action again, should the connection break in the middle of it */
  readonly persist: <T>(action: () => Promise<T>) => Promise<T>;
  /** the swarm's folder on the target */
  readonly there: string;
  readonly pilots: Pick<BundledPilots, "nodesMaySubmit">;
  readonly run: Run;
  /** how the names of its pilots begin */
  readonly name: string;
}

interface Answer {
  /** whether SLURM's controller has answered */
  readonly isThere: boolean;
  readonly left: readonly { readonly id: string; readonly state: string }[];
}

async function cancel(
  { host, persist, there, pilots, run, name }: Stopping,
  before: Iterable<string>,
): Promise<Answer> {
  const args = [there, String(run.number), name, ` ${[...before].join(" ")} `, pilots.nodesMaySubmit ? "1" : ""];
  const ended = await persist(() => host.run(loadSlurmScript("cancel"), args));
  if (ended.code !== 0 && ended.code !== NO_CONTROLLER) {
    throw new RuntimeProblem(`${host.name}: the pilots cannot be cancelled: ${ended.stderr.trim()}`);
  }
  const rows = ended.stdout.split("\n").filter((line) => line !== "");
  const left = rows.map((line) => {
    const [id = "", state = ""] = line.split("|");
    return { id, state };
  });
  return { isThere: ended.code === 0, left };
}

/**
 * Stops the pilots of a run: those that run, those that wait, and those that are just being submitted.
 *
 * @param hurry aborted: whoever waits for it does not want to any longer
 * @returns whether there were any
 * @throws RuntimeProblem that names those that may be left
 */
export async function stopPilots(stopping: Stopping, hurry?: AbortSignal): Promise<boolean> {
  const begun = Date.now();
  let heard = begun;
  const cancelled = new Set<string>();
  let wasAtWork = false;
  let last: Answer = { isThere: false, left: [] };
  const nobodyWaits = untilAborted(hurry);
  for (let pause = 200; ; pause = Math.min(3000, pause * 1.5)) {
    const answer = await Promise.race([cancel(stopping, cancelled), nobodyWaits]);
    if (answer === "aborted") throw areLeft(last.left, false, "nobody has waited for SLURM's answer", NOT_KNOWN);
    last = answer;
    const { isThere, left } = answer;
    if (isThere) {
      heard = Date.now();
      if (left.length === 0 && !wasAtWork) return cancelled.size > 0;
      for (const { id } of left) cancelled.add(id);
    }
    if (hurry?.aborted) throw areLeft(left, isThere, "they were cancelled, and nobody has waited for their end");
    if (Date.now() - heard > MOST_AWAY) throw areLeft(left, isThere, "SLURM's controller does not answer");
    if (Date.now() - begun > MOST_LEAVING) throw areLeft(left, isThere, "SLURM has cancelled them, and still has them");
    // One that was at work may have submitted its successor at the last moment.
    await sleep(isThere && left.length === 0 ? LATE_SUCCESSOR : pause, undefined, hurry ? { signal: hurry } : {}).catch(
      () => {},
    );
    wasAtWork = left.some(({ state }) => state !== "PENDING");
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

function areLeft(left: Answer["left"], isThere: boolean, why: string, hint = MARKED): RuntimeProblem {
  const ids = left.map(({ id }) => id);
  const named = ids.slice(0, MOST_NAMED).join(", ") + (ids.length > MOST_NAMED ? ", …" : "");
  return new RuntimeProblem(
    `${isThere ? "pilots are left" : "pilots may be left"}${named === "" ? "" : `: ${named}`}; ${why}`,
    hint,
  );
}
