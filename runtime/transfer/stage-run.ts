import { existsSync, rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledJob,
  readUploads,
  type Upload,
} from "../../compiler/format/bundle.js";
import { MACHINERY_FOLDER, machineryFiles, machineryOf } from "../../compiler/format/machinery.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { readNeeds } from "../../compiler/format/needs.js";
import { copyAtomically, removeDrafts } from "../../compiler/format/write-atomically.js";
import { longestFirst } from "../results/longest-first.js";
import { chunkSize, isFull, isLongChunk } from "../run/chunks.js";
import { removeUnstagedRuns, runFolder } from "../run/run-folder.js";
import { widestFirst } from "../run/widest-first.js";
import { BundledInputs } from "./bundled-inputs.js";
import { type JobToPack, writeChunk } from "./pack.js";
import { findTree } from "./stage-tree.js";
import type { StagedRun, TargetFiles } from "./target-files.js";

/** Puts the bundle into a folder with its machinery, each file in one step. */
export function placeBundle(from: string, to: string): void {
  makeFolders(join(to, MACHINERY_FOLDER));
  for (const folder of [to, join(to, MACHINERY_FOLDER)]) removeDrafts(folder);
  const machinery = machineryOf(from);
  const parts = machineryFiles(machinery);
  for (const part of parts) copyAtomically(join(machinery, part), join(to, MACHINERY_FOLDER, part));
  for (const part of machineryFiles(join(to, MACHINERY_FOLDER))) {
    if (!parts.includes(part)) rmSync(join(to, MACHINERY_FOLDER, part));
  }
  for (const file of Object.values(BUNDLE_FILES)) {
    if (existsSync(join(from, file))) copyAtomically(join(from, file), join(to, file));
    else rmSync(join(to, file), { force: true });
  }
}

export interface StageOptions {
  readonly bundle: string;
  readonly description: BundleDescription;
  /** where relative sources start */
  readonly sources: string;
  readonly files: Pick<TargetFiles, "here" | "there" | "runs" | "makeRun" | "placeShared" | "asSeenThere">;
  /** the jobs of the run, in the bundle's order */
  readonly wanted: readonly BundledJob[];
  /** how many managers will share the run */
  readonly managers: number;
  /** whether they may run in any order: then the widest come first, and the longest */
  readonly isFree: boolean;
  /** numbers of those that are to come last, if they may */
  readonly last?: ReadonlySet<number>;
  /** seconds that they will take, by number, where that is known */
  readonly times?: ReadonlyMap<number, number>;
  /** how many tries each of them has used up */
  readonly tries?: number;
  /** the number of the last run of which there are results: no later one has it again, also where `clean` has removed all runs */
  readonly lastRun?: number;
  staged?(jobs: number): void;
}

function* withInputs(jobs: readonly BundledJob[], inputs: BundledInputs): Generator<JobToPack> {
  for (const job of jobs) yield { job, inputs: inputs.of(job) };
}

/** The order in which jobs are to run. What is known of inputs comes in the bundle's order. */
function inOrder(
  jobs: Iterable<JobToPack>,
  { isFree, last = new Set(), times, description }: StageOptions,
  secondsOf: (job: JobToPack) => number,
): Iterable<JobToPack> {
  const { byJob } = description.needs ?? {};
  if (!isFree || !(times || byJob?.resources || last.size > 0)) return jobs;
  const longest = longestFirst([...jobs], secondsOf);
  const isLast = ({ job }: JobToPack) => Number(last.has(job.number));
  const widest = byJob?.resources
    ? widestFirst(longest, ({ job }) => readNeeds(byJob, job.needs ?? []), byJob.most)
    : longest;
  return [...widest].sort((a, b) => isLast(a) - isLast(b));
}

/**
 * Stages a run in the target's folder, or in its copy on this machine: the bundle, and the chunks of
 * the jobs that are wanted.
 *
 * @throws RuntimeProblem if an input has changed since the bundle was built
 */
export async function stageRun(options: StageOptions): Promise<StagedRun> {
  const { bundle, description, sources, files, wanted } = options;
  placeBundle(bundle, join(files.here, "bundle"));
  const inputs = new BundledInputs(bundle, description, sources, (path) => files.asSeenThere(path));
  const tree = findTree(bundle, description, sources, files);
  removeUnstagedRuns(files.here);
  const number = Math.max(options.lastRun ?? 0, ...files.runs) + 1;
  await files.makeRun(number);
  const folder = runFolder(files.here, number);
  const chunks = join(folder, "chunks");
  const places = { sources, shared: `${files.there}/shared` };
  const shared = new Map<string, Upload>();
  let jobs: JobToPack[] = [];
  let bytes = 0;
  let seconds = 0;
  const secondsOf = ({ job }: JobToPack) => options.times?.get(job.number) ?? 0;
  let secondsLeft = wanted.reduce((sum, { number }) => sum + (options.times?.get(number) ?? 0), 0);
  let chunk = 0;
  let left = wanted.length;
  const flush = async (): Promise<void> => {
    if (jobs.length === 0) return;
    chunk += 1;
    writeChunk(chunks, chunk, jobs, places, tree !== undefined, options.tries ?? 0);
    left -= jobs.length;
    secondsLeft -= seconds;
    options.staged?.(wanted.length - left);
    jobs = [];
    bytes = 0;
    seconds = 0;
    await setImmediate(); // or nobody else, a connection say, would have a turn before all chunks are made
  };
  for (const job of inOrder(withInputs(wanted, inputs), options, secondsOf)) {
    for (const placement of job.inputs) {
      if (placement.how === "pack") bytes += placement.upload.bytes;
      else if (placement.how !== "in-place" && !shared.has(placement.upload.destination)) {
        const { source, destination } = placement.upload;
        shared.set(destination, placement.upload);
        files.placeShared(placement.upload, isAbsolute(source) ? source : join(sources, source));
      }
    }
    jobs.push(job);
    seconds += secondsOf(job);
    const isLong = isLongChunk(seconds, secondsLeft, options.managers);
    if (jobs.length >= chunkSize(left, options.managers) || isFull(bytes) || isLong) await flush();
  }
  await flush();
  const facts = { digest: description.digest, chunks: chunk, jobs: wanted.length, managers: options.managers };
  return { number, folder, facts, shared: [...shared.values()], sources, tree };
}

/** Makes anew what lies on a target once and was changed by a job. @throws RuntimeProblem if an input has changed */
export async function restoreCopies(
  options: { readonly bundle: string; readonly workspace: { readonly folder: string } },
  files: Pick<TargetFiles, "restoreCopies">,
): Promise<void> {
  const uploads = new Map<string, Upload>();
  for (const upload of readUploads(options.bundle)) {
    if (upload.destination.startsWith("shared/")) uploads.set(upload.destination, upload);
  }
  await files.restoreCopies([...uploads.values()], options.workspace.folder);
}
