import { join, resolve } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { asFailure, type Failure } from "../results/failure.js";
import { clusterSwarm } from "../results/failures/cluster-swarm.js";
import { editedOutputs, resultInPlace } from "../results/job-state.js";
import { makeReport } from "../results/report.js";
import { isFromBefore } from "../results/running-again.js";
import { listedJobs } from "../run/earlier-run.js";
import { type EndedTry, placeOfTry, type StartedTry } from "../run/journal.js";
import { isCancelled, type Run } from "../run/run-folder.js";
import type { Departure } from "../run/run-state.js";
import { noteTree } from "../trees/tree-notes.js";
import { asFailedSwarm, type DeployedSwarm, openRuns, viewRun } from "./deployed-swarm.js";
import { uncollectedResult } from "./result-of.js";

/** A job that runs. */
export interface RunningJob {
  readonly job: BundledJob;
  readonly run: Run;
  readonly started: StartedTry;
  readonly seconds: number;
  /** where its command runs, as the target calls it; undefined: nobody has written it down */
  readonly folder: string | undefined;
}

export type Standing = Readonly<Awaited<ReturnType<typeof lookAt>>>;

type Place = Pick<EndedTry, "incarnation" | "place" | "number">;

/** Where a try's own folder and logs lie on the target, without the ends of their names. */
export function baseOf({ files }: Pick<DeployedSwarm, "files">, run: Run, at: Place): string {
  if (at.place.startsWith("/")) return join(at.place, String(at.number));
  return join(files.there, "runs", String(run.number), "work", placeOfTry(at));
}

/** Where the command of a try runs, as its target calls it; undefined where its journal does not say. */
export function folderOf(
  deployed: Pick<DeployedSwarm, "files" | "description" | "workspace">,
  run: Run,
  at: Place,
): string | undefined {
  const { files, workspace } = deployed;
  const { tree } = deployed.description;
  if (tree?.mode === "inPlace") return resolve(workspace.folder, tree.root, tree.workdir);
  if (tree?.mode === "copy") return join(files.there, "runs", String(run.number), "work", "tree", tree.workdir);
  if (at.place === "") return undefined;
  const own = baseOf(deployed, run, at);
  return tree ? join(own, "tree", tree.workdir) : own;
}

/** Puts together what was collected and what the journals of open runs say. */
export async function lookAt(deployed: DeployedSwarm) {
  const { description, target } = deployed;
  const views: Awaited<ReturnType<typeof viewRun>>[] = [];
  for (const run of openRuns(deployed)) views.push(await viewRun(deployed, run));
  const isActive = views.some(({ active }) => active);
  const { placed } = deployed.results;
  const newest = `${target}/${deployed.runs.at(-1)?.number}`;
  const failures: Failure[] = [];
  /** those whose logs have not been collected */
  const uncollected: Failure[] = [];
  const running: RunningJob[] = [];
  const edited: string[] = [];
  // `waiting`: jobs that have ended, and whose results have not been collected
  let [total, done, failed, cached, waiting] = [0, 0, 0, 0, 0];
  const isCurrent = (run: Run) => run.digest === description.digest;
  const tries = views.map(({ run, state, active }) => {
    const running = active && isCurrent(run) ? state.runningTries : []; // what a killed manager has left runs no more
    return new Map(running.map((started) => [started.number, { run, started, seconds: state.secondsOf(started) }]));
  });
  const atWork = views.filter(({ run, active }) => active && isCurrent(run)).map(({ run }) => new Queue(run));
  for (const job of deployed.jobs()) {
    total += 1;
    const known = resultInPlace(job, description, placed);
    const at = tries.find((some) => some.has(job.number))?.get(job.number);
    const view = views.find(({ run, ended }) => isCurrent(run) && ended.has(job.number));
    const ended = view?.ended.get(job.number);
    // One that a run has again is not what it was before.
    const runs =
      view && isOver(ended) ? view.run : known?.status === "failed" && atWork.find((queue) => queue.has(job));
    const isOld = runs && known && isFromBefore(known, { target, number: runs.number });
    const result = isOld ? undefined : known;
    if (at && !isOver(ended)) {
      running.push({ job, ...at, folder: folderOf(deployed, at.run, at.started) });
    } else if (view && isOver(ended) && result === undefined) {
      waiting += 1;
      if (ended.event === "done") done += 1;
      else {
        failed += 1;
        const seen = uncollectedResult(job, ended, `${target}/${view.run.number}`);
        uncollected.push(asFailure(job, seen, description));
      }
    } else if (result?.status === "done") {
      done += 1;
      if (result.run !== newest) cached += 1;
    } else if (result) {
      failed += 1;
      failures.push(asFailure(job, result, description));
    } else if (!known) {
      addAll(edited, editedOutputs(job, description, placed));
    }
  }
  const isUnfinished = !isActive && done + failed < total;
  const why: Departure | undefined = isUnfinished ? views.at(-1)?.state.departure : undefined;
  const totals = { total, done, failed };
  const counts = { running: running.length, cached };
  return {
    report: makeReport(target, totals, counts, [...failures, ...uncollected], placed.stalePaths()),
    failures,
    /** the failures by what they are like; logs are read for it */
    clusters: () => clusterSwarm(asFailedSwarm(deployed), failures),
    /** those that were begun first before the others */
    running: running.sort((a, b) => b.seconds - a.seconds),
    waiting,
    /** places below results/ of outputs that somebody has edited: their jobs count as pending */
    edited,
    isActive,
    /** it was cancelled, and managers have not left yet */
    isLeaving: views.some(({ run, active }) => active && isCancelled(run)),
    /** what the target says of its managers, in words */
    explanations: views.map(({ explanation }) => explanation).filter((text) => text !== ""),
    /** lines of journals that count for nothing, and what of a tree is gone or stale, as sentences */
    notes: () => [
      ...views.flatMap(({ state }) => state.passedOver),
      ...noteTree(deployed.workspace.results, deployed.workspace.state, description, () => deployed.jobs()),
    ],
    /** why the managers have left before all was done */
    stop: why && why.reason !== "finished" ? why : undefined,
  };
}

/** The jobs of a run that goes on; they are read only if somebody asks. */
class Queue {
  #numbers: ReadonlySet<number> | undefined;

  constructor(readonly run: Run) {}

  get number(): number {
    return this.run.number;
  }

  has({ number }: BundledJob): boolean {
    this.#numbers ??= listedJobs(this.run) ?? new Set(); // where they are lost, nobody knows what runs again
    return this.#numbers.has(number);
  }
}

function isOver(ended: EndedTry | undefined): ended is EndedTry {
  return ended?.event === "done" || ended?.event === "failed";
}
