import type { ChangeRow } from "../results/change-tables.js";
import type { Difference } from "./listing.js";

/** What jobs have done to a path of their tree. */
export interface TreeChange extends ChangeRow {
  readonly mode: number;
  readonly link: string;
  /** where its content is on the target, below the run's `work/` */
  readonly at: string;
}

/** Names that this program could not write as they are. */
export function isUnreadable(path: string): boolean {
  return path.includes("\ufffd");
}

/** Could a difference be one of time alone? */
export function isUncertain({ before, after }: Difference): boolean {
  return before?.kind === "file" && after?.kind === "file" && before.bytes === after.bytes;
}

export function changeOf({ path, before, after }: Difference, job: string, at: string): TreeChange {
  const now = after ?? before;
  if (!now) throw new Error(`nothing is known of ${path}`);
  return {
    path,
    change: after ? (before ? "changed" : "created") : "deleted",
    kind: now.kind,
    bytes: after?.kind === "file" ? after.bytes : 0,
    mode: now.mode,
    link: after?.link ?? "",
    job,
    at,
  };
}
