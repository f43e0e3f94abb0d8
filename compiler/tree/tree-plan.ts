import type { TreeMode } from "../format/tree-mode.js";

export interface TreePlan {
  readonly mode: TreeMode;
  /** on this machine, from the definition's folder; with `inPlace` on the target */
  readonly root: string;
  /** from the root; "." is the root */
  readonly workdir: string;
  /** rules, which have been read and found to be good */
  readonly select: readonly string[];
  /** whether wildcards match names that begin with a dot */
  readonly hidden: boolean;
  /** rules for files that no job changes */
  readonly readOnly: readonly string[];
  readonly apply: boolean;
  /** whether what jobs change in it is found out and collected */
  readonly collects: boolean;
  /** where the definition says all this */
  readonly place: readonly (string | number)[];
}
