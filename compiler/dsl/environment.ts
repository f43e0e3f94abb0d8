import type { ShellCommand } from "./command.js";
import type { Tree } from "./tree.js";

/** A container image in which the command runs, by apptainer or singularity. */
export interface Container {
  /** a path on the target, or an address that apptainer knows (`docker://…`) */
  readonly image: string;
  /** further folders to be seen inside: `"/data"`, or `"/data:/mnt:ro"` */
  readonly binds?: readonly string[];
  /** which program runs it; apptainer unless given */
  readonly runtime?: "apptainer" | "singularity";
}

/** What is around a job's command. */
export interface Environment {
  /** environment variables of every job; their values are text, never expanded */
  readonly variables?: Readonly<Record<string, string | number>>;
  /** modules that are loaded once, when the manager starts */
  readonly modules?: readonly string[];
  readonly container?: Container;
  /** runs in each job's shell, right before the command; what it sets and defines, the command sees */
  readonly prepare?: ShellCommand | string | readonly string[];
  /** a tree of files in which the jobs run, instead of folders with their inputs alone */
  readonly tree?: Tree;
}

/** Why a try of a job ended, where it did not end well. */
export type RetryCause = "exit" | "signal" | "timeout" | "oom" | "missing-output";
