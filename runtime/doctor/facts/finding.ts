/** `fail`: deploy would not get through; `warn`: it may not, or not as it was meant. */
export type FindingStatus = "ok" | "warn" | "fail" | "skipped";

export interface Finding {
  /** what was looked at: "bash", "walltime" … */
  readonly name: string;
  readonly status: FindingStatus;
  /** what was found, as half a sentence */
  readonly message: string;
  /** what to do about it; null where nothing has to be done */
  readonly hint: string | null;
}

export function ok(name: string, message: string): Finding {
  return { name, status: "ok", message, hint: null };
}

export function warn(name: string, message: string, hint: string | null = null): Finding {
  return { name, status: "warn", message, hint };
}

export function fail(name: string, message: string, hint: string | null = null): Finding {
  return { name, status: "fail", message, hint };
}

/** Something that could not be looked at. @param message why */
export function skipped(name: string, message: string): Finding {
  return { name, status: "skipped", message, hint: null };
}
