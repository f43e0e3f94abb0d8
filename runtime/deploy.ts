import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type BundleDescription,
  type BundledJob,
  readBundleDescription,
  readBundledJobs,
} from "../compiler/format/bundle.js";
import { DigestCache } from "../compiler/survey/digest-cache.js";
import { DirectEngine } from "./engines/direct.js";
import type { Engine } from "./engines/engine.js";
import { stageHere } from "./files/here.js";
import { makeReport, type SwarmReport } from "./report.js";
import { RunFollower } from "./runs/follow-run.js";
import { holdRun } from "./runs/lives.js";
import { closeRun, isClosed, listRunJobs, listRuns, type Run, readRun } from "./runs/run-folder.js";
import { lockState } from "./state/deploy-lock.js";
import { type JobResult, Ledger } from "./state/ledger.js";
import { Ownership } from "./state/ownership.js";
import { writeResultTables } from "./state/result-tables.js";
import { type Reason, type Redo, selectJobs } from "./state/select-jobs.js";
import { RuntimeProblem, targetDirectory, type Workspace } from "./workspace.js";

/** Between two looks at the journals, in milliseconds: short at first, longer when little happens. */
const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 500;

/** How often a manager that was killed is started again without any job having ended in between. */
const MOST_RESTARTS = 3;

export interface Progress {
  readonly jobs: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
}

/** Whoever watches a deploy. */
export interface DeployObserver {
  selected(facts: {
    total: number;
    wanted: number;
    cached: number;
    reasons: ReadonlyMap<Reason, number>;
    slots?: number;
  }): void;
  staging(staged: number, jobs: number): void;
  launched(run: Run): void;
  /** A run of an earlier deploy still goes on, and is followed. */
  rejoined(run: Run): void;
  restarted(run: Run, words: string): void;
  progress(progress: Progress): void;
}

export interface DeployOptions {
  readonly workspace: Workspace;
  readonly target: string;
  /** the built bundle */
  readonly bundle: string;
  readonly description: BundleDescription;
  readonly redo: Redo;
  readonly limit: number | undefined;
  readonly keepLogs: boolean;
  readonly observer: DeployObserver;
  /** aborted when the user asks to stop */
  readonly signal: AbortSignal;
}

/** How a deploy ended. */
export type DeployEnd =
  | { readonly how: "complete" }
  /** the user asked for it */
  | { readonly how: "interrupted" }
  /** the manager stopped before all was done */
  | { readonly how: "stopped"; readonly reason: string; readonly detail: string };

export interface DeployResult {
  readonly report: SwarmReport;
  readonly end: DeployEnd;
  /** the failures of this deploy */
  readonly failures: readonly JobResult[];
  /** finished in this deploy */
  readonly finished: number;
}

class Deployment {
  readonly target: string;
  readonly ledger: Ledger;
  readonly engine: Engine = new DirectEngine();
  readonly failures: JobResult[] = [];
  finished = 0;

  constructor(readonly options: DeployOptions) {
    this.target = targetDirectory(options.workspace, options.target);
    this.ledger = Ledger.open(options.workspace.state);
  }

  jobs(): Iterable<BundledJob> {
    return readBundledJobs(this.options.bundle, this.options.description);
  }

  follower(
    run: Run,
    jobs: ReadonlyMap<number, BundledJob>,
    description: BundleDescription,
    recount = false,
  ): RunFollower {
    const { workspace, target, keepLogs } = this.options;
    mkdirSync(workspace.results, { recursive: true });
    return new RunFollower({
      run,
      description,
      jobs,
      ledger: this.ledger,
      results: workspace.results,
      label: `${target}/${run.number}`,
      keepLogs,
      recount,
    });
  }

  /** The jobs of an earlier run; undefined if the bundle that it belongs to is not on the target any more. */
  earlier(run: Run): { jobs: Map<number, BundledJob>; description: BundleDescription } | undefined {
    const bundle = join(this.target, "bundle");
    let description: BundleDescription;
    try {
      description = readBundleDescription(bundle);
    } catch {
      return undefined;
    }
    if (description.digest !== run.digest) return undefined;
    const numbers = new Set(listRunJobs(run));
    const jobs = new Map<number, BundledJob>();
    for (const job of readBundledJobs(bundle, description)) if (numbers.has(job.number)) jobs.set(job.number, job);
    return { jobs, description };
  }

