import { join } from "node:path";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { textOf } from "../../compiler/format/file-access.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { STATE_FILES } from "../workspace/workspace.js";
import type { Ledger } from "./ledger.js";
import type { Results } from "./results.js";

/*
 * Bundles of earlier versions had whole keys in their tables, which were made in another way. What is known of jobs by
 * such a key is to be known by the new one, or all of it would run again.
 */

/** The new keys of jobs, by their older ones. */
export type NewKeys = ReadonlyMap<string, string>;

/**
 * Has what is known of jobs by older keys be known by new ones. It may be repeated, wherever it was cut off.
 *
 * @param digest of the bundle that these jobs are of: for what it has left under older keys, it is not asked again
 * @param newKeysOf gives those of all jobs of the bundle
 */
export function renameKeys(results: Results, stateFolder: string, digest: string, newKeysOf: () => NewKeys): void {
  const { placed, kept, stale } = results;
  const { ledger } = placed;
  if (ledger.olderRows === 0) return;
  const record = join(stateFolder, STATE_FILES.keys);
  if (textOf(record) === describe(digest, ledger)) return;
  const known = new Map<string, string>();
  for (const [older, key] of newKeysOf()) if (ledger.get(older)) known.set(older, key);
  if (known.size > 0) {
    for (const store of [kept, stale]) store.renameKeys(known);
    placed.renameKeys(known);
    ledger.renameKeys(known); // the last, since by it the rest is found again
  }
  writeAtomically(record, describe(digest, ledger));
}

function describe(digest: string, { olderRows }: Ledger): string {
  return `${digest} ${olderRows}\n`;
}

/** A job that was just planned, by the key that it is known by. */
export function asKnown(ledger: Ledger, job: BundledJob): BundledJob {
  const { olderKey } = job;
  if (olderKey === undefined || ledger.olderRows === 0 || ledger.get(job.key) || !ledger.get(olderKey)) return job;
  return { ...job, key: olderKey };
}
