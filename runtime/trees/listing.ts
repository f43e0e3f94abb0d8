import type { ChangeRow } from "../results/change-tables.js";

/*
 * Listings of trees, as `create-tree.sh` and the manager write them: records that end with NUL,
 * `./path//kind bytes time mode link`. No path has two slashes in a row.
 */

/** `unreadable`: a file or folder whose permissions keep it, and what lies in it, from being read */
export type EntryKind = "file" | "folder" | "link" | "other" | "unreadable";

export interface Listed {
  readonly kind: EntryKind;
  /** of a file; else 0 */
  readonly bytes: number;
  readonly time: string;
  readonly mode: number;
  /** what a link leads to */
  readonly link: string;
}

/** A path of which a listing says something else than an earlier one did. */
export interface Difference {
  readonly path: string;
  readonly before: Listed | undefined;
  readonly after: Listed | undefined;
}

const KINDS: Readonly<Record<string, EntryKind>> = { f: "file", d: "folder", l: "link", x: "unreadable" };

function readFacts(text: string): Listed {
  const match = /^(\S) (\d+) (\S+) ([0-7]+) ([\s\S]*)$/.exec(text);
  if (!match) throw new Error(`${JSON.stringify(text)} is no record of a listing`);
  const [, kind, bytes, time, mode, link] = match as unknown as [string, string, string, string, string, string];
  return {
    kind: KINDS[kind] ?? "other",
    bytes: Number(bytes),
    time,
    mode: Number.parseInt(mode, 8) & 0o7777,
    link: kind === "l" ? link : "",
  };
}

/**
 * Reads what `comm` has left of two listings: the records that only one of them has, those of the
 * later one after a "+". Both records of a path stand side by side.
 *
 * @throws Error if it is anything else
 */
export function* readDifferences(text: Buffer): Generator<Difference> {
  let pending: { path: string; before: Listed | undefined; after: Listed | undefined } | undefined;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(0, at);
    if (end < 0) throw new Error("the list of changes is cut off");
    const record = text.toString("utf8", at, end);
    at = end + 1;
    const isAfter = record.startsWith("+");
    const middle = record.indexOf("//");
    const path = record.slice(isAfter ? 1 : 0, middle);
    if (middle < 0 || !path.startsWith("./")) throw new Error(`${JSON.stringify(record)} is no record of a listing`);
    const facts = readFacts(record.slice(middle + 2));
    const plain = path.slice(2);
    // Whoever sends this is not trusted: what it lists is written on this machine.
    if (plain.split("/").some((part) => part === "" || part === "." || part === "..")) {
      throw new Error(`${JSON.stringify(path)} is no plain path: nothing of the tree was written`);
    }
    if (pending && pending.path !== plain) {
      yield pending;
      pending = undefined;
    }
    pending ??= { path: plain, before: undefined, after: undefined };
    pending[isAfter ? "after" : "before"] = facts;
  }
  if (pending) yield pending;
}

/** What jobs have done to a path of their tree. */
export interface TreeChange extends ChangeRow {
  readonly mode: number;
  readonly link: string;
  /** where its content is on the target, below the run's `work/` */
  readonly at: string;
}

/** Why a change cannot come here, in words; undefined if it can. */
export function whyNotCollected({ path, change, kind }: TreeChange): string | undefined {
  if (path.includes("\ufffd")) return "its name is no UTF-8";
  if (kind === "unreadable" && change !== "deleted") return "its permissions keep it from being read";
  return undefined;
}

/** Leaves out what seems to be deleted in folders that cannot be read any more. */
export function withoutHidden(changes: readonly TreeChange[]): readonly TreeChange[] {
  const closed = changes.filter(({ kind, change }) => kind === "unreadable" && change !== "deleted");
  if (closed.length === 0) return changes;
  const isHidden = ({ path, job }: TreeChange) =>
    closed.some((other) => other.job === job && path.startsWith(`${other.path}/`));
  return changes.filter((change) => change.change !== "deleted" || !isHidden(change));
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
