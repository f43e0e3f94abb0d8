export type TreeMode =
  /** what is selected is replicated on the target once, and all jobs run in that copy */
  | "copy"
  /** the tree lies on the target already: all jobs run right there, in the original */
  | "inPlace"
  /** each job has a tree of its own, in which it sees what is selected as it was at first */
  | "perJob";
