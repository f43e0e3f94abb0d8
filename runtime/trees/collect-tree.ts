import { join, resolve } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import { type BundleDescription, readBundledJobs } from "../../compiler/format/bundle.js";
import { readChangesTable, readConflictsTable } from "../results/change-tables.js";
import { treeNameOf } from "../results/job-state.js";
import type { EndedTry } from "../run/journal.js";
import type { Run } from "../run/run-folder.js";
import { foldersWithoutTree } from "../transfer/stage-tree.js";
import type { TargetFiles } from "../transfer/target-files.js";
import type { Workspace } from "../workspace/workspace.js";
import { recordApplied } from "./carry-over.js";
import { compareSharedTree, readChangesOfJobs } from "./compare-tree.js";
import { type Conflict, type Decision, decidePlaces, mergeVersions } from "./decide-places.js";
import { earlierVersions } from "./earlier-versions.js";
import { fetchContents } from "./fetch-contents.js";
import { type TreeChange, whyNotCollected, withoutHidden } from "./listing.js";
import { LocalTree } from "./local-tree.js";
import { NoPlace, TreePlaces } from "./place-entry.js";
import { putResults } from "./put-results.js";

export interface CollectTreeOptions {
  readonly run: Run;
  readonly files: TargetFiles;
  readonly description: BundleDescription;
  readonly workspace: Workspace;
  /** the last tries of the jobs that are done, by what they are called in their trees */
  readonly done: ReadonlyMap<string, EndedTry>;
  /** whether all jobs of the run have ended: changes are applied only then */
  readonly isOver: boolean;
  /** false: say what would happen, and write nothing but into Locusts' own folder */
  readonly write: boolean;
}

/** What became of a tree; of a preview, what would become of it. */
export type CollectedTree = Readonly<Awaited<ReturnType<typeof collectTree>>>;

async function findChanges(options: CollectTreeOptions): Promise<TreeChange[]> {
  const { run, files, description, workspace } = options;
  const bundle = join(files.here, "bundle");
  if (description.tree?.mode === "perJob") return readChangesOfJobs(options, bundle);
  const without = foldersWithoutTree(workspace.folder, files.there, (path) => files.asSeenThere(path));
  return compareSharedTree(files, run, description.tree?.mode === "copy" ? bundle : undefined, without);
}

/** The lines that a list no longer has, of those that have changed something: what is there instead takes its paths. */
function findGone(results: string, bundle: string, description: BundleDescription): Set<string> {
  if (!description.runsLines) return new Set();
  const gone = new Set([...readChangesTable(results), ...readConflictsTable(results)].map(({ job }) => job));
  for (const job of readBundledJobs(bundle, description)) gone.delete(treeNameOf(job, description));
  return gone;
}

/** Puts changes into the environment on this machine, removals first. Safe to be repeated from any point. */
function applyChanges(root: string, decision: Decision): Conflict[] {
  const places = new TreePlaces(root, false);
  const late: Conflict[] = [];
  try {
    for (const change of decision.toApply) {
      try {
        if (change.version) places.put(change.path, change.version);
        else places.remove(change.path);
      } catch (error) {
        if (!(error instanceof NoPlace)) throw error;
        late.push({ change, why: error.message, kept: change.version ? `tree/${change.path}` : undefined });
      }
    }
  } finally {
    places.finish();
  }
  return late;
}

/**
 * Collects what the jobs of a run have changed in their tree: into the results, or into the
 * environment on this machine, if the definition says so and all jobs have ended. Nothing is put in
 * place before the whole of it is here. Safe to be repeated from any point.
 *
 * @throws RuntimeProblem if something is gone on the target, or in the way here
 */
export async function collectTree(options: CollectTreeOptions) {
  const { run, files, description, write } = options;
  const { folder, results, state } = options.workspace;
  const { tree } = description;
  if (!tree) throw new Error("the jobs of this swarm have no tree");
  const found = withoutHidden(await findChanges(options));
  // Whatever else writes to a tree in place may go on for ever.
  const restless = tree.mode === "inPlace" ? new Set<TreeChange>() : undefined;
  const changes = await fetchContents(
    files,
    run,
    found.filter((change) => whyNotCollected(change) === undefined),
    restless,
  );
  const partial = run.jobs < description.jobs;
  const ran = new Set(options.done.keys());
  const touched = new Set(changes.map(({ path }) => path));
  const isPart = partial && tree.mode === "perJob";
  const gone = isPart ? findGone(results, join(files.here, "bundle"), description) : new Set<string>();
  const earlier = isPart ? earlierVersions(results, touched, new Set([...ran, ...gone])) : [];
  const merged = mergeVersions([...changes, ...earlier]);
  const root = resolve(folder, tree.root);
  const apply = tree.apply && options.isOver && tree.mode !== "inPlace";
  const paths = new Set(merged.agreed.map(({ path }) => path));
  const local = apply ? new LocalTree(root, join(files.here, "bundle"), paths) : undefined;
  const decision = decidePlaces(merged, local);
  const staying = new Set<string>();
  const strange = found.flatMap((change): Conflict[] => {
    const why = restless?.has(change) ? "something else writes to it" : whyNotCollected(change);
    if (why === undefined) return [];
    const stays = (where: string) => [
      { change: { ...change, version: undefined }, why: `${why}, and it stays ${where}`, kept: undefined },
    ];
    if (tree.mode === "inPlace") return stays("there");
    const place = tree.mode === "copy" ? "tree" : change.at.slice(0, -`/changed/${change.path}`.length);
    staying.add(place);
    return stays(`on the target, in runs/${run.number}/work/${place}`);
  });
  const conflicts = [...decision.conflicts, ...strange];
  if (write) {
    addAll(conflicts, putResults({ results, state, decision, conflicts, changes: found, tree, partial, ran, gone }));
    if (apply) {
      recordApplied(state, description.digest, decision.toApply);
      addAll(conflicts, applyChanges(root, decision));
    }
  }
  /** changes that went into the environment on this machine; undefined: that was not asked for */
  const applied = apply ? decision.toApply.length : undefined;
  return { changes: found, conflicts, applied, root, staying: [...staying] };
}
