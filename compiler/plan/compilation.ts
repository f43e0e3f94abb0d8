import type { LoadedDefinition } from "../load/index.js";
import type { Enumeration } from "../survey/sources/enumerate-jobs.js";
import type { SwarmPlan } from "./swarm-plan.js";

/** A definition that is known to be good, but for its data. */
export interface Compilation {
  readonly loaded: LoadedDefinition;
  readonly plan: SwarmPlan;
  readonly enumeration: Enumeration;
}
