import type { PilotPlan } from "./swarm-plan.js";

/** Between SIGTERM and SIGKILL for a job, in seconds, where there is time for it. */
const MOST_GRACE = 10;
/** A job that takes this part of a pilot's time or more may waste much of it. */
const LONG_SHARE = 1 / 3;
/** A smaller part of it is not noted. */
const NOTED_SHARE = 0.1;

type PilotTime = Pick<PilotPlan, "walltimeSeconds" | "closingSeconds">;

/** Between SIGTERM and SIGKILL for a job of a pilot, in seconds. */
export function graceSeconds(pilots: Pick<PilotPlan, "closingSeconds"> | undefined): number {
  return pilots ? Math.min(MOST_GRACE, Math.floor(pilots.closingSeconds / 3)) : MOST_GRACE;
}

/** Seconds before a pilot's end by which no job runs any more. */
export function spareSeconds(closingSeconds: number): number {
  if (closingSeconds < 30) return 5;
  return closingSeconds < 180 ? Math.floor(closingSeconds / 6) : 30;
}

export function longestJob(pilots: PilotTime): number {
  return pilots.walltimeSeconds - graceSeconds(pilots) - spareSeconds(pilots.closingSeconds);
}

/** The part of a pilot's time that is lost if each job takes its whole limit; 0 if it is too little to be noted. */
export function lostShare(pilots: PilotTime, timeSeconds: number): number {
  const { walltimeSeconds } = pilots;
  if (timeSeconds < walltimeSeconds * LONG_SHARE) return 0;
  const fit = Math.floor(longestJob(pilots) / timeSeconds);
  const lost = 1 - (fit * timeSeconds) / walltimeSeconds;
  return lost < NOTED_SHARE ? 0 : lost;
}
