import type { Totals } from "../results/result-tables.js";

/*
 * What a report shows, as data: made from the bundle, the ledger and the jobs in one pass each, and drawn by the page.
 * Times are milliseconds since 1970, durations seconds, amounts of memory bytes.
 */

export interface SwarmFacts {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly target: string;
  /** how and where it runs, in words */
  readonly place: string;
  readonly command: string;
  /** variables that its jobs get, as `NAME=value` */
  readonly environment: readonly string[];
  readonly params: readonly string[];
  readonly locusts: string;
  readonly machinery: string;
  readonly digest: string;
  readonly asked: Asked;
}

/** What every job may use, or, where jobs differ, at most. */
export interface Asked {
  readonly isMost: boolean;
  readonly cpus: number | undefined;
  readonly memory: number | undefined;
  readonly seconds: number | undefined;
}

export interface Counts extends Totals {
  readonly running: number;
}

/** What the jobs that are done have used together. */
export interface UsageTotals {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly mostMemory: number | undefined;
}

/** A part of the time in which something ran: those between them are left out. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** the first of its bins, and how many it has */
  readonly bin: number;
  readonly bins: number;
  /** the runs that it holds, as `local/3` */
  readonly runs: readonly string[];
}

/** A row of the timeline: a slot of a manager on a host, or all slots of one where there are too many. */
export interface Lane {
  readonly host: string;
  readonly manager: string;
  /** undefined: all of them together */
  readonly slot: string | undefined;
  /** how many slots it stands for */
  readonly slots: number;
}

/** What lies behind a cell, beside how busy it is. */
export const TROUBLE = { none: 0, again: 1, failed: 2 } as const;

/** How busy a cell is goes from 0 to this. */
export const FULLY_BUSY = 63;

export interface Timeline {
  readonly segments: readonly Segment[];
  /** runs before the first segment, which are not drawn */
  readonly earlierRuns: number;
  readonly lanes: readonly Lane[];
  /** lanes that are not drawn, since there are too many */
  readonly moreLanes: number;
  /** by lane, then by bin: how busy it is, and `TROUBLE` times 64 */
  readonly cells: readonly (readonly number[])[];
  /** how many jobs ran at a time, on average, by bin */
  readonly running: readonly number[];
  /** every try, by lane; undefined if there are too many to name each */
  readonly tries: Tries | undefined;
}

/** Tries by lane, in the order in which they began. */
export interface Tries {
  /** how many each lane has */
  readonly counts: readonly number[];
  /** milliseconds since the one before in its lane began, or since the first segment's start */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  /** their jobs' places among all of them, from 0; -1 if the definition no longer has it */
  readonly jobs: readonly number[];
}

/** What ran on one manager of one host. */
export interface Place {
  readonly host: string;
  readonly manager: string;
  readonly slots: number;
  readonly tries: number;
  readonly failed: number;
  readonly busySeconds: number;
  /** of the time in which its runs went on */
  readonly busyShare: number;
}

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly done: number;
  readonly failed: number;
}

/** How a measure is spread over all jobs of which it is known. */
export interface Distribution {
  readonly measure: "seconds" | "peak_memory" | "cpus";
  readonly known: number;
  readonly bars: readonly Bar[];
  readonly isLogarithmic: boolean;
  readonly least: number;
  readonly median: number;
  readonly ninetieth: number;
  readonly most: number;
  /** what was asked for */
  readonly asked: number | undefined;
  /** jobs have asked for that at most */
  readonly isMost: boolean;
}

/** A column of the table of jobs. */
export type JobColumn = {
  readonly name: string;
  readonly kind: "text" | "count" | "seconds" | "bytes";
} & (
  | { readonly values: readonly (number | string | null)[] }
  /** few values: those that there are, and which of them each job has */
  | { readonly words: readonly string[]; readonly at: readonly number[] }
);

/** The jobs as the page has them: all of them, or some if there are too many. */
export interface JobTable {
  readonly columns: readonly JobColumn[];
  readonly rows: number;
  /** where it has some of the jobs alone, their places among all */
  readonly places: readonly number[] | undefined;
  readonly total: number;
}

/** Jobs that have failed alike. */
export interface FailureGroup {
  readonly count: number;
  readonly title: string;
  readonly advice: string | undefined;
  /** what these jobs have in common, and those that are done have not */
  readonly common: readonly string[];
  /** one of them, and the end of what it printed */
  readonly example: string;
  readonly printed: string;
  /** some of their names */
  readonly jobs: readonly string[];
}

/** A job that runs. */
export interface RunningRow {
  readonly name: string;
  readonly host: string;
  readonly since: number;
}

export interface ReportData {
  readonly swarm: SwarmFacts;
  readonly written: number;
  /** whether a deploy follows it at this very time, and writes it anew */
  readonly live: boolean;
  readonly counts: Counts;
  readonly used: UsageTotals;
  readonly places: readonly Place[];
  readonly timeline: Timeline | undefined;
  readonly distributions: readonly Distribution[];
  readonly failures: readonly FailureGroup[];
  readonly jobs: JobTable;
  /** those that run longest, first */
  readonly running: readonly RunningRow[];
}
