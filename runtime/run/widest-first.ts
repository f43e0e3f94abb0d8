import { Groups } from "../../compiler/format/groups.js";
import type { Needs } from "../../compiler/format/needs.js";

/** What jobs compete for. */
const SHARED = ["cpus", "memoryMebibytes", "gpus"] as const;

type Shares = Pick<Needs, (typeof SHARED)[number]>;

/**
 * Jobs that need more come before others, since small ones fit into what is left beside them, and not the other way
 * round. Those that need most of one thing (cores, memory, GPUs) alternate with those that need most of another, so that
 * they run beside one another. Among equal ones the order stays.
 *
 * @param most what any job needs, of each
 */
export function widestFirst<T>(jobs: readonly T[], needsOf: (job: T) => Partial<Shares>, most: Shares): readonly T[] {
  const groups = new Groups<string, { readonly job: T; readonly share: number }>();
  for (const job of jobs) {
    const needs = needsOf(job);
    let widest: string = SHARED[0];
    let share = 0;
    for (const what of SHARED) {
      const part = most[what] > 0 ? (needs[what] ?? 0) / most[what] : 0;
      if (part > share) [widest, share] = [what, part];
    }
    groups.add(widest, { job, share });
  }
  const queues = [...groups.values()].map((group) => ({ jobs: group.sort((a, b) => b.share - a.share), taken: 0 }));
  const ordered: T[] = [];
  while (ordered.length < jobs.length) {
    const next = queues.reduce((a, b) => (b.taken / b.jobs.length < a.taken / a.jobs.length ? b : a));
    ordered.push((next.jobs[next.taken] as { readonly job: T }).job);
    next.taken += 1;
  }
  return ordered;
}
