/** `fail`: deploy would not get through; `warn`: it may not, or not as it was meant. */
export type FindingStatus = "ok" | "warn" | "fail" | "skipped";

/** What one look at a target has found. */
export interface Finding {
  /** what was looked at: "bash", "walltime" … */
  readonly name: string;
  readonly status: FindingStatus;
  /** what was found, as half a sentence */
  readonly words: string;
  /** what to do about it; null where nothing has to be done */
  readonly hint: string | null;
}

export function ok(name: string, words: string): Finding {
  return { name, status: "ok", words, hint: null };
}

export function warn(name: string, words: string, hint: string | null = null): Finding {
  return { name, status: "warn", words, hint };
}

export function fail(name: string, words: string, hint: string | null = null): Finding {
  return { name, status: "fail", words, hint };
}

/** Something that could not be looked at. @param words why */
export function skipped(name: string, words: string): Finding {
  return { name, status: "skipped", words, hint: null };
}
