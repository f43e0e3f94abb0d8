import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { type BundleDescription, describedIn } from "../../compiler/format/bundle.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import type { Host } from "../hosts/host.js";
import { openHost } from "../hosts/open-host.js";
import { ThisMachine } from "../hosts/this-machine.js";
import { type Persist, withReconnection } from "../hosts/with-reconnection.js";
import { isClosed, readRuns } from "../run/run-folder.js";
import { LocalScheduler } from "../schedulers/local.js";
import type { Scheduler } from "../schedulers/scheduler.js";
import { RuntimeProblem } from "../system/problem.js";
import { SentFiles, type SentFilesOptions } from "../transfer/sent-files.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { VisibleFiles } from "../transfer/visible-files.js";
import { openCheckout } from "../workspace/checkout.js";
import { STATE_FILES, targetDirectory, type Workspace } from "../workspace/workspace.js";
import { type ClaimedFolder, claimFolder } from "./claim-folder.js";
import { openScheduler } from "./open-scheduler.js";

/** What has to be known of a target to reach it: parts of a bundle's description. */
export type TargetFacts = Pick<BundleDescription, "swarm" | "target" | "kind" | "access" | "pilots">;

const SHORT_PATIENCE = 120_000;

/** What is to be done with the swarm's folder on the target. */
export type Purpose =
  /** run jobs: it must be this checkout's own */
  | "own"
  /** run jobs, and have it from now on, whoever had it before */
  | "take"
  /** look and gather: it may be another checkout's */
  | "look";

export interface OpenOptions {
  readonly purpose: Purpose;
  /** told when a connection broke, and of the pause before the next try, in milliseconds */
  readonly reconnecting?: (message: string, pause: number) => void;
  /** for how long a host may be away, in milliseconds; two minutes unless given */
  readonly patience?: number;
  /** told of what is waited for, and why */
  readonly waiting?: (message: string) => void;
  readonly signal?: AbortSignal;
  readonly acceptNewHostKey?: boolean;
}

export interface OpenedTarget {
  readonly files: TargetFiles;
  readonly scheduler: Scheduler;
  readonly host: Host;
  /** whether the swarm's folder on it belongs to this checkout */
  readonly mine: boolean;
  /** asks once more whose it is: another checkout may have taken it over */
  isStillMine(): Promise<boolean>;
  /** asks whether another checkout may have collected of a run, and removed what it has: it has the folder, or had it */
  isShared(run: number): Promise<boolean>;
  /** the definition's folder that it belongs to, if this one is a copy of that */
  readonly original: string | undefined;
  close(): void;
}

export function openLocalFiles(folder: string, digests: DigestCache): VisibleFiles {
  return new VisibleFiles({ host: new ThisMachine(), here: folder, there: folder, digests, keepsCopies: false });
}

/** A target on this machine, in the definition's own `.locusts/`. */
function openLocalTarget(workspace: Workspace, target: string): OpenedTarget {
  const digests = DigestCache.open(join(workspace.state, STATE_FILES.digests));
  return {
    files: openLocalFiles(targetDirectory(workspace, target), digests),
    scheduler: new LocalScheduler(),
    host: new ThisMachine(),
    mine: true,
    isStillMine: async () => true,
    isShared: async () => false,
    original: undefined,
    close() {},
  };
}

/**
 * Opens a target: connects where that is needed, and finds or makes the swarm's folder.
 *
 * @throws RuntimeProblem if it cannot be reached, or if the folder is another checkout's
 */
export async function openTarget(
  workspace: Workspace,
  facts: TargetFacts,
  options: OpenOptions,
): Promise<OpenedTarget> {
  const { access } = facts;
  if (!access) return openLocalTarget(workspace, facts.target);
  const hostOptions = {
    acceptNewHostKey: options.acceptNewHostKey === true,
    ...(options.waiting ? { onSlowStart: options.waiting } : {}),
  };
  const host = await openHost(access, hostOptions);
  const transferHost =
    access.transferHost === null
      ? undefined
      : await openHost({ host: access.transferHost, ssh: access.ssh }, hostOptions);
  const persist: Persist = (action) =>
    withReconnection(action, {
      patience: options.patience ?? SHORT_PATIENCE,
      ...(options.signal ? { signal: options.signal } : {}),
      onPause: (pause, lost) => options.reconnecting?.(lost.message, pause),
    });
  const close = () => {
    host.close();
    transferHost?.close();
  };
  try {
    const { id, original } = openCheckout(workspace.folder, workspace.state, options.purpose !== "look");
    const checkout = { id, name: `${userInfo().username}@${hostname()}:${workspace.folder}` };
    // One that was begun there and was not collected, as far as it is known here.
    const known = readRuns(targetDirectory(workspace, facts.target)).find((run) => !isClosed(run))?.number;
    if (known !== undefined && options.purpose !== "look") refuseNewPlace(workspace, facts, known);
    const claim = (purpose: Purpose) =>
      persist(() => claimFolder(host, access.directory, facts.swarm, checkout, purpose, known));
    const claimed = await claim(options.purpose);
    const there = claimed.folder;
    const files = openFiles(workspace, facts, claimed, { host, transferHost, persist });
    const jobName = `locusts-${facts.swarm}-${claimed.id.slice(0, 8)}`;
    const scheduler = openScheduler(facts, { host, persist, there }, jobName);
    return {
      files,
      scheduler,
      host,
      mine: claimed.mine,
      isStillMine: async () => (await claim("look")).mine,
      async isShared(run) {
        const { mine, taken } = await claim("look");
        return !mine || taken.includes(run);
      },
      original: claimed.id === original?.id ? original.folder : undefined,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** @throws RuntimeProblem if a run that was not collected lies elsewhere, since the swarm was renamed or its target has another directory */
function refuseNewPlace(workspace: Workspace, { target, swarm, access }: TargetFacts, run: number): void {
  const before = describedIn(join(targetDirectory(workspace, target), "bundle"));
  if (!before?.access || (before.swarm === swarm && before.access.directory === access?.directory)) return;
  throw new RuntimeProblem(
    `run ${run} of ${before.swarm}, in ${before.access.directory}, was not collected: the swarm was renamed since, or its target has another directory`,
    "first collect it (locusts gather) or end it (locusts cancel), or take the change back; then deploy again",
  );
}

function openFiles(
  workspace: Workspace,
  { access, target }: TargetFacts,
  claimed: ClaimedFolder,
  on: Pick<SentFilesOptions, "host" | "transferHost" | "persist">,
): TargetFiles {
  const digests = DigestCache.open(join(workspace.state, STATE_FILES.digests));
  const there = claimed.folder;
  if (access?.host === null) return new VisibleFiles({ ...on, here: there, there, digests });
  const shared = access?.sharedDirectory;
  if (shared) {
    const here = join(shared.here, there.slice(shared.there.length));
    if (!existsSync(here)) {
      throw new RuntimeProblem(
        `${on.host.name} has ${there}, and this machine does not see it as ${here}`,
        "is the directory mounted, and is sharedDirectory right?",
      );
    }
    return new VisibleFiles({ ...on, here, there, sharedDirectory: shared, digests });
  }
  return new SentFiles({
    ...on,
    transferCommand: access?.transferCommand ?? undefined,
    here: targetDirectory(workspace, target),
    there,
    runs: claimed.runs,
    digests,
  });
}
