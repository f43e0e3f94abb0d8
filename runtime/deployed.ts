import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledJob,
  readBundleDescription,
  readBundledJobs,
} from "../compiler/format/bundle.js";
import { DirectEngine } from "./engines/direct.js";
import type { Engine } from "./engines/engine.js";
import { type EndedTry, JournalReader } from "./runs/journal.js";
import { isClosed, listRuns, type Run, readRun } from "./runs/run-folder.js";
import { Ledger } from "./state/ledger.js";
import { RuntimeProblem, targetDirectory, type Workspace } from "./workspace.js";

/** A swarm as it was last deployed to a target; known without compiling its definition. */
export interface Deployed {
  readonly workspace: Workspace;
  readonly target: string;
  /** the target's own directory */
  readonly directory: string;
  readonly description: BundleDescription;
  readonly ledger: Ledger;
  readonly engine: Engine;
  /** oldest first */
  readonly runs: readonly Run[];
  jobs(): Iterable<BundledJob>;
}

/** The targets to which something was deployed. */
function deployedTargets(workspace: Workspace): string[] {
  try {
    return readdirSync(workspace.state, { withFileTypes: true })
      .filter(
        (entry) =>
          entry.isDirectory() && existsSync(join(workspace.state, entry.name, "bundle", BUNDLE_FILES.description)),
      )
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/**
 * Opens what was deployed.
 *
 * @param wanted a target's name; undefined: the only one, else `local`
 * @throws RuntimeProblem if nothing was, or if it is not clear which target is meant
 */
export function openDeployed(workspace: Workspace, wanted: string | undefined): Deployed {
  const targets = deployedTargets(workspace);
  const target = wanted ?? (targets.length === 1 ? targets[0] : targets.includes("local") ? "local" : undefined);
  if (targets.length === 0 || (wanted !== undefined && !targets.includes(wanted))) {
    throw new RuntimeProblem(
      `nothing has been deployed from ${workspace.folder}${wanted === undefined ? "" : ` to ${wanted}`} yet`,
      targets.length > 0 ? `there is something on ${targets.join(", ")}` : "run: locusts deploy",
    );
  }
  if (target === undefined) {
    throw new RuntimeProblem(`several targets are in use; choose one with --target: ${targets.join(", ")}`);
  }
  const directory = targetDirectory(workspace, target);
  const bundle = join(directory, "bundle");
  const description = readBundleDescription(bundle);
  return {
    workspace,
    target,
    directory,
    description,
    ledger: Ledger.open(workspace.state),
    engine: new DirectEngine(),
    runs: listRuns(directory).flatMap((number) => readRun(directory, number) ?? []),
    jobs: () => readBundledJobs(bundle, description),
  };
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

/** Reads a run's journals from their beginning. */
export function viewRun(run: Run): RunView {
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
