import { join } from "node:path";
import type { Run } from "../run/run-folder.js";
import { statEntry } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import type { Artifact, TargetFiles } from "../transfer/target-files.js";
import type { Change } from "./decide-places.js";
import type { TreeChange } from "./listing.js";

/** So many files, or bytes, are collected together. */
const MOST_FILES_AT_ONCE = 5000;
const MOST_BYTES_AT_ONCE = 256 * 1024 * 1024;

function* batchesOf(artifacts: Iterable<Artifact>): Generator<Artifact[]> {
  let batch: Artifact[] = [];
  let bytes = 0;
  for (const artifact of artifacts) {
    batch.push(artifact);
    bytes += artifact.bytes ?? 0;
    if (batch.length < MOST_FILES_AT_ONCE && bytes < MOST_BYTES_AT_ONCE) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Brings the contents of changed files to this machine, those that are not here yet. No manager may work
 * on the run any more: a file of the right size is then taken for whole.
 *
 * @param restless gets those that are gone, or have another size than when the trees were compared
 * @throws RuntimeProblem for such a one unless there is `restless`
 */
export async function fetchContents(
  files: TargetFiles,
  run: Run,
  changes: readonly TreeChange[],
  restless?: Set<TreeChange>,
): Promise<Change[]> {
  const placeOf = (change: TreeChange) => join(run.folder, "work", change.at);
  const isHere = (change: TreeChange) => {
    const stats = statEntry(placeOf(change));
    return stats?.isFile() === true && stats.size === change.bytes;
  };
  const contents = changes.filter(({ kind, change }) => kind === "file" && change !== "deleted");
  const lacking = contents.filter((change) => !isHere(change));
  for (const batch of batchesOf(lacking.map(({ at, bytes }): Artifact => ({ kind: "file", path: at, bytes })))) {
    await files.fetch(run, batch);
  }
  for (const change of lacking) {
    if (isHere(change)) continue;
    restless?.add(change);
    if (restless) continue;
    throw new RuntimeProblem(
      `${JSON.stringify(change.path)} of the tree was not collected whole: it was ${change.bytes} bytes when the trees were compared`,
      "does something else write to it? run the same command again",
    );
  }
  const whole = restless ? changes.filter((change) => !restless.has(change)) : changes;
  return whole.map((change) => {
    if (change.change === "deleted") return { ...change, version: undefined };
    const { kind, bytes, link } = change;
    // What nobody could read would be in the way of all that comes after.
    const mode = change.mode | (kind === "folder" ? 0o500 : 0o400);
    return { ...change, version: { kind, bytes, mode, link, source: placeOf(change) } };
  });
}
