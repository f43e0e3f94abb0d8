import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { BundleDescription } from "../../compiler/format/bundle.js";
import { textOf } from "../../compiler/format/file-access.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { STATE_FILES } from "../workspace/workspace.js";
import type { Ledger } from "./ledger.js";
import { logsOf } from "./logs.js";
import type { Results } from "./results.js";

/*
 * Bundles of earlier versions had whole keys in their tables, which were made in another way. What is known of jobs by
 * such a key is to be known by the new one, or all of it would run again.
 */

/** The new keys of jobs, by their older ones. */
export type NewKeys = ReadonlyMap<string, string>;

export type FindNewKeys = (isKnown: (older: string) => boolean) => NewKeys;

/**
 * Has what is known of jobs by older keys be known by new ones. It may be repeated, wherever it was cut off.
 *
 * @returns what was renamed
 * @param description of the bundle that these jobs are of: for what it has left under older keys, it is not asked again
 * @param newKeysOf finds those of the jobs of the bundle of which something is known by an older one
 */
export function renameKeys(
  results: Results,
  stateFolder: string,
  description: BundleDescription,
  newKeysOf: FindNewKeys,
): NewKeys {
  const { placed, kept, stale } = results;
  const { ledger } = placed;
  if (ledger.olderRows === 0) return new Map();
  const record = join(stateFolder, STATE_FILES.keys);
  if (textOf(record) === describe(description, ledger)) return new Map();
  const known = newKeysOf((older) => ledger.get(older) !== undefined);
  if (known.size > 0) {
    if (description.runsLines) renameLogs(results.folder, ledger, description, known);
    for (const store of [kept, stale]) store.renameKeys(known);
    placed.renameKeys(known);
    ledger.renameKeys(known); // the last, since by it the rest is found again
  }
  writeAtomically(record, describe(description, ledger));
  return known;
}

/** Logs of a list's jobs are called by their keys, too. */
function renameLogs(folder: string, ledger: Ledger, description: BundleDescription, known: NewKeys): void {
  for (const [older, key] of known) {
    const name = ledger.get(older)?.name;
    if (name === undefined) continue;
    const after = logsOf({ name, key }, description).map((path) => join(folder, path));
    for (const [i, path] of logsOf({ name, key: older }, description).entries()) {
      const [from, to] = [join(folder, path), after[i] as string];
      if (existsSync(from) && !existsSync(to)) renameSync(from, to);
    }
  }
}

function describe({ digest }: BundleDescription, { olderRows }: Ledger): string {
  return `${digest} ${olderRows}\n`;
}
