import type { TreeMode } from "../format/tree-mode.js";

interface TreeWorkdir {
  /** where every job runs, from the tree's root; the root itself unless given */
  readonly workdir?: string;
}

interface TreeSelection extends TreeWorkdir {
  /** the tree's root on this machine, from the definition's folder */
  readonly root: string;
  /**
   * what of it the jobs get: rules of which the last one that matches decides. A folder's name is
   * the folder alone, `data/*.txt` files right in it, `data/**` all of it; `!cache` leaves out a
   * path with all that is in it, `!!cache` its files, but keeps its folders.
   */
  readonly select: readonly string[];
  /** whether wildcards of rules match names that begin with a dot, too; false unless given */
  readonly hidden?: boolean;
  /** whether `gather` puts what has changed into the root on this machine; false unless given */
  readonly apply?: boolean;
}

/** One copy on the target for all jobs. */
export interface CopiedTreeOptions extends TreeSelection {
  readonly mode?: "copy";
  readonly readOnly?: undefined;
}

/** A copy for each job. */
export interface PerJobTreeOptions extends TreeSelection {
  readonly mode: "perJob";
  /** rules for selected files that no job changes, so that all jobs may share them */
  readonly readOnly?: readonly string[];
}

/** The original, which lies on the target: nothing is selected or sent, and jobs change it. */
export interface InPlaceTreeOptions extends TreeWorkdir {
  readonly mode: "inPlace";
  /** its path on the target; a relative one starts at the definition's folder */
  readonly root: string;
  readonly select?: undefined;
  readonly hidden?: undefined;
  readonly apply?: undefined;
  readonly readOnly?: undefined;
}

export type TreeOptions = CopiedTreeOptions | PerJobTreeOptions | InPlaceTreeOptions;

/** A tree of files that jobs run in, with every default filled in; `tree` makes it. */
export class Tree {
  readonly mode: TreeMode;
  readonly root: string;
  readonly workdir: string;
  readonly select: readonly string[];
  readonly hidden: boolean;
  readonly readOnly: readonly string[];
  readonly apply: boolean;

  /** @internal */
  constructor(options: TreeOptions) {
    this.mode = options.mode ?? "copy";
    this.root = options.root;
    this.workdir = options.workdir ?? ".";
    this.select = options.select ?? [];
    this.hidden = options.hidden ?? false;
    this.readOnly = options.readOnly ?? [];
    this.apply = options.apply ?? false;
  }
}

/**
 * A tree of files that jobs run in, in the place of a folder with their inputs alone: for programs that move files
 * about, read data by relative paths, or write next to what they read.
 *
 * @example tree({ root: "environment", workdir: "scripts", select: ["scripts/**", "data/*.txt", "!data/big.txt",
 *   "logs/"], })
 */
export function tree(options: TreeOptions): Tree {
  return new Tree(options);
}
