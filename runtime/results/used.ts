import type { JobResult } from "./ledger.js";

/** What the jobs of a deploy have used: for what they asked for, over all that are done and ran for long enough to be measured well. */
export class Used {
  /** jobs that are done */
  done = 0;
  /** those of which it is known how much memory they had: they ran for a second or longer */
  measured = 0;
  /** the most bytes that one of them had */
  mostMemory = 0;
  /** that have ended */
  ended = 0;
  /** tries of those, and how long all of them took */
  tries = 0;
  allSeconds = 0;
  /** of the last try of each: of earlier ones it is not written down */
  allCpuSeconds = 0;
  /** of those that were measured */
  seconds = 0;
  cpuSeconds = 0;

  add({ status, seconds, cpuSeconds, peakMemory, earlier }: JobResult): void {
    this.ended += 1;
    this.tries += 1 + earlier.length;
    this.allSeconds += earlier.reduce((sum, { start, end }) => sum + Math.max(0, end - start) / 1000, seconds);
    this.allCpuSeconds += cpuSeconds ?? 0;
    if (status !== "done") return;
    this.done += 1;
    if (peakMemory === undefined || cpuSeconds === undefined) return;
    this.measured += 1;
    this.mostMemory = Math.max(this.mostMemory, peakMemory);
    this.seconds += seconds;
    this.cpuSeconds += cpuSeconds;
  }
}
