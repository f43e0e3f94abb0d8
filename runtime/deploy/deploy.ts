import { join } from "node:path";
import { openTarget } from "../target/open-target.js";
import { lockState } from "../workspace/deploy-lock.js";
import { targetDirectory } from "../workspace/workspace.js";
import type { DeployOptions } from "./deploy-options.js";
import type { DeployResult } from "./deploy-result.js";
import { DeployRun } from "./deploy-run.js";
import { takeBundle } from "./take-bundle.js";

/** For how long a deploy waits for a host that is away, in milliseconds: over a weekend. */
const DEPLOY_PATIENCE = 4 * 24 * 3600 * 1000;

/**
 * Runs what has to be run of a swarm on a target, and gathers the results.
 *
 * @throws RuntimeProblem
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { workspace, description, observer } = options;
  const unlock = await lockState(workspace.state, {
    waiting: (message) => observer.waiting(message),
    signal: options.signal,
  });
  try {
    const bundle = join(targetDirectory(workspace, options.target), "next-bundle");
    takeBundle(options.bundle, description, bundle);
    const opened = await openTarget(workspace, description, {
      purpose: options.takeOver ? "take" : "own",
      waiting: (message) => observer.waiting(message),
      reconnecting: (message, pause) => observer.reconnecting(message, pause),
      patience: DEPLOY_PATIENCE,
      signal: options.signal,
      acceptNewHostKey: options.acceptNewHostKey,
    });
    try {
      return await new DeployRun({ ...options, bundle }, opened).run();
    } finally {
      opened.close();
    }
  } finally {
    unlock();
  }
}
