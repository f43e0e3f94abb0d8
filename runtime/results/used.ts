import type { JobResult } from "./ledger.js";

/** What the jobs of a deploy have used: for what they asked for, over all that are done and ran for long enough to be measured well. */
export interface UsedByJobs {
  readonly done: number;
  /** jobs that are done and ran for a second or longer: then it is known how much memory they had */
  readonly measured: number;
  /** bytes: the most that one of them had */
  readonly mostMemory: number;
  /** while this deploy was there; the rest is of jobs that have */
  readonly ended: number;
  /** of those */
  readonly tries: number;
  /** of all tries */
  readonly allSeconds: number;
  /** of last tries: of earlier ones it is not written down */
  readonly allCpuSeconds: number;
  /** of those that were measured */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export class Used implements UsedByJobs {
  done = 0;
  measured = 0;
  mostMemory = 0;
  ended = 0;
  tries = 0;
  allSeconds = 0;
  allCpuSeconds = 0;
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
