import { join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { ownPart } from "../../compiler/format/job-key.js";
import { stampOf } from "./fingerprint.js";
import type { JobResult } from "./ledger.js";
import { logsIn, logsOf } from "./logs.js";
import type { PlacedOutput } from "./placed-outputs.js";
import type { Results } from "./results.js";

/** Logs of jobs that the definition, as it stands, does not have. */
export interface OldLogs {
  /** of an earlier version of a job: paths below results/ */
  readonly superseded: readonly string[];
  /** of jobs that are gone, and of lines that were done, as what lies in results/ and is stale */
  readonly stale: readonly PlacedOutput[];
}

const NONE: OldLogs = { superseded: [], stale: [] };

/** Finds logs in results/ that are of no job of the definition. Files there that are of no job at all are the user's own. */
export function findOldLogs(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  { folder, placed }: Pick<Results, "folder" | "placed">,
): OldLogs {
  const left = logsIn(folder);
  const superseded = new Set<string>();
  const stale = new Map<string, PlacedOutput>();
  if (left.size === 0) return NONE;
  const pathsOf = (job: Pick<BundledJob, "name" | "key">) => logsOf(job, description).filter((path) => left.has(path));
  for (const job of jobs()) {
    // A line that now is another one of its list has its logs under its old number.
    for (const path of pathsOf(placed.ledger.get(job.key) ?? job)) left.delete(path);
  }
  if (left.size === 0) return NONE;
  const owners = new Map<string, JobResult>(); // of logs that are left
  for (const result of placed.ledger.history()) for (const path of pathsOf(result)) owners.set(path, result);
  const gone = new Set([...owners.values()].flatMap(({ name, key }) => [name, ownPart(key)]));
  for (const { name, key } of jobs()) {
    gone.delete(name);
    gone.delete(ownPart(key));
  }
  for (const path of [...owners.keys()].sort()) {
    const { name: job, key, status } = owners.get(path) as JobResult;
    // What a line prints may be all that it gives: should it come back, it does not run again, and has its log.
    const isWorthKeeping = description.runsLines && status === "done";
    if (!isWorthKeeping && !(gone.has(job) && gone.has(ownPart(key)))) superseded.add(path);
    // No key: what is moved away goes under the name of its path.
    else stale.set(path, { path, key: "", job, output: 0, stamp: stampOf(join(folder, path)) ?? "", stale: true });
  }
  return { superseded: [...superseded], stale: [...stale.values()] };
}
