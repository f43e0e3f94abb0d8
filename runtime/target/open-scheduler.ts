import type { BundleDescription } from "../../compiler/format/bundle.js";
import type { BatchSystem } from "../schedulers/pilots/batch-system.js";
import { PilotScheduler } from "../schedulers/pilots/pilot-scheduler.js";
import { RemoteScheduler } from "../schedulers/remote.js";
import type { Scheduler, Site } from "../schedulers/scheduler.js";
import { Slurm } from "../schedulers/slurm/slurm.js";

/** What pilots can run under, by the kind of a target. A new one is a folder in `schedulers/`, and a line here. */
export const BATCH_SYSTEMS: Record<string, (site: Site) => BatchSystem> = {
  slurm: (site) => new Slurm(site),
};

/** What starts managers on a target elsewhere. @param jobName how the names of this checkout's pilots begin */
export function openScheduler(
  { kind, pilots }: Pick<BundleDescription, "kind" | "pilots">,
  site: Site,
  jobName: string,
): Scheduler {
  const system = BATCH_SYSTEMS[kind]?.(site);
  return pilots && system ? new PilotScheduler(system, pilots, jobName) : new RemoteScheduler(site);
}
