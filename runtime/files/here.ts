import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledJob,
  readBundledJobs,
  type Upload,
} from "../../compiler/format/bundle.js";
import { surveyContent } from "../../compiler/survey/content.js";
import type { DigestCache } from "../../compiler/survey/digest-cache.js";
import { BundledInputs } from "../runs/bundled-inputs.js";
import { chunkSize, isFull } from "../runs/chunks.js";
import { createRunFolder, declareRun, type Run, readRun, removeUnstagedRuns } from "../runs/run-folder.js";
import { RuntimeProblem } from "../workspace.js";
import { type JobToPack, writeChunk } from "./pack.js";

/** Everything below loses its write permission; folders keep theirs, or nobody could remove them. */
function makeReadOnly(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  if (stats.isDirectory()) for (const entry of readdirSync(path)) makeReadOnly(join(path, entry));
  else chmodSync(path, stats.mode & 0o555);
}

/** Copies, as a reflink where the file system can. */
function copy(from: string, to: string): void {
  if (statSync(from).isDirectory())
    cpSync(from, to, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      preserveTimestamps: true,
    });
  else copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

/** Puts the bundle on the target; files that are there and the same stay. */
function placeBundle(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of Object.values(BUNDLE_FILES)) {
    if (!existsSync(join(from, file))) {
      rmSync(join(to, file), { force: true });
      continue;
    }
    const fresh = join(to, `.${file}.new`);
    copyFileSync(join(from, file), fresh);
    renameSync(fresh, join(to, file));
  }
}

function placeShared(upload: Upload, sources: string, target: string, digests: DigestCache): void {
  const place = join(target, upload.destination);
  if (existsSync(place)) return;
  const source = isAbsolute(upload.source) ? upload.source : join(sources, upload.source);
  const folder = dirname(place);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  copy(source, join(fresh, basename(place)));
  if (surveyContent(source, digests)?.sha256 !== upload.sha256) {
    rmSync(fresh, { recursive: true, force: true });
    throw new RuntimeProblem(
      `the input ${upload.source} has changed since the bundle was built`,
      "run the same command again",
    );
  }
  makeReadOnly(join(fresh, basename(place)));
  // Another input may have the same content and another name.
  if (existsSync(folder)) {
    renameSync(join(fresh, basename(place)), place);
    rmSync(fresh, { recursive: true, force: true });
  } else renameSync(fresh, folder);
}

export interface StageOptions {
  readonly bundle: string;
  readonly description: BundleDescription;
  /** where relative sources start */
  readonly sources: string;
  /** the target's directory */
  readonly target: string;
  /** the numbers of the jobs that are wanted */
  readonly wanted: ReadonlySet<number>;
  readonly digests: DigestCache;
  /** how many managers will share the run, with how many slots each */
  readonly managers: number;
  readonly slots: number;
  staged?(jobs: number): void;
}

/**
 * Stages a run on a target that is a folder of this machine: the bundle, what lies there once, and
 * the chunks of the jobs that are wanted.
 *
 * @throws RuntimeProblem if an input has changed since the bundle was built
 */
export async function stageHere(options: StageOptions): Promise<Run> {
  const { bundle, description, sources, target, wanted } = options;
  placeBundle(bundle, join(target, "bundle"));
  mkdirSync(join(target, "shared"), { recursive: true });
  const inputs = new BundledInputs(bundle, description, sources);
  removeUnstagedRuns(target);
  const { number, folder } = createRunFolder(target);
  const chunks = join(folder, "chunks");
  const places = { sources, shared: join(target, "shared") };
  let jobs: JobToPack[] = [];
  let bytes = 0;
  let chunk = 0;
  let left = wanted.size;
  const flush = async (): Promise<void> => {
    if (jobs.length === 0) return;
    chunk += 1;
    await writeChunk(chunks, chunk, jobs, places);
    left -= jobs.length;
    options.staged?.(wanted.size - left);
    jobs = [];
    bytes = 0;
  };
  for (const job of readBundledJobs(bundle, description)) {
    const placements = inputs.of(job);
    if (!wanted.has(job.number)) continue;
    for (const placement of placements) {
      if (placement.how === "pack") bytes += placement.upload.bytes;
      else if (placement.how !== "in-place") placeShared(placement.upload, sources, target, options.digests);
    }
    jobs.push({ job, inputs: placements });
    if (jobs.length >= chunkSize(left, options.managers, options.slots) || isFull(bytes)) await flush();
  }
  await flush();
  declareRun(folder, { digest: description.digest, chunks: chunk, jobs: wanted.size });
  return readRun(target, number) as Run;
}

/** The jobs of a bundle that are wanted, by number. */
export function readWantedJobs(
  bundle: string,
  description: BundleDescription,
  wanted: ReadonlySet<number>,
): Map<number, BundledJob> {
  const jobs = new Map<number, BundledJob>();
  for (const job of readBundledJobs(bundle, description)) if (wanted.has(job.number)) jobs.set(job.number, job);
  return jobs;
}
