import type { BundleDescription, BundledJob } from "../../../compiler/format/bundle.js";
import type { Failure } from "../failure.js";
import type { Ledger } from "../ledger.js";
import { clusterFailures, type FailureCluster, findTraits } from "./cluster.js";
import { lastLines, readWhatItSays, type Said } from "./log-ends.js";
import type { Circumstances } from "./traits.js";

/** The logs of so many failed jobs are read at most, and for so many milliseconds. */
const MOST_READ = 100_000;
const LONGEST_READING = 3000;
/** So many lines of one log are shown of each of so many clusters, the largest. */
const MOST_LINES = 5;
const MOST_SHOWN = 200;

/** Jobs that have failed alike, with the end of one log. */
export interface ShownCluster extends FailureCluster {
  /** none if it prints nothing, or if there are too many clusters */
  readonly lines: readonly string[];
}

/** A swarm whose failures are looked at. */
export interface FailedSwarm {
  /** `results/` */
  readonly folder: string;
  readonly description: Pick<BundleDescription, "params" | "pilots">;
  readonly ledger: Pick<Ledger, "get">;
  /** read once more, if there is something to compare */
  readonly jobs: () => Iterable<BundledJob>;
}

/** Some of them before the others, so that those that are read first stand for all, whatever the order is. */
function* spread<T>(all: readonly T[]): Generator<T> {
  let step = 1;
  while (step * 64 < all.length) step *= 4;
  for (let at = 0; at < all.length; at += step) yield all[at] as T;
  for (; step > 1; step /= 4) {
    const next = step / 4;
    for (let at = 0; at < all.length; at += next) if (at % step !== 0) yield all[at] as T;
  }
}

/** What the logs of failures say, of as many as there is time for. */
function readAll(folder: string, failures: readonly Failure[]): ReadonlyMap<Failure, Said> {
  const said = new Map<Failure, Said>();
  const end = Date.now() + LONGEST_READING;
  for (const failure of spread(failures)) {
    if (said.size >= MOST_READ || Date.now() > end) break;
    said.set(failure, readWhatItSays(folder, failure));
  }
  return said;
}

function* doneJobs({ jobs, ledger }: FailedSwarm): Generator<Circumstances> {
  for (const { key, params } of jobs()) {
    const result = ledger.get(key);
    if (result?.status === "done") yield { params, host: result.host, manager: result.manager };
  }
}

/** The failures of a swarm by what they are like, the largest cluster first, with what the jobs of each have in common. */
export function clusterSwarm(swarm: FailedSwarm, failures: readonly Failure[]): readonly ShownCluster[] {
  if (failures.length === 0) return [];
  const { params, pilots } = swarm.description;
  const said = readAll(swarm.folder, failures);
  const clusters = clusterFailures(failures, (failure) => said.get(failure));
  const found = findTraits(clusters, { params, hasPilots: pilots !== null, done: () => doneJobs(swarm) });
  return found.map((cluster, at) => ({
    ...cluster,
    lines: at < MOST_SHOWN ? lastLines(swarm.folder, cluster.jobs[0] as Failure, MOST_LINES) : [],
  }));
}
