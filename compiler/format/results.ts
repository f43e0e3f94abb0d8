export const LOG_FOLDER = "_logs";

/**
 * The tables right below results, with the columns that each begins with, whatever the swarm: by these it is known as
 * Locusts' own. `jobs.tsv` has the params after the name, and then what is known of its result; the two last ones, of trees,
 * have the job at the end if each has a tree of its own.
 */
export const RESULT_TABLES = {
  jobs: { file: "jobs.tsv", columns: ["name"] },
  outputs: { file: "outputs.tsv", columns: ["job", "output", "status", "path", "bytes"] },
  changes: { file: "changes.tsv", columns: ["path", "change", "kind", "bytes"] },
  conflicts: { file: "conflicts.tsv", columns: ["path", "why", "kept"] },
} as const;

/** What has no value in them: the word that statistics programs take for it. */
export const NO_VALUE = "NA";

/** The table of jobs once more, with types. */
export const JOBS_PARQUET = "jobs.parquet";

/** By this, in its footer, a Parquet file is known as one that Locusts has written. */
export const PARQUET_MARK = "locusts ";

/** The page for people, and the script with its news while it is live. */
export const REPORT_FILES = { page: "report.html", news: "report-live.js" } as const;

/** Names right below results that Locusts keeps for its own. */
export const RESERVED_RESULTS: readonly string[] = [
  RESULT_TABLES.jobs.file,
  RESULT_TABLES.outputs.file,
  JOBS_PARQUET,
  ...Object.values(REPORT_FILES),
  LOG_FOLDER,
];

/** Would a path below results lie where Locusts keeps its own? The case of letters alone is no difference on every disk. */
export function isReserved(path: string): boolean {
  return RESERVED_RESULTS.includes((path.split("/", 1)[0] as string).toLowerCase());
}

export const CAUSES = [
  "ok",
  "exit",
  "signal",
  "timeout",
  "oom",
  "walltime",
  "node",
  "missing-output",
  "invalid-output",
  "stopped",
] as const;

export type Cause = (typeof CAUSES)[number];

/** What is known of an output: its bytes, or why it was not collected. */
export type OutputState = number | "missing" | "invalid";

/** What a try has used, as far as it could be measured. */
export interface Usage {
  /** processor time, of programs and of the system for them: of all processes that somebody has waited for */
  readonly cpuSeconds: number | undefined;
  /** bytes that all its processes had together at a time, looked at once a second: unknown of quick jobs */
  readonly peakMemory: number | undefined;
  /** bytes that were read from disks, and not from memory */
  readonly readBytes: number | undefined;
  /** bytes that were written, or were to be, to disks */
  readonly writtenBytes: number | undefined;
}

/** A try of a job that has ended, and was not the last one. Times are milliseconds since 1970. */
export interface PastTry {
  readonly start: number;
  readonly end: number;
  /** which incarnation of a manager ran it, and in which of its slots; empty where it is not known */
  readonly manager: string;
  readonly slot: string;
}
