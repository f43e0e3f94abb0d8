import type { BundledJob } from "../../compiler/format/bundle.js";
import type { Ledger } from "./ledger.js";

/** Jobs of less than that, in seconds, are alike. */
const QUICK = 0.1;

/** The order of more jobs than that stays as it is: among so many, a long one at the end weighs little. */
const MOST_JOBS = 200_000;

/**
 * How long some jobs will take, in seconds, by their numbers: as long as they took before, or as others on average.
 * Undefined where that tells nothing, or their order matters.
 */
export function expectedTimes(
  jobs: readonly BundledJob[],
  ledger: Pick<Ledger, "get" | "lastOf">,
): ReadonlyMap<number, number> | undefined {
  if (jobs.length > MOST_JOBS) return undefined;
  const times = new Map<number, number>();
  let sum = 0;
  let longest = 0;
  for (const job of jobs) {
    const { key, number } = job;
    const last = [ledger.get(key), ledger.lastOf(job)].find((result) => result?.status === "done");
    if (!last) continue;
    times.set(number, last.seconds);
    sum += last.seconds;
    longest = Math.max(longest, last.seconds);
  }
  if (longest < 2 * QUICK) return undefined;
  const mean = sum / times.size;
  for (const { number } of jobs) if (!times.has(number)) times.set(number, mean);
  return times;
}

/** Jobs that take about twice as long come before others: what begins last is what ends last. Else their order stays. */
export function longestFirst<T>(jobs: readonly T[], seconds: (job: T) => number): readonly T[] {
  const rank = (job: T) => Math.floor(Math.log2(Math.max(seconds(job), QUICK) / QUICK));
  return [...jobs].sort((a, b) => rank(b) - rank(a));
}
