import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { Groups } from "../../compiler/format/groups.js";
import { ownPart } from "../../compiler/format/job-key.js";
import { foldersAround } from "../../compiler/format/within.js";
import { isBehindLink, removeFolder } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { stampOf } from "./fingerprint.js";
import { isTreeRecord, treeRecord } from "./job-state.js";
import { findOldLogs } from "./old-logs.js";
import { isLog, type PlacedOutput, type PlacedOutputs, placedOutput } from "./placed-outputs.js";
import type { Results } from "./results.js";
import type { Selection } from "./select-jobs.js";

/** What a deploy would do with results/, without doing it. */
export type PutRightPreview = Readonly<ReturnType<typeof previewPutRight>>;

/** What had to be done with results/ so that it holds nothing that the definition as it stands would not make. */
export type PutRight = Readonly<ReturnType<typeof putRight>>;

/** Outputs that no job claims, and which of them lie above or below one that a job does claim. */
class Obstacles {
  readonly inTheWay = new Set<PlacedOutput>();
  /** by path: the output there, or those below it */
  readonly #at = new Map<string, PlacedOutput>();
  readonly #below = new Groups<string, PlacedOutput>();

  constructor(outputs: readonly PlacedOutput[]) {
    for (const output of outputs) {
      this.#at.set(output.path, output);
      for (const folder of foldersAround(output.path)) this.#below.add(folder, output);
    }
  }

  makeWayFor(path: string): void {
    for (const output of this.#below.get(path) ?? []) this.inTheWay.add(output);
    for (const folder of foldersAround(path)) {
      const output = this.#at.get(folder);
      if (output) this.inTheWay.add(output);
    }
  }
}

function findUnclaimed(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  placed: PlacedOutputs,
): PlacedOutput[] {
  const claimed = new Set<string>();
  for (const job of jobs())
    for (const path of description.tree ? [treeRecord(job, description)] : job.outputs) claimed.add(path);
  return [...placed.all()].filter(({ path }) => !claimed.has(path));
}

/** Compares what was put into results/ with what the jobs as they stand claim. */
function survey(jobs: () => Iterable<BundledJob>, description: BundleDescription, results: Results) {
  const { tree } = description;
  const { placed } = results;
  /** outputs of an earlier version of a job that the definition has, and those that are in the way of others */
  const superseded: PlacedOutput[] = [];
  /** those that a job claims, and that were stale before */
  const back: PlacedOutput[] = [];
  let claims = 0;
  for (const job of jobs()) {
    if (tree && placed.get(treeRecord(job, description))) claims += 1;
    for (const path of tree ? [] : job.outputs) {
      const output = placed.get(path);
      if (!output) continue;
      claims += 1;
      if (output.key !== job.key || placed.ledger.get(job.key)?.status === "failed") superseded.push(output);
      else if (output.stale) back.push(output);
    }
  }
  const logs = findOldLogs(jobs, description, results);
  const isStaleLog = new Set(logs.stale.map(({ path }) => path));
  // No two jobs have the same output. Mostly all are claimed: then there is nothing to look for.
  const unclaimed = claims === placed.count ? [] : findUnclaimed(jobs, description, placed);
  const rest = unclaimed.filter((output) => !isLog(output));
  const gone = new Set(rest.flatMap(({ job, key }) => [job, ownPart(key)]));
  const obstacles = new Obstacles(rest);
  if (rest.length > 0) {
    for (const job of jobs()) {
      gone.delete(job.name);
      gone.delete(ownPart(job.key));
      for (const path of tree ? [] : job.outputs) obstacles.makeWayFor(path);
    }
  }
  const isSuperseded = (output: PlacedOutput) =>
    !gone.has(output.job) || !gone.has(ownPart(output.key)) || obstacles.inTheWay.has(output);
  const isRecord = ({ path }: PlacedOutput) => isTreeRecord(path);
  const outputs = rest.filter((output) => !isRecord(output));
  return {
    superseded: [...superseded, ...outputs.filter(isSuperseded)],
    /** those that no job claims, nor any job that was that one, and that are in nobody's way */
    stale: [...outputs.filter((output) => !isSuperseded(output)), ...logs.stale],
    back,
    /** records that mean nothing any more: of jobs in trees, and of logs that are gone, or whose jobs are back */
    meaningless: unclaimed
      .filter((output) => (isLog(output) ? !isStaleLog.has(output.path) : isRecord(output)))
      .map(({ path }) => path),
    logs,
  };
}

/** What `putRight` would do, by what is written down: nothing is read anew, moved or noted. */
export function previewPutRight(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  results: Results,
  selection: Selection,
) {
  const found = survey(jobs, description, results);
  return {
    setAside: found.superseded.filter((output) => results.placed.condition(output) === "whole").length,
    returned: selection.returning.length,
    stale: found.stale.map(({ path }) => path),
  };
}

/** Has results/ hold what the jobs as they stand make, and nothing that could be taken for it. */
export function putRight(
  jobs: () => Iterable<BundledJob>,
  description: BundleDescription,
  results: Results,
  selection: Selection,
) {
  const { placed } = results;
  for (const { path, job } of selection.lost) {
    // A part of what was put there, or an older copy of it. All else is somebody's own, and stays.
    if (!isBehindLink(results.folder, path) && results.ownership.mayReplace(path, job))
      removeFolder(join(results.folder, path));
  }
  placed.forget(selection.lost.map(({ path }) => path));
  const found = survey(jobs, description, results);
  placed.forget(found.meaningless);
  const moved = results.setAside(found.superseded).moved.length;
  // Logs of earlier versions of jobs go, as they do where the job's log has a name that stays.
  for (const path of found.logs.superseded) rmSync(join(results.folder, path), { force: true });
  placed.put([
    ...found.back.map((output) => ({ ...output, stale: false })),
    ...found.stale
      .filter(({ path, stamp }) => placed.get(path)?.stale !== true || placed.get(path)?.stamp !== stamp)
      .map((output) => ({ ...output, stale: true })),
  ]);
  for (const { job, output, from } of selection.returning) {
    const path = job.outputs[output] as string;
    if (!results.ownership.mayReplace(path, job.name)) {
      throw new RuntimeProblem(
        `${join(results.folder, path)} is in the way of an output of the job ${job.name}`,
        "move it away, then run the same command again",
      );
    }
    results.makeFolder(dirname(path));
    from.restore(job.key, output, path);
    placed.put([placedOutput(path, job, output, stampOf(join(results.folder, path)))]);
  }
  const removedBytes = moved > 0 ? results.kept.makeRoom() : 0;
  return { setAside: moved, returned: selection.returning.length, removedBytes, stale: placed.stalePaths() };
}
