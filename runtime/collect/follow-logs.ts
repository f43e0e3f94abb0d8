import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { records } from "../hosts/run-script.js";
import { logNameOf, logPath, STREAMS, type Stream } from "../results/logs.js";
import type { EndedTry } from "../run/journal.js";
import type { Run } from "../run/run-folder.js";
import { RunState } from "../run/run-state.js";
import { type DeployedSwarm, openRuns } from "./deployed-swarm.js";
import { baseOf } from "./look-at.js";
import { RecordReader } from "./record-reader.js";

/** So much of a log that is there already is shown: of the only one, and of one of many. */
const MOST_BEFORE = { one: 1 << 20, many: 1 << 11 };
/** So much of a log comes at once; the rest comes at the next look. */
const MOST_AT_ONCE = 1 << 20;
/** Between two looks, in milliseconds: on this machine, and elsewhere. */
const PAUSE = { here: 250, elsewhere: 1000 };
/** Whether managers are at work is asked at most this often, in milliseconds: a scheduler has others to answer. */
const BETWEEN_QUESTIONS = 15_000;
/** So many jobs that run are followed at a time. */
const MOST_FOLLOWED = 200;

export interface LogObserver {
  /** what a job has printed, as it comes; `skipped` bytes before it are not shown */
  printed(job: BundledJob, stream: Stream, block: Buffer, skipped: number): void;
  /** a try has ended, and all that it has printed was shown */
  ended(job: BundledJob, ended: EndedTry): void;
  /** a job runs on its node's own disk, where nothing can be seen before it ends */
  away(job: BundledJob, host: string): void;
  /** the job that was asked for has not begun */
  waiting(): void;
}

type Try = Pick<EndedTry, "incarnation" | "place" | "number" | "attempt" | "host">;

/** A try whose logs are followed. */
interface Followed {
  readonly job: BundledJob;
  readonly last: Try;
  readonly run: Run;
  /** how much of each was shown; undefined: nothing so far */
  readonly at: Record<Stream, number | undefined>;
}

/** A run that may go on. */
interface Watched {
  readonly run: Run;
  readonly state: RunState;
  isActive: boolean;
  /** when it was asked whether it is */
  asked: number;
}

/** Follows what jobs of a deployed swarm print, while they run. */
export class LogFollower {
  readonly #jobs: ReadonlyMap<number, BundledJob>;
  readonly #followed = new Map<string, Followed>();
  readonly #away = new Set<string>();
  #hasRun = false;
  #hasLooked = false;

  /** @param only the one that is meant; undefined: all that run */
  constructor(
    readonly deployed: DeployedSwarm,
    readonly observer: LogObserver,
    readonly only: BundledJob | undefined,
  ) {
    const jobs = only ? [only] : deployed.jobs();
    this.#jobs = new Map([...jobs].map((job) => [job.number, job]));
  }

