import { countOf, firstOf } from "../../compiler/format/amounts.js";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { readChangesTable } from "../results/change-tables.js";
import { treeNameOf } from "../results/job-state.js";
import { TREE_FOLDER } from "./decide-places.js";
import { PutRecord } from "./put-record.js";

/** So many paths are named. */
const MOST_NAMED = 3;

/**
 * What there is to say of what lies in results/ of a tree, and is not what the definition as it stands makes, as
 * sentences.
 */
export function* noteTree(
  results: string,
  state: string,
  description: BundleDescription,
  jobs: () => Iterable<BundledJob>,
): Generator<string> {
  const { tree } = description;
  const record = new PutRecord(state, results, []);
  if (!tree) {
    if (record.isAnythingLeft())
      yield "results/tree, results/conflicts and their tables are of an earlier definition, whose jobs had a tree: remove what you do not need";
    return;
  }
  // Who has settled a conflict removes the versions of it.
  const lost = tree.apply ? [] : record.lost().filter((path) => path.startsWith(`${TREE_FOLDER}/`));
  if (lost.length > 0)
    yield `${countOf(lost.length, "path")} of the tree that results/ had ${lost.length === 1 ? "is" : "are"} gone: ${firstOf(lost, MOST_NAMED)}; locusts deploy --redo makes ${lost.length === 1 ? "it" : "them"} again`;
  if (tree.mode !== "perJob") return;
  const rows = readChangesTable(results);
  const gone = new Set(rows.map(({ job }) => job));
  if (gone.size === 0) return;
  for (const job of jobs()) gone.delete(treeNameOf(job, description));
  const stale = rows.filter(({ job }) => gone.has(job)).map(({ path }) => path);
  if (stale.length > 0)
    yield `stale: results/tree and changes.tsv have ${countOf(stale.length, "path")} of jobs that the definition no longer has: ${firstOf(stale, MOST_NAMED)}; locusts deploy --redo makes the tree anew`;
}
