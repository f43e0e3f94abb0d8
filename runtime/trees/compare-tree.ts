import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BundleDescription, readBundledTree } from "../../compiler/format/bundle.js";
import { digestFile } from "../../compiler/format/content/digest.js";
import { records } from "../hosts/run-script.js";
import { type EndedTry, placeOfTry } from "../run/journal.js";
import type { Run } from "../run/run-folder.js";
import { statEntry } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { readDigests } from "../transfer/inventory.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { changeOf, type Difference, isUncertain, readDifferences, type TreeChange } from "./listing.js";

/** Digests of some of the files that the bundle's tree had at first. */
function digestsBefore(bundle: string, paths: ReadonlySet<string>): Map<string, string> {
  const digests = new Map<string, string>();
  for (const { path, sha256 } of readBundledTree(bundle)) if (paths.has(path)) digests.set(path, sha256);
  return digests;
}

async function digestsNow(files: TargetFiles, run: Run, paths: readonly string[]) {
  const folder = `${files.there}/runs/${run.number}/work/tree`;
  const input = records(paths.map((path) => `./${path}`));
  return readDigests(await files.runScript("transfer/digest-files", [folder], input));
}

function read(text: Buffer, target: string): Difference[] {
  try {
    return [...readDifferences(text)];
  } catch (error) {
    throw new RuntimeProblem(`${target}: ${(error as Error).message}`, "run the same command again", { cause: error });
  }
}

/** Leaves out what only the time says of, and whose content is the same. */
async function leaveOutTouched(
  differences: readonly Difference[],
  bundle: string,
  digestsOf: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<Difference[]> {
  const uncertain = differences.filter(isUncertain).map(({ path }) => path);
  if (uncertain.length === 0) return [...differences];
  const before = digestsBefore(bundle, new Set(uncertain));
  const now = await digestsOf(uncertain);
  return differences.filter((difference) => {
    if (!isUncertain(difference) || difference.before?.mode !== difference.after?.mode) return true;
    const digest = now.get(difference.path);
    return digest === undefined || digest !== before.get(difference.path);
  });
}

/**
 * What the jobs of a run have changed in the tree that they share, by comparing it on the target with
 * what it was before them.
 *
 * @param bundle the run's own: it says what content files had at first; undefined where nobody knows, and
 * files of the same size whose times differ count as changed
 */
export async function compareSharedTree(
  files: TargetFiles,
  run: Run,
  bundle: string | undefined,
  without: readonly string[],
): Promise<TreeChange[]> {
  const text = await files.runScript("trees/compare-tree", [files.there, String(run.number), ...without]);
  let differences = read(text, `run ${run.number}`);
  if (bundle === undefined) {
    const changed = differences.filter(({ after }) => after?.kind === "file").map(({ path }) => `./${path}`);
    await files.runScript("trees/set-changed-aside", [files.there, String(run.number)], records(changed));
  } else differences = await leaveOutTouched(differences, bundle, (paths) => digestsNow(files, run, paths));
  const folder = bundle === undefined ? "changed" : "tree";
  return differences.map((difference) => changeOf(difference, "", `${folder}/${difference.path}`));
}

/** What each job has changed in its own tree, as the manager has written it down when the job ended. */
export async function readChangesOfJobs(
  {
    files,
    run,
    description,
    done,
  }: {
    readonly files: TargetFiles;
    readonly run: Run;
    readonly description: BundleDescription;
    /** by what jobs are called in their trees */
    readonly done: ReadonlyMap<string, EndedTry>;
  },
  bundle: string,
): Promise<TreeChange[]> {
  const places = [...done].map(([job, ended]) => ({ job, at: placeOfTry(ended) }));
  await files.fetch(
    run,
    places.map(({ at }) => ({ kind: "file", path: `${at}.changes`, bytes: undefined })),
  );
  const changes: TreeChange[] = [];
  for (const { job, at } of places) {
    const list = join(run.folder, "work", `${at}.changes`);
    if (!statEntry(list)?.isFile()) {
      throw new RuntimeProblem(
        `what the job ${job} has changed in its tree is gone from ${files.there}/runs/${run.number}`,
        `run it again: locusts deploy --redo ${description.runsLines ? "with the number of its line" : job}`,
      );
    }
    const differences = read(readFileSync(list), `the job ${job}`);
    const digestsOf = async (paths: readonly string[]) => {
      await files.fetch(
        run,
        paths.map((path) => ({ kind: "file", path: `${at}/changed/${path}`, bytes: undefined })),
      );
      const digests = new Map<string, string>();
      for (const path of paths) {
        const place = join(run.folder, "work", at, "changed", path);
        const stats = statEntry(place);
        if (stats?.isFile()) digests.set(path, digestFile(place, stats.size));
      }
      return digests;
    };
    for (const difference of await leaveOutTouched(differences, bundle, digestsOf)) {
      changes.push(changeOf(difference, job, `${at}/changed/${difference.path}`));
    }
  }
  return changes;
}
