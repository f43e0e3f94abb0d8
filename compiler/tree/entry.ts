import type { BundledTreeEntry } from "../format/bundle.js";

export interface TreeEntry extends BundledTreeEntry {
  /** all its permission bits; those of the owner alone are the same in every checkout */
  readonly mode: number;
  /** when it was last modified, in nanoseconds; no two checkouts have the same */
  readonly mtimeNs: bigint;
}

/** What its owner may do with a file or folder, as `ls` shows it: `rw-`. */
export function ownerRights(mode: number): string {
  return `${mode & 0o400 ? "r" : "-"}${mode & 0o200 ? "w" : "-"}${mode & 0o100 ? "x" : "-"}`;
}
