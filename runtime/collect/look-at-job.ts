import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { isWithin } from "../../compiler/format/within.js";
import { asFailure, type Failure, lineOf } from "../results/failure.js";
import { STREAMS, type Stream } from "../results/logs.js";
import { type EndedTry, placeOfTry, type StartedTry } from "../run/journal.js";
import { isClosed, type Run } from "../run/run-folder.js";
import { type DeployedSwarm, viewRun } from "./deployed-swarm.js";
import { baseOf, folderOf } from "./look-at.js";
import { uncollectedResult } from "./result-of.js";

export interface JobFolder {
  /** where its command runs, as the target calls it */
  readonly path: string;
  /** false: it is not there, as of a job that went well */
  readonly exists: boolean;
  /** what the job has written there: neither inputs nor, in a tree, what others have */
  readonly wrote: readonly WrittenFile[];
  /** the line of manager.sh that has ended the last try, or of another script that it has read */
  readonly end: { readonly line: number; readonly script: string } | undefined;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

/** A job as it stands: whether it runs, and how its last try has ended. */
export interface KnownJob {
  readonly job: BundledJob;
  /** the command that it is, where jobs are the lines of a list */
  readonly line: string | undefined;
  readonly running: { readonly started: StartedTry; readonly seconds: number } | undefined;
  readonly failure: Failure | undefined;
  /** it has ended, and its manager has not written down yet how */
  readonly isEnding: boolean;
  /** undefined: no run is left that knows of it */
  readonly folder: JobFolder | undefined;
  /** its folder on its node's own disk: its logs cannot be seen from here before it ends */
  readonly awayFolder: string | undefined;
  /** what its last try has printed, as far as a run's folder still has it */
  readonly logs: Readonly<Partial<Record<Stream, string>>>;
  /** what outputs it declares, by the paths in its folder; those that need not be there are left out */
  readonly declared: readonly string[];
  /** removes what was brought here to be looked at */
  forget(): void;
}

/** So many entries of a job's folder are looked at. */
const MOST_ENTRIES = 1000;

type Try = Pick<EndedTry, "incarnation" | "place" | "number" | "attempt">;

/** The last try of a job that a run on the target knows of. */
async function findTry(deployed: DeployedSwarm, job: BundledJob) {
  for (const run of deployed.runs.toReversed()) {
    if (run.digest !== deployed.description.digest) continue;
    const { state, ended, active } = await viewRun(deployed, run);
    const begun = state.begun(job.number);
    const last = ended.get(job.number);
    if (!begun && !last) continue;
    const isOpen = active && !isClosed(run);
    const isRunning = isOpen && state.runningTries.some(({ number }) => number === job.number);
    const running = isRunning && begun ? { started: begun, seconds: state.secondsOf(begun) } : undefined;
    return { run, running, begun: isOpen ? begun : undefined, ended: last };
  }
  return undefined;
}

async function listFolder(deployed: DeployedSwarm, job: BundledJob, run: Run, last: Try): Promise<JobFolder> {
  const { files, description } = deployed;
  const path = folderOf(deployed, run, last) as string;
  const args = [baseOf(deployed, run, last), String(MOST_ENTRIES), path];
  const wrote: WrittenFile[] = [];
  let exists = false;
  let end: JobFolder["end"];
  for (const record of (await files.runScript("target/list-folder", args)).toString().split("\0")) {
    const ended = /^ended (\d+) (\d+) (.*)$/s.exec(record);
    const [, bytes, entry] = /^(\d+) (.+)$/s.exec(record) ?? [];
    if (record === "folder") exists = true;
    else if (ended && Number(ended[1]) === last.attempt) end = { line: Number(ended[2]), script: ended[3] as string };
    else if (entry !== undefined && !description.tree && !job.inputs.some((input) => isWithin(input, entry)))
      wrote.push({ path: entry, bytes: Number(bytes) });
  }
  return { path, exists, wrote, end };
}

/** Looks at one job on the target, and brings its logs here if it has not been collected. */
export async function lookAtJob(deployed: DeployedSwarm, job: BundledJob): Promise<KnownJob> {
  const { description, files, ledger } = deployed;
  const found = await findTry(deployed, job);
  const last: Try | undefined = found?.begun ?? found?.ended;
  const brought: string[] = [];
  const logs: Partial<Record<Stream, string>> = {};
  let folder: JobFolder | undefined;
  const isAway = last?.place.startsWith("/") === true;
  if (found && last && last.place !== "" && !isAway) {
    const { run } = found;
    const base = placeOfTry(last);
    const artifacts = STREAMS.map((stream) => ({ kind: "file", path: `${base}.${stream}`, bytes: undefined }) as const);
    const placeOf = (path: string) => join(run.folder, "work", path);
    if (!isClosed(run)) {
      const missing = artifacts.map(({ path }) => placeOf(path)).filter((path) => !existsSync(path));
      await files.fetch(run, artifacts);
      brought.push(...missing.filter(existsSync));
    }
    for (const stream of STREAMS) {
      const path = placeOf(`${base}.${stream}`);
      // One that is empty says nothing.
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) logs[stream] = path;
    }
    folder = await listFolder(deployed, job, run, last);
  }
  const known = ledger.get(job.key);
  const ended = found?.ended;
  // One that has not been collected is as it will be.
  const result = ended && !isClosed(found.run) ? uncollectedResult(job, ended, "") : known;
  const running = found?.running;
  return {
    job,
    line: lineOf(job, description),
    running,
    failure: !running && result?.status === "failed" ? asFailure(job, result, description) : undefined,
    isEnding: found?.begun !== undefined && !running,
    folder,
    logs,
    awayFolder: isAway && found?.begun && last ? baseOf(deployed, found.run, last) : undefined,
    declared: job.outputs.filter((_, i) => description.outputs[i]?.optional !== true),
    forget() {
      for (const path of brought) rmSync(path, { force: true });
    },
  };
}
