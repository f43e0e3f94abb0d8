import { join } from "node:path";
import { type BundleDescription, type BundledJob, readBundledJobs } from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { tidyAgain } from "../collect/end-run.js";
import { BROKEN_CHAIN, RunFollower } from "../collect/follow-run.js";
import { failedJobs } from "../results/job-state.js";
import { type JobResult, Ledger } from "../results/ledger.js";
import { putRight } from "../results/put-right.js";
import { makeReport } from "../results/report.js";
import { type Standing, writeResultTables } from "../results/result-tables.js";
import { Results } from "../results/results.js";
import { type Selection, selectJobs } from "../results/select-jobs.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { JournalReader } from "../run/journal.js";
import { closeRun, isCancelled, isClosed, listRuns, type Run, readRun, unmarkCancelled } from "../run/run-folder.js";
import type { Engine } from "../schedulers/scheduler.js";
import { RuntimeProblem } from "../system/problem.js";
import type { OpenedTarget } from "../target/open-target.js";
import { restoreCopies } from "../transfer/stage-run.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { carryResultsOver } from "../trees/carry-over.js";
import { bringTreeHome, type TreeHome } from "../trees/collect-tree.js";
import { knownBundles, targetDirectory } from "../workspace/workspace.js";
import type { DeployOptions } from "./deploy-options.js";
import type { DeployEnd, DeployResult } from "./deploy-result.js";
import { replaceBundle, restoreBundle, stageWanted } from "./stage-wanted.js";

/** How long managers may take to leave when all is done, in milliseconds. */
const MOST_LEAVING = 30_000;

/** How often a manager that was killed is started again without any job having ended in between. */
const MOST_RESTARTS = 3;

/** Why managers leave when a job has changed what others read. */
const SPOILT = "spoilt";

/** How often what jobs share is made anew, in one run: then something is wrong with the command. */
const MOST_RESTORED = 20;

/** One deploy: what is left of earlier ones is taken up, what is wanted is run, and what comes of it is gathered. */
export class Deployment {
  readonly ledger: Ledger;
  readonly results: Results;
  readonly engine: Engine;
  readonly files: TargetFiles;
  readonly failures: JobResult[] = [];
  readonly badNodes = new Set<string>();
  readonly noted = new Set<string>();
  readonly trees: TreeHome[] = [];
  finished = 0;

  constructor(
    readonly options: DeployOptions,
    readonly opened: OpenedTarget,
  ) {
    this.ledger = Ledger.open(options.workspace.state);
    this.results = new Results(options.workspace.results, options.workspace.state, this.ledger);
    this.engine = opened.engine;
    this.files = opened.files;
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
    makeFolders(workspace.results);
    return new RunFollower({
      run,
      files: this.files,
      description,
      jobs,
      results: this.results,
      label: `${target}/${run.number}`,
      keepLogs,
      recount,
    });
  }

  /** Follows a run until no manager works on it any more, or until the user leaves it. */
  async follow(run: Run, jobs: ReadonlyMap<number, BundledJob>, recount = false): Promise<DeployEnd> {
    const follower = this.follower(run, jobs, this.options.description, recount);
    try {
      return await this.#followToEnd(follower, run, jobs);
    } catch (error) {
      // What was asked of the target was cut short.
      if (error === this.options.signal.reason && this.engine.outlivesInterrupt) return this.leave(follower);
      throw error;
    }
  }

