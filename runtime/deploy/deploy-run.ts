import { join } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import {
  type BundleDescription,
  type BundledJob,
  collectedTree,
  readBundledJobs,
} from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { viewRun } from "../collect/deployed-swarm.js";
import { endRun, tidyRun } from "../collect/end-run.js";
import { findNotRedone } from "../collect/find-not-redone.js";
import { type FollowOptions, RunFollower } from "../collect/follow-run.js";
import { writeTables } from "../collect/write-tables.js";
import type { ReportSource } from "../report/make-report-data.js";
import { LiveReport } from "../report/write-report.js";
import type { Failure } from "../results/failure.js";
import { clusterSwarm, type ShownCluster } from "../results/failures/cluster-swarm.js";
import { currentResult } from "../results/job-state.js";
import { Ledger } from "../results/ledger.js";
import { NotRedone } from "../results/not-redone.js";
import { putRight } from "../results/put-right.js";
import { renameKeys } from "../results/rename-keys.js";
import { makeReport } from "../results/report.js";
import { Results } from "../results/results.js";
import { type Selection, selectJobs } from "../results/select-jobs.js";
import { Used } from "../results/used.js";
import { readEarlierRun } from "../run/earlier-run.js";
import { closeRun, isCancelled, isClosed, type Run, readRuns } from "../run/run-folder.js";
import type { Scheduler } from "../schedulers/scheduler.js";
import type { OpenedTarget } from "../target/open-target.js";
import type { TargetFiles } from "../transfer/target-files.js";
import { carryResultsOver, findCarriedOver } from "../trees/carry-over.js";
import type { CollectedTree } from "../trees/collect-tree.js";
import { noteTree } from "../trees/tree-notes.js";
import { knownBundles, targetDirectory } from "../workspace/workspace.js";
import { Managers, takenOver } from "./managers.js";
import { otherVersion, refuseChoice } from "./refuse-choice.js";
import { replaceBundle, restoreBundle, stageWanted } from "./stage-wanted.js";
import type { DeployEnd, DeployOptions, DeployOutcome } from "./types.js";

/** One deploy: what is left of earlier ones is taken up, what is wanted is run, and what comes of it is gathered. */
export class DeployRun {
  readonly ledger: Ledger;
  readonly results: Results;
  readonly scheduler: Scheduler;
  readonly files: TargetFiles;
  readonly managers: Managers;
  readonly failures: Failure[] = [];
  readonly trees: CollectedTree[] = [];
  readonly used = new Used();
  readonly usedBefore = new Used();
  readonly notRedone = new NotRedone();
  readonly #live: LiveReport | undefined;
  #clustered: { readonly failures: readonly Failure[]; readonly clusters: readonly ShownCluster[] } | undefined;
  /** earlier runs that have ended, and whose working folders are still there */
  readonly #untidied: Run[] = [];
  #tidying: Promise<void> | undefined;
  readonly #noted = new Set<string>();
  /** keys of jobs that this deploy has found to be done */
  readonly #doneNow = new Set<string>();
  finished = 0;
  readonly #began = Date.now();

  constructor(
    readonly options: DeployOptions,
    readonly opened: OpenedTarget,
  ) {
    this.ledger = Ledger.open(options.workspace.state);
    this.results = new Results(options.workspace.results, options.workspace.state, this.ledger);
    this.scheduler = opened.scheduler;
    this.files = opened.files;
    const source = this.#reportSource();
    this.#live = source && new LiveReport(options.workspace, source);
    this.managers = new Managers(options, opened, this.#live);
  }

  jobs(): Iterable<BundledJob> {
    return readBundledJobs(this.options.bundle, this.options.description);
  }

  follower(
    run: Run,
    jobs: ReadonlyMap<number, BundledJob>,
    description: BundleDescription,
    uses: Pick<FollowOptions, "recount" | "used" | "usedBefore">,
  ): RunFollower {
    const { workspace, target, keepLogs } = this.options;
    makeFolders(workspace.results);
    return new RunFollower({
      run,
      files: this.files,
      description,
      jobs,
      results: this.results,
      target,
      keepLogs,
      ...uses,
      isShared: this.opened.isShared,
      collected: (result) => this.#live?.add(result),
    });
  }

  /** What the report is made from; undefined if there is to be none. */
  #reportSource(): ReportSource | undefined {
    const { bundle, description, report } = this.options;
    const { placed } = this.results;
    const cluster = (failures: readonly Failure[]) => this.cluster(failures);
    return report && { bundle, description, jobs: () => this.jobs(), placed, cluster, tell: report };
  }

