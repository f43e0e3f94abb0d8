/**
 * The lines of a manager's journal: what happened, then these columns, separated by tabs; a line that is
 * whole ends with a column of its own that holds a dot. Times are milliseconds since 1970, `-` is nothing.
 */
export const JOURNAL = {
  manager: ["incarnation", "host", "pid", "cores"],
  slot: ["slot", "pid"],
  chunk: ["chunk", "claim"],
  start: ["job", "attempt", "slot", "place", "start"],
  done: ["job", "attempt", "cause", "exit_code", "start", "end", "place", "outputs", "detail"],
  failed: ["job", "attempt", "cause", "exit_code", "start", "end", "place", "outputs", "detail"],
  again: ["job", "attempt", "cause", "exit_code", "start", "end", "place", "outputs", "detail"],
  stopped: ["job", "attempt", "cause", "exit_code", "start", "end", "place", "outputs", "detail"],
  successor: ["allocation"],
  finish: ["reason", "detail"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type JournalEvent = keyof typeof JOURNAL;

export function journalWidth(event: JournalEvent): number {
  return JOURNAL[event].length + 2;
}

export const MANAGER_EXITS = {
  finished: 0,
  /** wrong usage, or an error: the bash is too old, say */
  error: 1,
  /** another one runs */
  running: 4,
  disk_full: 5,
  too_many_failures: 6,
  /** its time has ended with work left, and no successor goes on */
  walltime: 7,
  /** everything fails on this machine */
  bad_node: 8,
  /** the run's folder has gone away */
  lost: 9,
  signal: 143,
} as const;
