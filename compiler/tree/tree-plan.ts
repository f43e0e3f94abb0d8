import type { BundledTree } from "../format/bundle.js";

export interface TreePlan extends Omit<BundledTree, "content"> {
  /** rules, which have been read and found to be good */
  readonly select: readonly string[];
  /** whether wildcards match names that begin with a dot */
  readonly hidden: boolean;
  /** rules for files that no job changes */
  readonly readOnly: readonly string[];
  /** whether what jobs change in it is found out and collected */
  readonly collects: boolean;
  /** where the definition says all this */
  readonly place: readonly (string | number)[];
}
