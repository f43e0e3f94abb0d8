import { accessSync, constants, existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import { countOf } from "../../compiler/format/amounts.js";
import { type BundleDescription, type BundledJob, collectedTree } from "../../compiler/format/bundle.js";
import type { OutputState } from "../../compiler/format/results.js";
import { WHERE_IT_IS } from "../hosts/run-script.js";
import { mistakeInData } from "../results/data/read-data.js";
import { asFailure, type Failure } from "../results/failure.js";
import { treeNameOf, treeRecord } from "../results/job-state.js";
import type { JobResult, Ledger } from "../results/ledger.js";
import { logNameOf, logPath, STREAMS } from "../results/logs.js";
import { InvalidData, isOfJob, OutputRefused } from "../results/output-refused.js";
import type { Results } from "../results/results.js";
import type { Used } from "../results/used.js";
import { placeOfTry, secondsOf } from "../run/journal.js";
import { Pace } from "../run/pace.js";
import type { Run } from "../run/run-folder.js";
import { type FinishedTry, RunState } from "../run/run-state.js";
import { RuntimeProblem } from "../system/problem.js";
import { messageOf } from "../system/system-errors.js";
import type { Artifact, Fetched, TargetFiles } from "../transfer/target-files.js";
import { CollectedFolders } from "./collected-folders.js";
import { resultOf } from "./result-of.js";

/** So many jobs, or bytes of outputs, are collected together: then the ledger is written. */
const MOST_JOBS_AT_ONCE = 1000;
/** How far it is, is told after so many jobs. */
const BETWEEN_SHOWS = 50;
const MOST_BYTES_AT_ONCE = 256 * 1024 * 1024;

export interface FollowOptions {
  readonly run: Run;
  readonly files: TargetFiles;
  readonly description: BundleDescription;
  /** the jobs of the run, by number */
  readonly jobs: ReadonlyMap<number, BundledJob>;
  readonly results: Results;
  readonly target: string;
  /** collect the logs of jobs that went well, too */
  readonly keepLogs: boolean;
  /** whether another checkout may have collected of a run, and removed what it has */
  readonly isShared: (run: number) => Promise<boolean>;
  /** count what an earlier deploy has already collected of this run, as if it had been collected now */
  readonly recount?: boolean;
  /** gets what each job has used that is counted */
  readonly used?: Used;
  /** gets that of jobs that have ended before the journals were read for the first time; undefined: `used` does */
  readonly usedBefore?: Used | undefined;
  /** told of each result that was noted */
  readonly collected?: (result: JobResult) => void;
}

/** Jobs that are collected together. */
interface Batch {
  readonly ended: readonly FinishedTry[];
  /** the results of those that were collected before */
  readonly known: ReadonlyMap<FinishedTry, JobResult>;
  /** those of which another checkout has collected what they made, and has removed it: they have not failed for that */
  readonly takenAway: ReadonlySet<FinishedTry>;
  readonly fetched: Fetched;
}

function* logsOf(ended: FinishedTry): Generator<Artifact> {
  for (const stream of STREAMS) yield { kind: "file", path: `${placeOfTry(ended)}.${stream}`, bytes: undefined };
}

export class RunFollower {
  readonly state: RunState;
  readonly pace = new Pace();
  readonly folders: CollectedFolders;
  /** names the run in the ledger */
  readonly #label: string;
  readonly #results: Results;
  readonly #ledger: Ledger;
  readonly #waiting: FinishedTry[] = [];
  /** how many of those that wait are being collected; taking each from the front would cost the more the more wait */
  #begun = 0;
  /** of those that are being collected, what is wrong with outputs that hold data, by their jobs' numbers */
  #invalid: ReadonlyMap<number, string> = new Map();
  /** jobs that had ended when the journals were read for the first time; undefined: they were not read yet */
  #before: ReadonlySet<number> | undefined;
  /** the last tries of the jobs that are done, by what jobs are called in their trees; kept if each job has a tree of its own */
  readonly doneTries = new Map<string, FinishedTry>();
  /** folders of failed jobs, below the run's `work/`: they stay */
  readonly failedPlaces = new Set<string>();
  readonly failures: Failure[] = [];
  /** jobs that are done, of which there is something to say */
  readonly remarks: JobResult[] = [];
  /** the keys of those that are done */
  readonly doneKeys = new Set<string>();
  done = 0;
  /** jobs that have ended as failed, and those of whose outputs that was found out since */
  failed = 0;
  /** jobs of which another checkout has what they made */
  takenAway = 0;

  constructor(readonly options: FollowOptions) {
    this.state = new RunState(options.run, options.jobs);
    this.folders = new CollectedFolders(options);
    this.#label = `${options.target}/${options.run.number}`;
    this.#results = options.results;
    this.#ledger = options.results.placed.ledger;
  }

  get collected(): number {
    return this.done + this.failures.length;
  }

  /** What another checkout has collected, as a sentence. */
  get aboutTakenAway(): string | undefined {
    if (this.takenAway === 0) return undefined;
    return `what ${countOf(this.takenAway, "job")} of run ${this.options.run.number} made was collected by another checkout, and lies in its results`;
  }

  /** Reads what is new. @returns whether anything was */
  async read(): Promise<boolean> {
    this.state.ahead = await this.options.files.readJournals(this.options.run);
    const hasNews = this.state.read((ended) => {
      this.#waiting.push(ended);
      this.pace.ended(secondsOf(ended));
      if (ended.event === "failed") this.failed += 1;
      if (ended.event !== "done" || this.options.description.tree?.mode !== "perJob") return;
      const job = this.options.jobs.get(ended.number) as BundledJob;
      this.doneTries.set(treeNameOf(job, this.options.description), ended);
    });
    this.#before ??= new Set(this.options.usedBefore ? this.#waiting.map(({ number }) => number) : []);
    return hasNews;
  }

  /** Collects what has ended since the last time, and writes it into the ledger. @param show called again and again */
  async collect(show: () => void = () => {}): Promise<readonly JobResult[]> {
    const results: JobResult[] = [];
    while (this.#begun < this.#waiting.length) {
      addAll(results, await this.#collectSome(show));
    }
    this.#waiting.length = 0;
    this.#begun = 0;
    return results;
  }

  async #collectSome(show: () => void): Promise<JobResult[]> {
    const all: FinishedTry[] = [];
    const fresh: FinishedTry[] = [];
    const known = new Map<FinishedTry, JobResult>();
    const artifacts: Artifact[] = [];
    let bytes = 0;
    while (all.length < MOST_JOBS_AT_ONCE && bytes < MOST_BYTES_AT_ONCE) {
      const ended = this.#waiting[this.#begun];
      if (!ended) break;
      this.#begun += 1;
      all.push(ended);
      const before = this.#collectedBefore(ended);
      if (before) {
        known.set(ended, before);
        continue;
      }
      fresh.push(ended);
      for (const artifact of this.#artifactsOf(ended)) {
        artifacts.push(artifact);
        bytes += artifact.bytes ?? 0;
      }
    }
    const fetched = await this.options.files.fetch(this.options.run, artifacts);
    const takenAway = await this.#findTakenAway(fresh);
    this.#invalid = await this.#findInvalid(fresh);
    const results: JobResult[] = [];
    try {
      this.#collectBatch({ ended: all, known, takenAway, fetched }, results, show);
    } finally {
      // Also what was collected before something was wrong with a disk.
      this.#results.writeDown();
      this.#ledger.append(results);
    }
    if (this.options.collected) for (const result of results) this.options.collected(result);
    return results;
  }

  #collectBatch(batch: Batch, results: JobResult[], show: () => void): void {
    for (const [i, ended] of batch.ended.entries()) {
      if (i % BETWEEN_SHOWS === 0) show();
      const job = this.options.jobs.get(ended.number) as BundledJob;
      const known = batch.known.get(ended);
      if (batch.takenAway.has(ended)) {
        this.takenAway += 1;
        continue;
      }
      const result = known ?? this.#collect(job, ended, batch.fetched);
      if (!known) results.push(result);
      if (result.status === "failed") this.failedPlaces.add(placeOfTry(ended));
      else this.folders.add(placeOfTry(ended));
      if (known && !this.options.recount) continue;
      const { used, usedBefore } = this.options;
      (this.#before?.has(ended.number) ? usedBefore : used)?.add(result);
      if (result.status === "done") {
        this.done += 1;
        this.doneKeys.add(job.key);
        if (result.detail !== "") this.remarks.push(result);
      } else this.failures.push(asFailure(job, result, this.options.description));
      if (result.status === "failed" && ended.event === "done") this.failed += 1;
    }
  }

  *#artifactsOf(ended: FinishedTry): Generator<Artifact> {
    const { description, jobs, keepLogs } = this.options;
    const folder = placeOfTry(ended);
    const job = jobs.get(ended.number) as BundledJob;
    // Of a tree, what has changed is collected as a whole.
    if (ended.event === "done" && !description.tree) {
      for (const [i, output] of description.outputs.entries()) {
        const bytes = ended.outputs[i];
        if (typeof bytes === "number") yield { kind: output.kind, path: `${folder}/${job.outputs[i]}`, bytes };
      }
    }
    if (ended.event === "failed" || keepLogs) yield* logsOf(ended);
  }

  async #findTakenAway(fresh: readonly FinishedTry[]): Promise<ReadonlySet<FinishedTry>> {
    const { isShared, run } = this.options;
    const gone = fresh.filter((ended) => this.#isGone(ended));
    if (gone.length === 0) return new Set();
    const work = join(run.folder, "work");
    try {
      accessSync(work, constants.R_OK | constants.X_OK);
    } catch (error) {
      // With all of that folder, it is not the jobs that have done it.
      throw new RuntimeProblem(`${work} cannot be read: ${messageOf(error)}`, WHERE_IT_IS, { cause: error });
    }
    return new Set((await isShared(run.number)) ? gone : []);
  }

  /** What is wrong with outputs that hold data, by their jobs' numbers; their logs are fetched, too. */
  async #findInvalid(fresh: readonly FinishedTry[]): Promise<ReadonlyMap<number, string>> {
    const { description, run, jobs, files } = this.options;
    const invalid = new Map<number, string>();
    if (!description.outputs.some(({ data }) => data)) return invalid;
    for (const ended of fresh) {
      const job = jobs.get(ended.number) as BundledJob;
      if (ended.event !== "done") continue;
      const mistake = this.#mistakeInData(job, ended);
      if (mistake !== undefined) invalid.set(ended.number, mistake);
    }
    const logs = fresh.filter(({ number }) => invalid.has(number)).flatMap((ended) => [...logsOf(ended)]);
    if (logs.length > 0) await files.fetch(run, logs);
    return invalid;
  }

  /** The result of this very try, if it was collected before. */
  #collectedBefore(ended: FinishedTry): JobResult | undefined {
    const result = this.#ledger.get((this.options.jobs.get(ended.number) as BundledJob).key);
    const same =
      result?.run === this.#label &&
      (result.start ?? ended.start) === ended.start &&
      result.attempts === ended.attempt &&
      result.seconds === secondsOf(ended) &&
      result.host === ended.host;
    return same ? result : undefined;
  }

  /** Is nothing left of what a job has made? */
  #isGone(ended: FinishedTry): boolean {
    const { description, run, jobs } = this.options;
    if (ended.event !== "done" || description.tree) return false;
    const job = jobs.get(ended.number) as BundledJob;
    const made = job.outputs.filter((_, i) => typeof ended.outputs[i] === "number");
    return made.length > 0 && made.every((path) => !existsSync(join(run.folder, "work", placeOfTry(ended), path)));
  }

  #mistakeInData(job: BundledJob, ended: FinishedTry): string | undefined {
    const { description, run } = this.options;
    for (const [i, { data }] of description.outputs.entries()) {
      const path = job.outputs[i] as string;
      const file = join(run.folder, "work", placeOfTry(ended), path);
      if (!data || typeof ended.outputs[i] !== "number" || !existsSync(file)) continue;
      const mistake = mistakeInData(file, path, data);
      if (mistake !== undefined) return mistake;
    }
    return undefined;
  }

  #collect(job: BundledJob, ended: FinishedTry, fetched: Fetched): JobResult {
    const { description, run, keepLogs } = this.options;
    const place = placeOfTry(ended);
    const folder = join(run.folder, "work", place);
    let { cause, detail } = ended;
    let outputs: OutputState[] = description.outputs.map((_, i) => ended.outputs[i] ?? "missing");
    const digests = outputs.map(() => "");
    if (ended.event === "done") {
      try {
        const mistake = this.#invalid.get(ended.number);
        if (mistake !== undefined) throw new InvalidData(mistake);
        const gone = outputs.findIndex((state, i) => state === "missing" && description.outputs[i]?.optional === false);
        if (gone >= 0) throw new OutputRefused(`${job.outputs[gone]} is gone from the job's folder`);
        let refused: Error | undefined;
        for (const [i, state] of outputs.entries()) {
          if (typeof state !== "number" || description.tree) continue;
          try {
            const brought = this.#bring(job, i, { place, bytes: state, fetched });
            outputs[i] = brought.bytes;
            digests[i] = brought.digest;
          } catch (error) {
            // The others are brought all the same, and then set aside: who was killed may have brought them before, and
            // nothing that nobody knows is to be left behind.
            if (!isOfJob(error)) throw error;
            refused ??= error;
          }
        }
        if (refused) throw refused;
        if (collectedTree(description)) this.#results.recordTree(treeRecord(job, description), job);
      } catch (error) {
        // The trouble of one job keeps no other from being collected.
        if (!isOfJob(error)) throw error;
        cause = error instanceof InvalidData ? "invalid-output" : "node";
        detail = error.message;
        outputs = outputs.map((state) => (typeof state === "number" ? "invalid" : state));
      }
    } else outputs = outputs.map((state) => (typeof state === "number" ? "missing" : state));
    const failed = cause !== "ok";
    if (!description.tree) this.#results.setAsideInsteadOf(job, outputs);
    const logName = logNameOf(job, description);
    for (const stream of STREAMS) {
      const log = `${folder}.${stream}`;
      const stats = failed || keepLogs ? lstatSync(log, { throwIfNoEntry: false }) : undefined;
      // A job can put anything else there.
      if (stats?.isFile() && stats.size > 0) this.#results.collectLog(log, logPath(logName, stream));
      else this.#results.dropLog(logPath(logName, stream));
    }
    const status = failed ? "failed" : "done";
    const { earlier } = ended;
    return { ...resultOf(job, ended), status, cause, earlier, run: this.#label, outputs, digests, detail };
  }

  /** Brings one output of a job to its place in the results. @throws OutputRefused if it cannot be */
  #bring(job: BundledJob, output: number, from: { place: string; bytes: number; fetched: Fetched }) {
    const { description, run } = this.options;
    const path = job.outputs[output] as string;
    const at = `${from.place}/${path}`;
    const why = from.fetched.refused.get(at);
    if (why !== undefined) throw new OutputRefused(`${path} ${why}`);
    const source = join(run.folder, "work", at);
    const which = { job, output };
    return description.outputs[output]?.kind === "folder"
      ? this.#results.collectFolder(source, path, from.bytes + (from.fetched.instead.get(at) ?? 0), which)
      : this.#results.collectFile(source, path, from.bytes, which);
  }
}