  /** Follows a run until no manager works on it any more. */
  async follow(run: Run, jobs: ReadonlyMap<number, BundledJob>, recount = false): Promise<DeployEnd> {
    const { observer, signal } = this.options;
    const follower = this.follower(run, jobs, this.options.description, recount);
    let pause = SHORTEST_PAUSE;
    let stopping: Promise<void> | undefined;
    let restarts = 0;
    let settledAtStart = 0;
    for (;;) {
      if (signal.aborted) stopping ??= this.stop(run);
      // Asked before the last look at the journals, so that nothing written in between is missed.
      const gone = this.engine.state(run) === "gone";
      const news = follower.read();
      follower.gather();
      observer.progress({
        jobs: jobs.size,
        done: follower.done,
        failed: follower.failures.length,
        running: follower.running,
      });
      if (gone) {
        if (follower.settled === jobs.size || stopping !== undefined) break;
        const last = this.engine.lastWords(run);
        const reason = follower.reason ?? last.reason;
        // One that says it has finished while jobs are missing is to look again.
        if (reason !== undefined && reason !== "finished") {
          this.finish(follower, jobs.size);
          return { how: "stopped", reason, detail: follower.reasonDetail || last.detail };
        }
        if (follower.settled > settledAtStart) restarts = 0;
        restarts += 1;
        if (restarts > MOST_RESTARTS) {
          this.finish(follower, jobs.size);
          return { how: "stopped", reason: "killed", detail: last.detail };
        }
        observer.restarted(run, last.detail);
        settledAtStart = follower.settled;
        await this.engine.launch(run);
      }
      pause = news ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, pause * 1.5);
      if (!gone) await this.engine.rest(pause);
    }
    await stopping;
    this.finish(follower, jobs.size);
    return { how: signal.aborted ? "interrupted" : "complete" };
  }

  /** Stops a manager, also one that is still on its way. */
  async stop(run: Run): Promise<void> {
    do await this.engine.stop(run);
    while (this.engine.state(run) === "running");
  }

  /** A run that was stopped early is left as it is: its manager can be started again by hand. */
  finish(follower: RunFollower, jobs: number): void {
    this.failures.push(...follower.failures);
    this.finished += follower.done + follower.failures.length;
    if (follower.settled < jobs) return;
    // Until now the journals and work folders had it all; from here on the ledger alone.
    this.ledger.sync();
    closeRun(follower.options.run);
    follower.removeWorkFolders();
  }

  /** What earlier deploys have left: a run that still goes on is followed, one that was cut off gathered. */
  async takeUp(): Promise<DeployEnd | undefined> {
    for (const number of listRuns(this.target)) {
      const run = readRun(this.target, number);
      if (!run || isClosed(run)) continue;
      const earlier = this.earlier(run);
      if (this.engine.state(run) === "running" || !holdRun(run)) {
        if (!earlier || run.digest !== this.options.description.digest) {
          throw new RuntimeProblem(
            `run ${run.number} of an earlier version of this definition still goes on`,
            "wait for it (locusts status), or stop it (locusts cancel)",
          );
        }
        this.options.observer.rejoined(run);
        const end = await this.follow(run, earlier.jobs, true);
        if (end.how !== "complete") return end;
      } else if (earlier) {
        await this.engine.stop(run); // ends what a killed manager has left running
        const follower = this.follower(run, earlier.jobs, earlier.description);
        follower.read();
        follower.gather();
        this.finish(follower, follower.settled);
      } else closeRun(run);
    }
    return undefined;
  }

  async run(): Promise<DeployResult> {
    const { options } = this;
    const ownership = new Ownership(options.workspace.results, this.ledger);
    ownership.checkTables();
    const early = await this.takeUp();
    const taken = new Set(this.failures.map((failure) => failure.key));
    const selection = selectJobs(this.jobs(), options.description, this.ledger, options.workspace.results, {
      redo: options.redo,
      limit: options.limit,
      except: taken,
    });
    if (selection.unknownRedo.length > 0) {
      throw new RuntimeProblem(
        `--redo: there is no job named ${selection.unknownRedo.join(", ")}, and none that ended by such a cause`,
        "give a job's name as in results/jobs.tsv, a cause (exit, signal, timeout, oom, missing-output), or nothing for all",
      );
    }
    let end: DeployEnd = early ?? { how: "complete" };
    if (!early) {
      options.observer.selected({
        total: selection.total,
        wanted: selection.wanted.size,
        cached: selection.cached - this.finished + this.failures.length,
        reasons: selection.reasons,
      });
      if (selection.wanted.size > 0 && !options.signal.aborted) {
        ownership.checkPlaces(selection.wanted.values(), options.description);
        const run = await stageHere({
          bundle: options.bundle,
          description: options.description,
          sources: options.workspace.folder,
          target: this.target,
          wanted: new Set(selection.wanted.keys()),
          digests: DigestCache.open(join(options.workspace.state, "digests.tsv")),
          managers: 1,
          slots: 1,
          staged: (staged) => options.observer.staging(staged, selection.wanted.size),
        });
        await this.engine.launch(run);
        options.observer.launched(run);
        end = await this.follow(run, selection.wanted);
      } else if (options.signal.aborted) end = { how: "interrupted" };
    }
    const standing = writeResultTables(options.workspace.results, options.description, this.jobs(), this.ledger);
    const failures = [...failedJobs(this.jobs(), this.ledger)];
    const cached = Math.max(0, standing.done - this.finished + this.failures.length);
    return {
      report: makeReport(options.target, standing, { running: 0, cached }, failures),
      end,
      failures,
      finished: this.finished,
    };
  }
}

/** The results of the jobs that have failed. */
export function* failedJobs(jobs: Iterable<BundledJob>, ledger: Ledger): Generator<JobResult> {
  for (const job of jobs) {
    const result = ledger.get(job.key);
    if (result?.status === "failed") yield result;
  }
}

/**
 * Runs what has to be run of a swarm on a local target, and gathers the results.
 *
 * @throws RuntimeProblem
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const unlock = lockState(options.workspace.state);
  try {
    return await new Deployment(options).run();
  } finally {
    unlock();
  }
}