  async #followToEnd(follower: RunFollower, run: Run, jobs: ReadonlyMap<number, BundledJob>): Promise<DeployEnd> {
    const { observer, signal } = this.options;
    const [shortest, longest] = this.engine.pauses;
    let pause = shortest;
    let stopping: Promise<void> | undefined;
    let restarts = 0;
    let restored = 0;
    let settledAtStart = 0;
    let allSettled: number | undefined;
    for (;;) {
      if (signal.aborted && this.engine.outlivesInterrupt) return this.leave(follower);
      if (signal.aborted) stopping ??= this.stop(run);
      // Asked before the last look at the journals, so that nothing written in between is missed.
      const { going, words, notes = [] } = await this.engine.state(run, follower.haveLeft);
      for (const note of notes) {
        if (!this.noted.has(note)) observer.noted(note);
        this.noted.add(note);
      }
      const news = await follower.read();
      await follower.gather();
      for (const { name, detail } of follower.remarks.splice(0)) observer.remarked(name, detail);
      for (const node of follower.badNodes) {
        if (!this.badNodes.has(node)) observer.badNode(node);
        this.badNodes.add(node);
      }
      for (const chain of follower.brokenChains) {
        if (!this.noted.has(chain)) observer.noted(`the pilot ${chain}`);
        this.noted.add(chain);
      }
      observer.progress({
        jobs: jobs.size,
        done: follower.done,
        failed: follower.failures.length,
        running: follower.running,
        words,
      });
      if (!going) {
        if (follower.settled === jobs.size || stopping !== undefined) break;
        const stopped = await this.whyStopped(run, follower);
        const isSpoilt = stopped.reason === SPOILT && restored < MOST_RESTORED;
        // A node that is bad is left out from now on; where others did well, so will the next ones.
        const isBroken = stopped.reason === BROKEN_CHAIN || (stopped.reason === "bad-node" && follower.hasFinished);
        if (stopped.reason !== undefined && !isSpoilt && !isBroken) {
          await this.finish(follower, jobs.size);
          return { how: "stopped", reason: stopped.reason, detail: stopped.detail };
        }
        if (follower.settled > settledAtStart) restarts = 0;
        restarts += 1;
        if (restarts > MOST_RESTARTS) {
          await this.finish(follower, jobs.size);
          return { how: "stopped", reason: stopped.reason ?? "killed", detail: stopped.detail };
        }
        if (isSpoilt) {
          restored += 1;
          await restoreCopies(this.options, this.files);
          observer.copyRestored(run, stopped.detail);
        } else if (isBroken) observer.noted("pilots are submitted anew for what is left");
        else observer.restarted(run, stopped.detail);
        settledAtStart = follower.settled;
        await this.launch(run, jobs.size - follower.settled);
      } else if (follower.settled === jobs.size && stopping === undefined) {
        allSettled ??= Date.now();
        if (Date.now() - allSettled > MOST_LEAVING) stopping = this.stop(run);
      }
      pause = news || allSettled !== undefined ? shortest : Math.min(longest, pause * 1.5);
      if (going) await this.engine.rest(pause);
    }
    await stopping;
    await this.finish(follower, jobs.size);
    return { how: signal.aborted ? "interrupted" : "complete" };
  }

  /** Starts what is to work on a run, also one that was cancelled, and says what there is to say of it. */
  async launch(run: Run, left: number): Promise<void> {
    unmarkCancelled(run);
    for (const words of await this.engine.launch(run, left)) this.options.observer.noted(words);
  }

  /** Why the managers are gone although jobs are left; no reason if they are to be started again. */
  async whyStopped(run: Run, follower: RunFollower): Promise<{ reason: string | undefined; detail: string }> {
    const departure = follower.departure;
    // One that says it has finished while jobs are missing is to look again, as one that was killed.
    if (departure && departure.reason !== "finished" && departure.reason !== "signal") return departure;
    const last = await this.engine.lastWords(run);
    // A signal may be a scheduler's, which has taken the machine for others.
    if (departure?.reason === "signal" && !last.wasTaken) return departure;
    return { ...last, reason: last.reason === "finished" ? undefined : last.reason };
  }

  /** Leaves the managers at work. */
  leave(follower: RunFollower): DeployEnd {
    this.failures.push(...follower.failures);
    this.finished += follower.done + follower.failures.length;
    return { how: "left", run: follower.options.run.number };
  }

  /** Stops a manager, also one that is still on its way. */
  async stop(run: Run): Promise<void> {
    do await this.engine.stop(run);
    while ((await this.engine.state(run)).going);
  }

  /** A run that was stopped early is left as it is: its manager can be started again by hand. */
  async finish(follower: RunFollower, jobs: number): Promise<void> {
    this.failures.push(...follower.failures);
    this.finished += follower.done + follower.failures.length;
    if (follower.settled < jobs) return;
    await this.close(follower, true);
  }

  /** @param isOver whether all its jobs have ended */
  async close(follower: RunFollower, isOver: boolean): Promise<void> {
    await this.bringTree(follower, isOver);
    this.noteUntidied(follower.options.run, await follower.end());
  }

  noteUntidied(run: Run, left: string | undefined): void {
    if (left !== undefined) this.options.observer.untidied(run, left);
  }

  /** Brings home what the jobs of a run that is over have changed in their tree. */
  async bringTree(follower: RunFollower, isOver: boolean): Promise<void> {
    const { run, description } = follower.options;
    if (!description.tree) return;
    const { folder, results, state } = this.options.workspace;
    const done = follower.doneTries;
    const home = await bringTreeHome({
      run,
      files: this.files,
      description,
      folder,
      results,
      state,
      done,
      isOver,
      write: true,
    });
    this.trees.push(home);
    this.options.observer.treeCame(home);
  }

  /** What earlier deploys have left: a run that still goes on is followed, one that was cut off gathered. */
  async takeUp(): Promise<DeployEnd | undefined> {
    const { workspace, target } = this.options;
    await this.files.adopt();
    for (const number of listRuns(this.files.here)) {
      const run = readRun(this.files.here, number);
      if (!run) continue;
      if (isClosed(run)) {
        this.noteUntidied(run, await tidyAgain(run, this.files));
        continue;
      }
      const earlier = readEarlierRun(knownBundles(workspace, target, this.files.here), run);
      const isCurrent = run.digest === this.options.description.digest;
      // Managers read it, and so does whatever stops them.
      if (isCurrent) restoreBundle(this.options, this.files);
      // What was cancelled while SLURM did not answer may be in its queue still.
      if (isCancelled(run)) await this.engine.stop(run);
      const { going } = await this.engine.state(run);
      // A run whose jobs share a tree is gone on with: nothing is held, and whoever begins first has it.
      const resumes = !going && isCurrent && earlier?.isListed && earlier.description.tree;
      if (going || (!resumes && !(await this.engine.hold(run)))) {
        if (!earlier || !isCurrent) {
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
        await follower.read();
        await follower.gather();
        const left = run.jobs - follower.settled;
        if (left === 0 || !earlier.description.tree) await this.finish(follower, follower.settled);
        else if (resumes) {
          const end = await this.resume(run, earlier.jobs, left);
          if (end.how !== "complete") return end;
        } else await this.close(follower, false);
      } else await this.giveUp(run);
    }
    return undefined;
  }

  /** Of a run whose bundle is lost nobody knows what its jobs were. */
  async giveUp(run: Run): Promise<void> {
    let ended = 0;
    await this.files.look(run);
    new JournalReader(run.folder).read({ started: () => {}, ended: () => (ended += 1), left: () => {} });
    if (ended > 0) this.options.observer.lost(run);
    closeRun(run);
  }

  /** Goes on with a run whose managers are gone. */
  async resume(run: Run, jobs: ReadonlyMap<number, BundledJob>, left: number): Promise<DeployEnd> {
    this.options.observer.rejoined(run);
    if (this.options.signal.aborted) return { how: "interrupted" };
    await this.launch(run, left);
    return this.follow(run, jobs, true);
  }

  /** Has results/ hold what the jobs as they stand have made, and nothing else of theirs. */
  putRight(selection: Selection): void {
    const done = putRight(() => this.jobs(), this.options.description, this.results, selection);
    this.options.observer.putRight(done);
    // If this ends here, the tables are to say what is there.
    if (done.setAside > 0) this.writeTables();
  }

  /** Runs the jobs that are wanted. */
  async runWanted(selection: Selection): Promise<DeployEnd> {
    const { wanted } = selection;
    const run = await stageWanted(this.opened, this.options, new Set(wanted.keys()));
    try {
      // Not before: as long as nothing can run, the old results are better than none.
      this.putRight(selection);
      await this.launch(run, wanted.size);
    } catch (error) {
      // Whether it has begun is not known then: the next deploy will see.
      if (error === this.options.signal.reason) return { how: "left", run: run.number };
      await this.files.discard(run).catch(() => {}); // what was wrong in the first place is worth more
      throw error;
    }
    this.options.observer.launched(run);
    return this.options.detach ? { how: "left", run: run.number } : this.follow(run, wanted);
  }

  async run(): Promise<DeployResult> {
    const { options } = this;
    const { ownership, placed, kept, stale } = this.results;
    ownership.checkTables(options.description.tree !== null);
    const early = await this.takeUp();
    if (!early && this.trees.some(({ applied }) => applied)) return this.conclude({ how: "outdated" });
    const { workspace, description, target } = options;
    const before = join(targetDirectory(workspace, target), "bundle");
    carryResultsOver(workspace.state, placed, before, options.bundle, description);
    const taken = new Set(this.failures.map((failure) => failure.key));
    const selection = selectJobs(() => this.jobs(), description, placed, [kept, stale], {
      redo: options.redo,
      limit: options.limit,
      except: taken,
    });
    let end: DeployEnd = early ?? { how: "complete" };
    if (!early) {
      options.observer.selected({
        total: selection.total,
        wanted: selection.wanted.size,
        cached: selection.cached - this.finished + this.failures.length,
        reasons: selection.reasons,
      });
      const returning = selection.returning.map(({ job }) => job);
      ownership.checkPlaces([...selection.wanted.values(), ...returning], description);
      if (options.signal.aborted) end = { how: "interrupted" };
      else if (selection.wanted.size > 0) end = await this.runWanted(selection);
      else {
        this.putRight(selection);
        replaceBundle(this.options, this.files);
      }
    }
    return this.conclude(end);
  }

  writeTables(): Standing {
    const { description } = this.options;
    return writeResultTables(this.results.folder, description, this.jobs(), this.results.placed);
  }

  /** Writes the tables, and says what it has come to. */
  conclude(end: DeployEnd): DeployResult {
    const { options } = this;
    const standing = this.writeTables();
    const failures = [...failedJobs(this.jobs(), this.ledger)];
    const cached = Math.max(0, standing.done - this.finished + this.failures.length);
    return {
      report: makeReport(options.target, standing, { running: 0, cached }, failures, this.results.placed.stalePaths()),
      end,
      failures,
      finished: this.finished,
      trees: this.trees,
    };
  }
}
