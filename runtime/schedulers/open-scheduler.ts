import type { BundleDescription } from "../../compiler/format/bundle.js";
import type { BatchSystem, Site } from "./pilots/batch-system.js";
import { PilotScheduler } from "./pilots/pilot-scheduler.js";
import { RemoteScheduler } from "./remote.js";
import type { Scheduler } from "./scheduler.js";
import { Slurm } from "./slurm/slurm.js";

/** What pilots can run under, by the kind of a target. A new one is a folder here, and a line. */
export const BATCH_SYSTEMS: Record<string, (site: Site) => BatchSystem> = {
  slurm: (site) => new Slurm(site),
};

/**
 * What starts managers on a target elsewhere.
 *
 * @param jobName how the names of all pilots of this checkout's swarm begin
 */
export function openScheduler(
  { kind, pilots }: Pick<BundleDescription, "kind" | "pilots">,
  site: Site,
  jobName: string,
): Scheduler {
  const system = BATCH_SYSTEMS[kind]?.(site);
  return pilots && system ? new PilotScheduler(system, pilots, jobName) : new RemoteScheduler(site);
}
