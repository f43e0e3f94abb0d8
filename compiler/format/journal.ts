/**
 * What a try has used, as far as it is known: microseconds of processor time, bytes of memory at most, bytes that
 * were read from disks and written to them.
 */
const METER_COLUMNS = ["cpu", "memory", "read", "written"] as const;

const ENDED = [
  ...["job", "attempt", "cause", "exit_code", "start", "end"],
  ...METER_COLUMNS,
  ...["place", "outputs", "detail"],
] as const;

/**
 * The lines of a manager's journal: what happened, then these columns, separated by tabs; a line that is
 * whole ends with a column of its own that holds a dot. Times are milliseconds since 1970, `-` is nothing.
 */
export const JOURNAL = {
  manager: ["incarnation", "host", "pid", "cores"],
  slot: ["slot", "pid"],
  chunk: ["chunk", "claim"],
  start: ["job", "attempt", "slot", "place", "start"],
  done: ENDED,
  failed: ENDED,
  again: ENDED,
  stopped: ENDED,
  successor: ["allocation"],
  finish: ["reason", "detail"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type JournalEvent = keyof typeof JOURNAL;

/** How many fields a line has, with its first word and the dot. */
export function journalWidth(event: JournalEvent): number {
  return JOURNAL[event].length + 2;
}

/** `main` of `main.2`: a manager that ends and is started again keeps its name, and has a new incarnation. */
export function managerOf(incarnation: string): string {
  const at = incarnation.lastIndexOf(".");
  return at < 0 ? incarnation : incarnation.slice(0, at);
}

/** 2 of `main.2`. */
export function incarnationNumber(incarnation: string): number {
  return Number(incarnation.slice(incarnation.lastIndexOf(".") + 1));
}

/** The fields of a line as they are now: in journals of earlier versions it is not known what a try has used. */
export function upToDate(fields: readonly string[]): readonly string[] {
  const isEarlier = fields.length === journalWidth("done") - METER_COLUMNS.length;
  if (!isEarlier || JOURNAL[fields[0] as JournalEvent] !== ENDED) return fields;
  const at = 1 + ENDED.indexOf("cpu");
  return [...fields.slice(0, at), ...METER_COLUMNS.map(() => "-"), ...fields.slice(at)];
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
