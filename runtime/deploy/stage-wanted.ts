import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "../results/ledger.js";
import { expectedTimes } from "../results/longest-first.js";
import type { Selection } from "../results/select-jobs.js";
import type { Run } from "../run/run-folder.js";
import { pilotsFor } from "../schedulers/pilots/pilot-scheduler.js";
import type { OpenedTarget } from "../target/open-target.js";
import { placeBundle, stageRun } from "../transfer/stage-run.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { isWholeBundle } from "../workspace/whole-bundle.js";
import { targetDirectory } from "../workspace/workspace.js";
import { preflight } from "./preflight.js";
import type { DeployOptions } from "./types.js";

/** Stages a run that no manager has begun. @param isFree whether its jobs may run in any order @throws RuntimeProblem if the target or an input is not as it has to be */
export async function stageWanted(
  opened: OpenedTarget,
  options: DeployOptions,
  { wanted: chosen, why }: Pick<Selection, "wanted" | "why">,
  isFree: boolean,
  ledger: Pick<Ledger, "get" | "lastOf" | "lastRun">,
): Promise<Run> {
  const { files } = opened;
  const { description, observer, workspace } = options;
  const { pilots, maxFailures } = description;
  const wanted = [...chosen.values()];
  await preflight(opened, options, wanted.length);
  const hasFailedBefore = (number: number) => why.get(number) === "failed before";
  const times = isFree ? expectedTimes(wanted, ledger) : undefined;
  const staged = await stageRun({
    bundle: options.bundle,
    description,
    sources: workspace.folder,
    files,
    wanted,
    managers: pilots ? pilotsFor(pilots, wanted.length) : 1,
    isFree,
    // Or the same ones would end each deploy before it comes to others.
    last: new Set(maxFailures === undefined ? [] : wanted.map(({ number }) => number).filter(hasFailedBefore)),
    lastRun: ledger.lastRun(options.target),
    ...(times && { times }),
    staged: (count) => observer.staging(count, wanted.length),
  });
  noteHere(options, files);
  return files.send(staged, (bytes, of) => observer.sending(bytes, of));
}

/** What was deployed is known here, too, where the target's folder is elsewhere. */
function noteHere({ bundle, workspace, target }: DeployOptions, files: TargetFiles): void {
  const home = join(targetDirectory(workspace, target), "bundle");
  if (home !== join(files.here, "bundle")) placeBundle(bundle, home);
}

/** Nothing has to run: this version is what `status` and `gather` are about now, not one that was deployed before. */
export function replaceBundle(options: DeployOptions, files: TargetFiles): void {
  const place = join(files.here, "bundle");
  const isDeployed = existsSync(place) && readdirSync(place).length > 0;
  const isHome = files.here === targetDirectory(options.workspace, options.target);
  if (isDeployed || isHome) restoreBundle(options, files);
}

/** Puts this bundle where the target's is, unless that is the same and whole. */
export function restoreBundle(options: DeployOptions, files: TargetFiles): void {
  const place = join(files.here, "bundle");
  if (isWholeBundle(place, options.description.digest)) return;
  placeBundle(options.bundle, place);
  noteHere(options, files);
}
