import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { OutputRefused, Results } from "../files/gather.js";
import type { JobResult, Ledger, OutputState } from "../state/ledger.js";
import { type EndedTry, JournalReader } from "./journal.js";
import { logPath } from "./log-names.js";
import type { Run } from "./run-folder.js";

export interface FollowOptions {
  readonly run: Run;
  readonly description: BundleDescription;
  /** the jobs of the run, by number */
  readonly jobs: ReadonlyMap<number, BundledJob>;
  readonly ledger: Ledger;
  readonly results: string;
  /** names the run in the ledger */
  readonly label: string;
  /** bring home the logs of jobs that went well, too */
  readonly keepLogs: boolean;
  /** count what an earlier deploy has already brought home of this run, as if it had come home now */
  readonly recount?: boolean;
}

function secondsOf(ended: EndedTry): number {
  return Math.max(0, ended.end - ended.start) / 1000;
}

/** Follows one run: reads what its managers write, and brings home what is finished. */
export class RunFollower {
  readonly #reader: JournalReader;
  readonly #results: Results;
  readonly #running = new Map<number, number>();
  readonly #settled = new Set<number>();
  readonly #waiting: EndedTry[] = [];
  readonly #failedPlaces = new Set<string>();
  /** results of this run, failed ones alone */
  readonly failures: JobResult[] = [];
  done = 0;
  /** why the last manager that left has left; `finished` if all was done */
  reason: string | undefined;
  reasonDetail = "";

  constructor(readonly options: FollowOptions) {
    this.#reader = new JournalReader(options.run.folder);
    this.#results = new Results(options.results, options.ledger);
  }

  get running(): number {
    return this.#running.size;
  }

  get settled(): number {
    return this.#settled.size;
  }

  /** Reads what is new. @returns whether anything was */
  read(): boolean {
    return this.#reader.read({
      started: (number, _attempt, start) => {
        if (!this.#settled.has(number)) this.#running.set(number, start);
      },
      ended: (ended) => {
        this.#running.delete(ended.number);
        // Two managers may have run the same job: its first result stands.
        if (ended.event !== "done" && ended.event !== "failed") return;
        if (this.#settled.has(ended.number) || !this.options.jobs.has(ended.number)) return;
        this.#settled.add(ended.number);
        this.#waiting.push(ended);
      },
      arrived: () => {
        this.reason = undefined;
      },
      left: (_life, reason, detail) => {
        this.reason = reason;
        this.reasonDetail = detail;
      },
    });
  }

  /** Brings home what has ended since the last time, and writes it into the ledger. */
  gather(): readonly JobResult[] {
    const results: JobResult[] = [];
    for (const ended of this.#waiting.splice(0)) {
      const job = this.options.jobs.get(ended.number) as BundledJob;
      const known = this.#known(job, ended);
      const result = known ?? this.#bringHome(job, ended);
      if (!known) results.push(result);
      if (result.status === "failed") this.#failedPlaces.add(join(ended.life, ended.place, String(ended.number)));
      if (known && !this.options.recount) continue;
      if (result.status === "done") this.done += 1;
      else this.failures.push(result);
    }
    this.options.ledger.append(results);
    return results;
  }

  /** The result of this very try, if it has come home before. */
  #known(job: BundledJob, ended: EndedTry): JobResult | undefined {
    const result = this.options.ledger.get(job.key);
    const same =
      result?.run === this.options.label &&
      result.attempts === ended.attempt &&
      result.seconds === secondsOf(ended) &&
      result.host === ended.host;
    return same ? result : undefined;
  }

  #bringHome(job: BundledJob, ended: EndedTry): JobResult {
    const { description, run, label, keepLogs } = this.options;
    const folder = join(run.folder, "work", ended.life, ended.place, String(ended.number));
    let { cause, detail } = ended;
    let outputs: OutputState[] = description.outputs.map((_, i) => ended.outputs[i] ?? "missing");
    if (ended.event === "done") {
      try {
        outputs.forEach((state, i) => {
          if (typeof state !== "number") return;
          const path = job.outputs[i] as string;
          if (description.outputs[i]?.kind === "folder")
            outputs[i] = this.#results.bringFolder(join(folder, path), path, state, job.name);
          else this.#results.bringFile(join(folder, path), path, state, job.name);
        });
      } catch (error) {
        if (!(error instanceof OutputRefused)) throw error;
        cause = "node";
        detail = error.message;
        outputs = outputs.map((state) => (typeof state === "number" ? "invalid" : state));
      }
    } else outputs = outputs.map((state) => (typeof state === "number" ? "missing" : state));
    const failed = cause !== "ok";
    for (const stream of ["out", "err"] as const) {
      const log = `${folder}.${stream}`;
      const size = lstatSync(log, { throwIfNoEntry: false })?.size ?? 0;
      if ((failed || keepLogs) && size > 0) this.#results.bringLog(log, logPath(job.name, stream));
      else this.#results.dropLog(logPath(job.name, stream));
    }
    return {
      key: job.key,
      name: job.name,
      status: failed ? "failed" : "done",
      cause,
      exitCode: ended.exitCode,
      attempts: ended.attempt,
      seconds: secondsOf(ended),
      host: ended.host,
      run: label,
      outputs,
      detail,
    };
  }

  /**
   * Removes the working folders of the run but for those of failed jobs; to be called when no
   * manager works on it any more, and everything was gathered.
   */
  removeWorkFolders(): void {
    const work = join(this.options.run.folder, "work");
    const failed = [...this.#failedPlaces].map((place) => join(work, place));
    const keep = new Set(failed.flatMap((path) => [path, `${path}.out`, `${path}.err`]));
    const keepLists = new Set(failed.map((path) => path.slice(0, path.lastIndexOf("/"))));
    const remove: string[] = [];
    for (const life of readdirSync(work)) {
      if (keepLists.size === 0) {
        remove.push(join(work, life));
        continue;
      }
      for (const list of readdirSync(join(work, life))) {
        const path = join(work, life, list);
        if (!keepLists.has(path)) remove.push(path);
        else for (const entry of readdirSync(path)) if (!keep.has(join(path, entry))) remove.push(join(path, entry));
      }
    }
    // One process of its own removes many small files faster than this one could.
    for (let at = 0; at < remove.length; at += 500) {
      spawnSync("rm", ["-rf", "--", ...remove.slice(at, at + 500)], { stdio: "ignore" });
    }
    rmSync(join(this.options.run.folder, "chunks"), { recursive: true, force: true });
  }
}