  /**
   * Follows a run until no manager works on it any more, or until the user leaves it.
   *
   * @param isEarlier whether an earlier deploy has begun it
   */
  async follow(run: Run, jobs: ReadonlyMap<number, BundledJob>, isEarlier = false): Promise<DeployEnd> {
    const { used, usedBefore } = this;
    const uses = isEarlier ? { recount: true, used, usedBefore } : { used };
    const follower = this.follower(run, jobs, this.options.description, uses);
    const end = await this.managers.follow(follower);
    await follower.folders.settle();
    this.count(follower);
    if (end.how === "interrupted" || end.how === "stopped") findNotRedone(follower, isEarlier, this.notRedone);
    if (follower.takenAway > 0 && !(await this.opened.isStillMine())) throw takenOver(this.files.there);
    // One of which less has ended is left as it is: its manager can be started again by hand.
    if (end.how !== "left" && follower.state.phase(false, true) === "over") {
      this.options.observer.tidying();
      const isMine = await this.opened.isStillMine();
      await this.close(follower, true, isMine);
      if (isMine) await this.tidy([run]);
      else this.options.observer.noted(`another checkout has taken over ${this.files.there}, and tidies it up`);
    }
    return end;
  }

  count(follower: RunFollower): void {
    addAll(this.failures, follower.failures);
    for (const key of follower.doneKeys) this.#doneNow.add(key);
    this.finished += follower.done + follower.failures.length;
  }

  /** @param isOver whether all its jobs have ended */
  async close(follower: RunFollower, isOver: boolean, isMine = true): Promise<void> {
    if (follower.aboutTakenAway !== undefined) this.options.observer.noted(follower.aboutTakenAway);
    const tree = await endRun(follower, this.options.workspace, { isOver, isMine });
    if (tree) this.trees.push(tree);
  }

  async tidy(runs: readonly Run[]): Promise<void> {
    for (const run of runs) {
      const left = await tidyRun(run, this.files, this.results);
      if (left !== undefined) this.options.observer.untidied(left);
    }
  }

  /** To remove a hundred thousand folders takes a minute, in which jobs can run already. */
  tidyEarlier(): Promise<void> {
    this.#tidying ??= this.tidy(this.#untidied);
    return this.#tidying;
  }

  /** What earlier deploys have left: a run that still goes on is followed, one that was cut off gathered. */
  async takeUp(): Promise<DeployEnd | undefined> {
    const { options } = this;
    const { workspace, target } = options;
    await this.files.fetchRunMetadata();
    for (const run of readRuns(this.files.here)) {
      if (isClosed(run)) {
        this.#untidied.push(run);
        continue;
      }
      const earlier = readEarlierRun(knownBundles(workspace, target, this.files.here), run);
      const isCurrent = run.digest === this.options.description.digest;
      // Managers read it, and so does whatever stops them.
      if (isCurrent) restoreBundle(this.options, this.files);
      // What was cancelled while SLURM did not answer may be in its queue still.
      if (isCancelled(run)) await this.scheduler.cancel(run);
      const { active } = await this.scheduler.status(run);
      // A run whose jobs share a tree is gone on with: nothing is held, and whoever begins first has it.
      const resumes = !active && isCurrent && earlier?.isListed && collectedTree(earlier.description);
      if (active || (!resumes && (await this.scheduler.hold?.(run)) === false)) {
        if (!earlier || !isCurrent) throw otherVersion(run);
        refuseChoice(options.choice, run, true);
        const end = await this.rejoin(run, earlier.jobs);
        if (end.how !== "complete") return end;
      } else if (earlier) {
        await this.scheduler.cancel(run); // ends what a killed manager has left running
        const follower = this.follower(run, earlier.jobs, earlier.description, { used: this.usedBefore });
        await follower.read();
        await follower.collect();
        this.managers.nameTroubles(follower.state);
        const phase = follower.state.phase(false, collectedTree(earlier.description) !== undefined);
        if (phase === "waiting" && resumes) {
          refuseChoice(options.choice, run, false);
          const end = await this.resume(run, earlier.jobs, run.jobs - follower.state.finished);
          if (end.how !== "complete") return end;
        } else {
          if (phase !== "waiting") this.count(follower);
          const isAsked = !isCurrent || options.choice.redo !== undefined;
          const left = isAsked ? undefined : findNotRedone(follower, true).sentence;
          if (left !== undefined) options.observer.noted(left); // nobody may have said so when it was killed
          await this.close(follower, phase === "over");
          this.#untidied.push(run);
        }
      } else await this.giveUp(run);
    }
    return undefined;
  }

  /** Of a run whose bundle is lost nobody knows what its jobs were. */
  async giveUp(run: Run): Promise<void> {
    const { state } = await viewRun(this, run);
    if (state.finished > 0) this.options.observer.lost(run.number);
    closeRun(run);
  }

  async resume(run: Run, jobs: ReadonlyMap<number, BundledJob>, left: number): Promise<DeployEnd> {
    if (this.options.signal.aborted) return { how: "interrupted" };
    await this.managers.launch(run, left);
    return this.rejoin(run, jobs, "goes on from where it was");
  }

  /** Follows a run of an earlier deploy that goes on, unless it is to be left. */
  async rejoin(run: Run, jobs: ReadonlyMap<number, BundledJob>, how = "still goes on"): Promise<DeployEnd> {
    const { detach, observer } = this.options;
    observer.noted(`run ${run.number} of an earlier deploy ${how}${detach ? "" : ": following it"}`);
    return detach ? { how: "left", run: run.number } : this.follow(run, jobs, true);
  }

