import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledJob,
  readBundleDescription,
  readBundledJobs,
} from "../compiler/format/bundle.js";
import type { Engine } from "./engines/engine.js";
import { Results } from "./files/results.js";
import type { TargetFiles } from "./files/target-files.js";
import { type OpenOptions, openTarget, type TargetFacts } from "./open-target.js";
import { type EndedTry, JournalReader } from "./runs/journal.js";
import { isClosed, listRuns, type Run, readRun } from "./runs/run-folder.js";
import { type LockOptions, lockState } from "./state/deploy-lock.js";
import { Ledger } from "./state/ledger.js";
import { prepareState, RuntimeProblem, type Workspace } from "./workspace.js";

/** A swarm as it was last deployed to a target; known without compiling its definition. */
export interface Deployed {
  readonly workspace: Workspace;
  readonly target: string;
  readonly files: TargetFiles;
  /** whether what is on the target belongs to this checkout */
  readonly mine: boolean;
  readonly description: BundleDescription;
  readonly ledger: Ledger;
  readonly results: Results;
  readonly engine: Engine;
  /** oldest first */
  readonly runs: readonly Run[];
  jobs(): Iterable<BundledJob>;
  /** ends the connection, if there is one */
  close(): void;
}

/** The targets whose bundles lie in a folder, with the bundles' folders. */
function targetsIn(folder: string, bundleOf: (target: string) => string): Map<string, string> {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const bundles = names.map((name) => [name, join(folder, bundleOf(name))] as const);
  return new Map(bundles.filter(([, bundle]) => existsSync(join(bundle, BUNDLE_FILES.description))));
}

/** The targets to which something was deployed from here. */
function deployedTargets(workspace: Workspace): Map<string, string> {
  return targetsIn(workspace.state, (target) => join(target, "bundle"));
}

/** Targets elsewhere that the committed bundles know of: another checkout may have deployed to them. */
function bundledTargets(workspace: Workspace): Map<string, string> {
  const targets = targetsIn(join(workspace.folder, "bundle"), (target) => target);
  return new Map([...targets].filter(([, bundle]) => readBundleDescription(bundle).access !== null));
}

export interface OpenDeployedOptions extends Pick<OpenOptions, "reconnecting">, LockOptions {
  /** have it alone, to change something: no other process does at the same time */
  readonly change: boolean;
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
  options: OpenDeployedOptions = { change: false },
): Promise<Deployed> {
  const deployed = deployedTargets(workspace);
  const targets =
    deployed.size > 0 && (wanted === undefined || deployed.has(wanted)) ? deployed : bundledTargets(workspace);
  const names = [...targets.keys()];
  const target = wanted ?? (names.length === 1 ? names[0] : targets.has("local") ? "local" : undefined);
  if (targets.size === 0 || (wanted !== undefined && !targets.has(wanted))) {
    throw new RuntimeProblem(
      `nothing has been deployed from ${workspace.folder}${wanted === undefined ? "" : ` to ${wanted}`} yet`,
      deployed.size > 0 ? `there is something on ${[...deployed.keys()].join(", ")}` : "run: locusts deploy",
    );
  }
  if (target === undefined) {
    throw new RuntimeProblem(`several targets are in use; choose one with --target: ${names.join(", ")}`);
  }
  const facts = readBundleDescription(targets.get(target) as string);
  let unlock = () => {};
  if (options.change) {
    prepareState(workspace);
    unlock = await lockState(workspace.state, options);
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
): Promise<Deployed> {
  const opened = await openTarget(workspace, facts, { ...options, purpose: "look" });
  try {
    const { files } = opened;
    if (options.change && opened.original !== undefined) throw isCopy(workspace, opened.original);
    await files.adopt();
    const bundle = join(files.here, "bundle");
    if (!existsSync(join(bundle, BUNDLE_FILES.description))) {
      throw new RuntimeProblem(`nothing of ${facts.swarm} is on ${target} at the moment`, "run: locusts deploy");
    }
    const description = readBundleDescription(bundle);
    const ledger = Ledger.open(workspace.state);
    return {
      workspace,
      target,
      files,
      mine: opened.mine,
      description,
      ledger,
      results: new Results(workspace.results, workspace.state, ledger),
      engine: opened.engine,
      runs: listRuns(files.here).flatMap((number) => readRun(files.here, number) ?? []),
      jobs: () => readBundledJobs(bundle, description),
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

/** The runs of which not everything has come home yet. */
export function openRuns(deployed: Deployed): Run[] {
  return deployed.runs.filter((run) => !isClosed(run));
}

/** What the journals of a run say at the moment. */
export interface RunView {
  /** when each running job was started, in milliseconds since 1970 */
  readonly running: ReadonlyMap<number, number>;
  readonly ended: ReadonlyMap<number, EndedTry>;
}

/** Reads a run's journals from their beginning, as they are on the target now. */
export async function viewRun(deployed: Deployed, run: Run): Promise<RunView> {
  await deployed.files.look(run);
  const running = new Map<number, number>();
  const ended = new Map<number, EndedTry>();
  new JournalReader(run.folder).read({
    started: (number, _attempt, start) => {
      if (!ended.has(number)) running.set(number, start);
    },
    ended: (end) => {
      running.delete(end.number);
      if ((end.event === "done" || end.event === "failed") && !ended.has(end.number)) ended.set(end.number, end);
    },
    left: () => running.clear(),
  });
  return { running, ended };
}
