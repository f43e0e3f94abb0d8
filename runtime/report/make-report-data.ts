import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { asFailure, type Failure } from "../results/failure.js";
import type { ShownCluster } from "../results/failures/cluster-swarm.js";
import { currentResult } from "../results/job-state.js";
import type { JobResult } from "../results/ledger.js";
import type { PlacedOutputs } from "../results/placed-outputs.js";
import { RowIndex } from "../system/row-index.js";
import { Measured } from "./distribution.js";
import { JobTableMaker, type Room } from "./job-table.js";
import type { Asked, Distribution, FailureGroup, ReportData, SwarmFacts } from "./report-data.js";
import { readSwarmFacts } from "./swarm-facts.js";
import { findPlaces, makeTimeline } from "./timeline.js";
import { NO_JOB, type RunningTry, TryTable } from "./try-table.js";

/** Where a report comes from. */
export interface ReportSource {
  /** the folder of the bundle that was deployed */
  readonly bundle: string;
  readonly description: BundleDescription;
  readonly jobs: () => Iterable<BundledJob>;
  readonly placed: PlacedOutputs;
  /** puts those together that have failed alike */
  readonly cluster: (failures: readonly Failure[]) => readonly ShownCluster[];
  readonly tell: TellFailures;
}

/** Says what failed jobs died of, in words. */
export type TellFailures = (clusters: readonly ShownCluster[]) => readonly FailureGroup[];

/** Of those that run the page names so many. */
const MOST_RUNNING = 12;

class Measures {
  readonly #seconds = new Measured();
  readonly #memory = new Measured();
  readonly #cpus = new Measured();
  seconds = 0;
  cpuSeconds = 0;
  mostMemory: number | undefined;

  add({ status, seconds, peakMemory, cpuSeconds }: JobResult): void {
    const isDone = status === "done";
    this.seconds += seconds;
    this.cpuSeconds += cpuSeconds ?? 0;
    if (peakMemory !== undefined) this.mostMemory = Math.max(this.mostMemory ?? 0, peakMemory);
    this.#seconds.add(seconds, isDone);
    this.#memory.add(peakMemory, isDone);
    // Of quick ones the clock that tells processor time is too coarse.
    if (seconds >= 1 && cpuSeconds !== undefined) this.#cpus.add(cpuSeconds / seconds, isDone);
  }

  finish(asked: Asked): Distribution[] {
    return [
      this.#seconds.spread("seconds", asked),
      this.#memory.spread("peak_memory", asked),
      this.#cpus.spread("cpus", asked),
    ].filter((distribution) => distribution !== undefined);
  }
}

/** Puts together what a report shows, again and again while jobs end. */
export class ReportMaker {
  readonly #swarm: SwarmFacts;
  readonly #tries = new TryTable();
  /** the jobs' places, by their keys; undefined before it was made for the first time */
  #places: RowIndex | undefined;

  constructor(
    readonly source: ReportSource,
    readonly room: Room,
  ) {
    this.#swarm = readSwarmFacts(source.bundle, source.description);
  }

  /** Adds a result that was noted since it was made for the first time: then all are read that were noted before. */
  add(result: JobResult): void {
    this.#tries.add(result, this.#placeOf(result.key));
  }

  #placeOf(key: string): number {
    return this.#places?.get(key) ?? NO_JOB;
  }

  /** @param running jobs that run now @param live whether it will be made anew soon */
  make(running: readonly RunningTry[], live = false): ReportData {
    const written = Date.now();
    const { description, jobs, placed, cluster, tell } = this.source;
    const table = new JobTableMaker(description.params, description.jobs, this.room);
    const measures = new Measures();
    const failures: Failure[] = [];
    const isFirst = this.#places === undefined;
    this.#places ??= new RowIndex();
    let [total, done] = [0, 0];
    const again = new Set(running.map(({ key }) => key));
    for (const job of jobs()) {
      if (isFirst) this.#places.put(job.key, total);
      total += 1;
      const known = currentResult(job, description, placed);
      // How one that runs again will end is not known.
      const result = known?.status === "failed" && again.has(job.key) ? undefined : known;
      table.add(job, result);
      if (!result) continue;
      measures.add(result);
      if (result.status === "done") done += 1;
      else failures.push(asFailure(job, result, description));
    }
    if (isFirst) for (const result of placed.ledger.history()) this.add(result);
    const { seconds, cpuSeconds, mostMemory } = measures;
    return {
      swarm: this.#swarm,
      written,
      live,
      counts: { total, done, failed: failures.length, running: running.length },
      used: { seconds, cpuSeconds, mostMemory },
      ...this.#tries.withRunning(
        running,
        (key) => this.#placeOf(key),
        written,
        () => ({
          places: findPlaces(this.#tries),
          timeline: makeTimeline(this.#tries),
        }),
      ),
      distributions: measures.finish(this.#swarm.asked),
      failures: tell(cluster(failures)),
      jobs: table.finish(),
      running: [...running].sort((a, b) => a.since - b.since).slice(0, MOST_RUNNING),
    };
  }
}
