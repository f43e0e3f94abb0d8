import { join } from "node:path";
import {
  describedIn,
  readBundleDescription,
  readBundledJobs,
  refuseOtherSchema,
} from "../../compiler/format/bundle.js";
import { namesIn } from "../../compiler/format/file-access.js";
import type { FailedSwarm } from "../results/failures/cluster-swarm.js";
import { Ledger } from "../results/ledger.js";
import { Results } from "../results/results.js";
import type { EndedTry } from "../run/journal.js";
import { isClosed, type Run, readRuns } from "../run/run-folder.js";
import { RunState } from "../run/run-state.js";
import { RuntimeProblem } from "../system/problem.js";
import { type OpenOptions, openTarget, type TargetFacts } from "../target/open-target.js";
import { lockByAsking } from "../workspace/ask-to-leave.js";
import { type AtWork, type LockOptions, lockState } from "../workspace/deploy-lock.js";
import { finishPutting } from "../workspace/files-together.js";
import { isWholeBundle } from "../workspace/whole-bundle.js";
import { bundleFolder, knownBundles, prepareState, targetDirectory, type Workspace } from "../workspace/workspace.js";

/** A swarm as it was last deployed to a target; known without compiling its definition. */
export type DeployedSwarm = Readonly<Awaited<ReturnType<typeof openTargetOf>>>;

export function deployedTargets({ state }: Workspace): string[] {
  const names = namesIn(state).sort();
  return names.filter((target) => namesIn(join(state, target, "bundle")).length > 0);
}

/** Targets elsewhere that the committed bundles know of: another checkout may have deployed to them. */
function bundledTargets(workspace: Workspace): string[] {
  const access = (target: string) => describedIn(bundleFolder(workspace, target))?.access ?? null;
  return namesIn(join(workspace.home, "bundle"))
    .sort()
    .filter((target) => access(target) !== null);
}

/** The first of the bundles that are known that is as it was when it was built. @throws RuntimeProblem if none is */
function findWhole(workspace: Workspace, target: string, here: string): string {
  const bundles = knownBundles(workspace, target, here);
  const whole = bundles.find((folder) => isWholeBundle(folder, describedIn(folder)?.digest ?? ""));
  if (whole !== undefined) return whole;
  for (const folder of bundles) refuseOtherSchema(folder);
  if (!deployedTargets(workspace).includes(target)) {
    throw new RuntimeProblem(
      `nothing has been deployed from here to ${target} yet, and ${bundleFolder(workspace, target)} is not as it was built`,
      "build it anew: locusts build",
    );
  }
  throw new RuntimeProblem(
    `the bundle that was deployed to ${target} is damaged`,
    "locusts deploy puts it right; if that fails too, locusts clean --reset is the way out",
  );
}

export interface OpenDeployedOptions extends Pick<OpenOptions, "reconnecting">, LockOptions {
  /** have it alone, to change something: no other process does at the same time */
  readonly change: boolean;
  /** a process that is at work here is asked to leave, and waited for; told once of whom */
  readonly asked?: (atWork: AtWork) => void;
  /** the caller has locked the state already */
  readonly isLocked?: boolean;
}

/**
 * Opens what was deployed, from here or, on a target elsewhere, from another checkout.
 *
 * @param wanted a target's name; undefined: the only one, else `local`
 * @throws RuntimeProblem if nothing was, if it is not clear which target is meant, if it cannot be reached,
 *   or, where something is to be changed, if another process is at work or the folder is a copy of its owner
 */
export async function openDeployed(
  workspace: Workspace,
  wanted: string | undefined,
  options: OpenDeployedOptions,
): Promise<DeployedSwarm> {
  finishPutting(workspace);
  const deployed = deployedTargets(workspace);
  const targets =
    deployed.length > 0 && (wanted === undefined || deployed.includes(wanted)) ? deployed : bundledTargets(workspace);
  const target = wanted ?? (targets.length === 1 ? targets[0] : targets.includes("local") ? "local" : undefined);
  if (targets.length === 0 || (wanted !== undefined && !targets.includes(wanted))) {
    throw new RuntimeProblem(
      `nothing has been deployed from ${workspace.definition}${wanted === undefined ? "" : ` to ${wanted}`} yet`,
      deployed.length > 0 ? `there is something on ${deployed.join(", ")}` : "run: locusts deploy",
    );
  }
  if (target === undefined) {
    throw new RuntimeProblem(`several targets are in use; choose one with --target: ${targets.join(", ")}`);
  }
  const facts = readBundleDescription(findWhole(workspace, target, targetDirectory(workspace, target)));
  let unlock = () => {};
  if (options.change && options.isLocked !== true) {
    prepareState(workspace);
    const lock = { ...options, target };
    unlock = options.asked
      ? await lockByAsking(workspace.state, lock, options.asked)
      : await lockState(workspace.state, lock);
  }
  try {
    return await openTargetOf(workspace, target, facts, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openTargetOf(
  workspace: Workspace,
  target: string,
  facts: TargetFacts,
  options: OpenDeployedOptions,
  unlock: () => void,
) {
  const opened = await openTarget(workspace, facts, { ...options, purpose: "look" });
  try {
    const { files } = opened;
    if (options.change && opened.original !== undefined) throw isCopy(workspace, opened.original);
    await files.fetchRunMetadata();
    if (namesIn(join(files.here, "bundle")).length === 0) {
      throw new RuntimeProblem(
        `nothing of ${facts.swarm} is in ${files.there} on ${target} at the moment`,
        "is its file system mounted, and was it moved? If nothing is to be there: locusts deploy",
      );
    }
    const bundle = findWhole(workspace, target, files.here);
    const description = readBundleDescription(bundle);
    const ledger = Ledger.open(workspace.state);
    return {
      workspace,
      target,
      files,
      /** a whole copy of the bundle that was deployed */
      bundle,
      /** whether what is on the target belongs to this checkout */
      mine: opened.mine,
      isShared: opened.isShared,
      description,
      ledger,
      results: new Results(workspace.results, workspace.state, ledger),
      scheduler: opened.scheduler,
      host: opened.host,
      /** oldest first */
      runs: readRuns(files.here),
      jobs: () => readBundledJobs(bundle, description),
      /** ends the connection, if there is one */
      close() {
        opened.close();
        unlock();
      },
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function isCopy(workspace: Workspace, original: string): RuntimeProblem {
  return new RuntimeProblem(
    `${workspace.folder} is a copy of ${original}, and what runs there was begun from ${original}`,
    "do this from there, or take it over: locusts deploy --take-over",
  );
}

/** A deployed swarm, for what its failures are like. */
export function asFailedSwarm({ workspace, description, ledger, jobs }: DeployedSwarm): FailedSwarm {
  return { folder: workspace.results, description, ledger, jobs };
}

export function openRuns(deployed: DeployedSwarm): Run[] {
  return deployed.runs.filter((run) => !isClosed(run));
}

/** What a run is at: who works on it, and what its journals say, read from their beginning as they are on the target now. */
export async function viewRun({ files, scheduler }: Pick<DeployedSwarm, "files" | "scheduler">, run: Run) {
  // Asked before the journals are read, so that nothing written in between is missed.
  const { active, explanation } = await scheduler.status(run);
  const ahead = await files.readJournals(run);
  const ended = new Map<number, EndedTry>();
  const state = new RunState(run);
  state.ahead = ahead;
  state.read((end) => ended.set(end.number, end));
  return { run, active, explanation, state, ended };
}
