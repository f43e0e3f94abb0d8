import type { BundleDescription } from "../../compiler/format/bundle.js";
import type { Redo } from "../results/select-jobs.js";
import type { Workspace } from "../workspace/workspace.js";
import type { DeployObserver } from "./deploy-observer.js";

export interface DeployOptions {
  readonly workspace: Workspace;
  readonly target: string;
  /** the built bundle */
  readonly bundle: string;
  readonly description: BundleDescription;
  readonly redo: Redo;
  readonly limit: number | undefined;
  readonly keepLogs: boolean;
  /** leave when the managers have been started */
  readonly detach: boolean;
  /** have the swarm's folder on the target, whichever checkout it belonged to */
  readonly takeOver: boolean;
  /** remember the key of a host that was never seen before */
  readonly acceptNewHostKey: boolean;
  readonly observer: DeployObserver;
  /** aborted when the user asks to stop */
  readonly signal: AbortSignal;
}
