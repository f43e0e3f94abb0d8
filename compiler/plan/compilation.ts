import type { ShellPart } from "../dsl/command.js";
import type { LoadedDefinition } from "../load/index.js";
import type { Problem } from "../problem/problem.js";
import type { Enumeration } from "../survey/sources/enumerate-jobs.js";
import type { SwarmPlan } from "./swarm-plan.js";

export interface Compilation {
  readonly loaded: LoadedDefinition;
  readonly plan: SwarmPlan;
  readonly enumeration: Enumeration;
  /** what may be wrong with the command */
  readonly notes: readonly Problem[];
  /** what is wrong with where jobs come from, where those of a bundle stand in for them: their data are not there */
  readonly standsInFor?: readonly Problem[] | undefined;
  /** what the command was put together from; undefined where it is a program, or has mistakes */
  readonly parts?: readonly ShellPart[] | undefined;
}
