/** The folder below results that holds logs; no output may go there. */
export const LOG_FOLDER = "_logs";

/** Names right below results that Locusts keeps for its own. */
export const RESERVED_RESULTS: readonly string[] = ["jobs.tsv", "outputs.tsv", LOG_FOLDER];

/** Would a path below results lie where Locusts keeps its own? The case of letters alone is no difference on every disk. */
export function isReserved(path: string): boolean {
  return RESERVED_RESULTS.includes((path.split("/", 1)[0] as string).toLowerCase());
}

/** Why a try of a job ended. */
export const CAUSES = [
  "ok",
  "exit",
  "signal",
  "timeout",
  "oom",
  "walltime",
  "node",
  "missing-output",
  "stopped",
] as const;

export type Cause = (typeof CAUSES)[number];

/** What is known of an output: its bytes, or why it was not collected. */
export type OutputState = number | "missing" | "invalid";