  /** Has results/ hold what the jobs as they stand have made, and nothing else of theirs; the tables always say what is there. */
  async putRight(selection: Selection): Promise<void> {
    try {
      const done = putRight(() => this.jobs(), this.options.description, this.results, selection);
      this.options.observer.putRight(done);
      if (done.setAside > 0) await this.writeTables(undefined);
    } catch (error) {
      await this.writeTables(undefined).catch(() => {}); // what was wrong in the first place is worth more
      throw error;
    }
  }

  async runWanted(selection: Selection): Promise<DeployEnd> {
    const { wanted } = selection;
    // In a tree that jobs share, their order may matter.
    const isFree = this.options.description.tree === null || this.options.description.tree.mode === "perJob";
    const run = await stageWanted(this.opened, this.options, selection, isFree, this.ledger);
    try {
      // Not before: as long as nothing can run, the old results are better than none.
      await this.putRight(selection);
      await this.managers.launch(run, wanted.size);
    } catch (error) {
      // Whether it has begun is not known then: the next deploy will see.
      if (error === this.options.signal.reason) return { how: "left", run: run.number };
      await this.files.discard(run).catch(() => {}); // what was wrong in the first place is worth more
      throw error;
    }
    this.tidyEarlier().catch(() => {}); // whoever waits for it in the end is told
    return this.options.detach ? { how: "left", run: run.number } : this.follow(run, wanted);
  }

  async run(): Promise<DeployOutcome> {
    const { options } = this;
    const { ownership, placed, kept, stale } = this.results;
    ownership.checkTables(options.description);
    const early = await this.takeUp();
    if (!early && this.trees.some(({ applied }) => applied)) return this.conclude({ how: "outdated" });
    const { workspace, description, target } = options;
    const newKeys = early ? undefined : renameKeys(this.results, workspace.state, description, options.newKeysOf);
    for (const [older, key] of newKeys ?? []) if (this.#doneNow.has(older)) this.#doneNow.add(key);
    const before = join(targetDirectory(workspace, target), "bundle");
    const carried = findCarriedOver(workspace.state, this.ledger, before, options.bundle, description);
    carryResultsOver(placed, carried, description);
    // What has just been found to have failed is told, and does not run again now, unless somebody asks for it.
    const { only, redo } = options.choice;
    const isAsked = only !== undefined || redo !== undefined;
    const taken = new Set(isAsked ? [] : this.failures.map(({ key }) => newKeys?.get(key) ?? key));
    const choice = { ...options.choice, except: taken, now: this.#doneNow };
    const selection = selectJobs(() => this.jobs(), description, placed, [kept, stale], choice);
    let end: DeployEnd = early ?? { how: "complete" };
    if (!early) {
      const { total, wanted, cached, left, reasons } = selection;
      options.observer.selected({ total, wanted: wanted.size, cached, left, reasons });
      const returning = selection.returning.map(({ job }) => job);
      ownership.checkPlaces([...selection.wanted.values(), ...returning], description);
      if (options.signal.aborted) {
        end = { how: "interrupted" };
        for (const job of selection.wanted.values())
          if (currentResult(job, description, placed)?.status === "done") this.notRedone.add(job);
      } else if (selection.wanted.size > 0) end = await this.runWanted(selection);
      else {
        await this.putRight(selection);
        replaceBundle(this.options, this.files);
      }
    }
    return this.conclude(end);
  }

  /** Failures by what they are like. To read their logs may take seconds: the same ones are not looked at again. */
  cluster(failures: readonly Failure[]): readonly ShownCluster[] {
    const { description } = this.options;
    const { folder } = this.results;
    const known = this.#clustered;
    if (known?.failures.length === failures.length && known.failures.every(({ key }, i) => key === failures[i]?.key))
      return known.clusters;
    const clusters = clusterSwarm({ folder, description, ledger: this.ledger, jobs: () => this.jobs() }, failures);
    this.#clustered = { failures, clusters };
    return clusters;
  }

  async writeTables(report: ReportSource | undefined) {
    const { description, workspace, observer } = this.options;
    const swarm = { description, jobs: () => this.jobs() };
    const { tables, notes } = await writeTables(workspace, this.results, swarm, report, this.#doneNow);
    // They are written more than once where outputs are moved before jobs run.
    for (const note of notes) {
      if (!this.#noted.has(note)) observer.noted(note);
      this.#noted.add(note);
    }
    return tables;
  }

  async conclude(end: DeployEnd): Promise<DeployOutcome> {
    const { workspace, description, target, observer } = this.options;
    const { totals, failures, doneBefore } = await this.writeTables(this.#reportSource());
    observer.tidying();
    await this.tidyEarlier();
    for (const note of noteTree(workspace.results, workspace.state, description, () => this.jobs()))
      observer.noted(note);
    const stale = this.results.placed.stalePaths();
    return {
      report: makeReport(target, totals, { running: 0, cached: doneBefore }, failures, stale),
      end,
      failures,
      finished: this.finished,
      seconds: (Date.now() - this.#began) / 1000,
      notRedone: this.notRedone,
      used: this.used,
      usedBefore: this.usedBefore,
      trees: this.trees,
    };
  }
}
