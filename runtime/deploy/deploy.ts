import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BundleDescription } from "../../compiler/format/bundle.js";
import { errorCode } from "../../compiler/format/file-access.js";
import { makeReport } from "../results/report.js";
import { leaveOutRunningAgain } from "../results/running-again.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { readRun } from "../run/run-folder.js";
import { RuntimeProblem } from "../system/problem.js";
import { type OpenedTarget, openTarget } from "../target/open-target.js";
import { placeBundle } from "../transfer/stage-run.js";
import { heedRequests } from "../workspace/ask-to-leave.js";
import { lockState } from "../workspace/deploy-lock.js";
import { finishPutting } from "../workspace/files-together.js";
import { isWholeBundle } from "../workspace/whole-bundle.js";
import { knownBundles, targetDirectory } from "../workspace/workspace.js";
import { DeployRun } from "./deploy-run.js";
import type { DeployOptions, DeployOutcome, DeployResult } from "./types.js";

/** For how long a deploy waits for a host that is away, in milliseconds: over a weekend. */
const DEPLOY_PATIENCE = 4 * 24 * 3600 * 1000;

/** Runs what has to be run of a swarm on a target, and gathers the results. @throws RuntimeProblem */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { workspace, description, observer } = options;
  const unlock = await lockState(workspace.state, {
    target: options.target,
    waiting: observer.waiting,
    signal: options.signal,
  });
  finishPutting(workspace);
  const forget = heedRequests(workspace.state, options.askedToLeave);
  try {
    const bundle = join(targetDirectory(workspace, options.target), "next-bundle");
    takeBundle(options.bundle, description, bundle);
    const opened = await openTarget(workspace, description, {
      purpose: options.takeOver ? "take" : "own",
      waiting: observer.waiting,
      reconnecting: observer.reconnecting,
      patience: DEPLOY_PATIENCE,
      signal: options.signal,
      acceptNewHostKey: options.acceptNewHostKey,
    });
    try {
      const run = new DeployRun({ ...options, bundle }, opened);
      const outcome = withoutRunningAgain(await run.run(), options, opened);
      return { ...outcome, clusters: run.cluster(outcome.failures) };
    } finally {
      opened.close();
    }
  } finally {
    forget();
    unlock();
  }
}

/** Where managers go on without this process: what has failed before, and runs again, is pending. */
function withoutRunningAgain(
  result: DeployOutcome,
  { workspace, target }: DeployOptions,
  { files }: OpenedTarget,
): DeployOutcome {
  const { end, failures: before } = result;
  const run = end.how === "left" && before.length > 0 ? readRun(files.here, end.run) : undefined;
  const known = run && readEarlierRun(knownBundles(workspace, target, files.here), run);
  if (!run || !known?.isListed) return result;
  const { jobs, stale } = result.report;
  const atWork = [{ run: { target, number: run.number }, jobs: known.jobs.values() }];
  const { totals, failures } = leaveOutRunningAgain({ totals: jobs, failures: before }, atWork);
  return { ...result, failures, report: makeReport(target, totals, jobs, failures, stale) };
}

/**
 * Takes a copy of the bundle that a deploy was started with: what is built later, while this one still
 * follows an earlier run, is not run by it.
 *
 * @param to where the copy goes
 * @throws RuntimeProblem if the bundle is not the one that is described any more
 */
function takeBundle(bundle: string, description: BundleDescription, to: string): void {
  rmSync(to, { recursive: true, force: true });
  try {
    placeBundle(bundle, to);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    // It is being built anew at this very time.
  }
  if (!isWholeBundle(to, description.digest)) {
    throw new RuntimeProblem(
      `${bundle} was built anew, or edited, while it was being read`,
      "run the same command again",
    );
  }
}