  /** Resolves when the job has ended, or no manager is at work any more. @returns whether anything ran */
  async follow(): Promise<boolean> {
    const { digest, access } = this.deployed.description;
    const runs = openRuns(this.deployed).filter((run) => run.digest === digest);
    const watched = runs.map((run): Watched => ({ run, state: new RunState(run), isActive: true, asked: 0 }));
    let hasWaited = false;
    for (let isOver = watched.length === 0; !isOver; ) {
      const ended = new Map<Followed, EndedTry>();
      for (const each of watched) for (const [followed, end] of await this.#look(each)) ended.set(followed, end);
      await this.#showNews();
      for (const [key, followed] of this.#followed) {
        const { state } = watched.find(({ run }) => run === followed.run) as Watched;
        if (state.begun(followed.last.number)?.attempt !== followed.last.attempt) this.#followed.delete(key);
      }
      for (const [followed, end] of ended) {
        if (end.event === "failed") this.#showCollected(followed, end);
        this.observer.ended(followed.job, end);
      }
      const isDone = this.only !== undefined && watched.some(({ state }) => state.hasFinished(this.only?.number ?? 0));
      isOver = isDone || !watched.some(({ isActive }) => isActive);
      if (!isOver && this.only && !this.#hasRun && this.#away.size === 0 && !hasWaited) {
        this.observer.waiting();
        hasWaited = true;
      }
      if (!isOver) await sleep(access ? PAUSE.elsewhere : PAUSE.here);
    }
    return this.#hasRun;
  }

  /** Finds out which tries run. @returns those that were followed and have ended for good */
  async #look(watched: Watched): Promise<Map<Followed, EndedTry>> {
    const { run, state } = watched;
    const { scheduler, files } = this.deployed;
    if (Date.now() - watched.asked > BETWEEN_QUESTIONS || state.haveLeft) {
      watched.isActive = (await scheduler.status(run, state.haveLeft)).active;
      watched.asked = Date.now();
    }
    await files.readJournals(run);
    const ended = new Map<Followed, EndedTry>();
    state.read((end) => {
      const isMeant = this.only?.number === end.number;
      // One that is meant is shown also if it has come and gone between two looks, if not what was before; and what was
      // out of sight has come back.
      if ((isMeant && this.#hasLooked) || this.#away.has(keyOf(run, end))) this.#begin(run, end);
      const followed = this.#followed.get(keyOf(run, end));
      if (followed) ended.set(followed, end);
    });
    for (const started of watched.isActive ? state.runningTries : []) this.#begin(run, started);
    this.#hasLooked = true;
    return ended;
  }

  #begin(run: Run, last: Try): void {
    const key = keyOf(run, last);
    const job = this.#jobs.get(last.number);
    if (!job || this.#followed.has(key) || last.place === "") return;
    if (last.place.startsWith("/")) {
      if (!this.#away.has(key)) this.observer.away(job, last.host);
      this.#away.add(key);
    } else if (this.#followed.size < MOST_FOLLOWED) {
      this.#followed.set(key, { job, last, run, at: { out: undefined, err: undefined } });
      this.#hasRun = true;
    }
  }

  #showCollected({ job, at }: Followed, { start }: EndedTry): void {
    const { workspace, description } = this.deployed;
    for (const stream of STREAMS) {
      const path = join(workspace.results, logPath(logNameOf(job, description), stream));
      const rest = readRest(path, at[stream] ?? 0, start);
      if (rest) this.observer.printed(job, stream, rest, 0);
    }
  }

  async #showNews(): Promise<void> {
    const all = [...this.#followed.values()];
    const before = this.only ? MOST_BEFORE.one : MOST_BEFORE.many;
    const wanted = all.flatMap(({ run, last, at }, i) => {
      const base = baseOf(this.deployed, run, last);
      return STREAMS.map((stream) => `${i}:${stream} ${at[stream] ?? -before} ${base}.${stream}`);
    });
    if (wanted.length === 0) return;
    let isMore = false;
    const reader = new RecordReader((word, block) => {
      const [i, stream, first] = word.split(":") as [string, Stream, string];
      const followed = all[Number(i)] as Followed;
      const skipped = followed.at[stream] === undefined ? Number(first) : 0;
      followed.at[stream] = Number(first) + block.length;
      if (block.length === MOST_AT_ONCE) isMore = true;
      this.observer.printed(followed.job, stream, block, skipped);
    });
    const { files } = this.deployed;
    reader.take(await files.runScript("target/send-log-news", [String(MOST_AT_ONCE)], records(wanted)));
    if (isMore) await this.#showNews();
  }
}

/** What of a log lies at home that was not shown: it may have been collected, and its folder removed, between two looks. */
function readRest(path: string, shown: number, since: number): Buffer | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  // An older one is of an earlier run. Its time and that of the try come from the same clock.
  if (!stats || stats.mtimeMs < since - 1000 || stats.size <= shown || stats.size - shown > MOST_AT_ONCE)
    return undefined;
  return readFileSync(path).subarray(shown);
}

function keyOf(run: Run, { number, attempt }: Pick<Try, "number" | "attempt">): string {
  return `${run.number}/${number}/${attempt}`;
}
