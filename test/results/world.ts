import assert from "node:assert/strict";
import { hash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { type JobResult, Ledger } from "../../runtime/results/ledger.js";
import { isOfJob } from "../../runtime/results/output-refused.js";
import { putRight } from "../../runtime/results/put-right.js";
import { draftResultTables } from "../../runtime/results/result-tables.js";
import { Results } from "../../runtime/results/results.js";
import { selectJobs } from "../../runtime/results/select-jobs.js";
import { RuntimeProblem } from "../../runtime/system/problem.js";
import { FilesTogether } from "../../runtime/workspace/files-together.js";

/** What decides the results of a swarm: its command, the pattern of its outputs, its jobs with their param and input. */
export interface Definition {
  readonly command: number;
  readonly pattern: string;
  readonly folder: boolean;
  /** by id */
  readonly jobs: ReadonlyMap<string, { readonly param: number; readonly input: number }>;
}

interface SimulatedJob extends BundledJob {
  readonly content: string;
  readonly fails: boolean;
}

/** A run whose results have not been collected. */
interface OpenRun {
  readonly definition: Definition;
  readonly jobs: readonly SimulatedJob[];
  readonly work: string;
}

/** How a deploy goes. */
export interface Deploy {
  readonly limit?: number | undefined;
  readonly redo?: readonly string[] | undefined;
  /** it is killed when so many jobs have been collected, and before any of that is written down */
  readonly killedAfter?: number | undefined;
}

/** The jobs of a definition. One in some fails, always the same one; some have an output more. */
function jobsOf({ command, pattern, folder, jobs }: Definition): SimulatedJob[] {
  return [...jobs].map(([id, { param, input }], i) => {
    const key = hash("sha256", JSON.stringify([command, pattern, folder, id, param, input])).slice(0, 32);
    const path = pattern.replaceAll("{id}", id);
    return {
      number: i + 1,
      name: id,
      key,
      params: [id, String(param)],
      outputs: [path, `${path}.more`],
      content: `${command} ${param} ${input}\n`,
      fails: Number.parseInt(key.slice(0, 2), 16) < 32,
    } as unknown as SimulatedJob;
  });
}

const hasMore = (job: SimulatedJob) => Number.parseInt(job.key.slice(2, 4), 16) < 128;

/** A swarm's folder, whose jobs are run by this process itself: all that decides what lies in results/ is the real thing. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), "locusts-results-"));
  readonly results = join(this.folder, "results");
  readonly #state = join(this.folder, ".locusts");
  /** files of the user's own, by their paths below results/ */
  readonly own = new Map<string, string>();
  /** copies of outputs as they once were, times and all */
  readonly #copies: { readonly path: string; readonly copy: string }[] = [];
  /** how many jobs were run */
  ran = 0;
  #runs = 0;
  #open: OpenRun | undefined;

  constructor() {
    mkdirSync(this.#state);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #description({ folder }: Definition): BundleDescription {
    return {
      params: ["id", "param"],
      tree: null,
      outputs: [
        { name: "main", kind: folder ? "folder" : "file" },
        { name: "more", kind: "file", optional: true },
      ],
    } as unknown as BundleDescription;
  }

  /** @throws RuntimeProblem if something of the user's own is in the way */
  deploy(definition: Definition, { limit, redo, killedAfter }: Deploy = {}): void {
    const results = new Results(this.results, this.#state, Ledger.open(this.#state));
    const { placed, ownership } = results;
    if (this.#open) this.#collect(results, this.#open);
    const description = this.#description(definition);
    const all = jobsOf(definition);
    const selection = selectJobs(() => all, description, placed, [results.kept, results.stale], {
      redo: redo?.filter((name) => definition.jobs.has(name)),
      limit,
    });
    const wanted = [...selection.wanted.values()] as SimulatedJob[];
    ownership.checkPlaces([...wanted, ...selection.returning.map(({ job }) => job)], description);
    putRight(() => all, description, results, selection);
    const run = { definition, jobs: wanted, work: join(this.folder, "work", String(++this.#runs)) };
    for (const job of wanted) this.#execute(job, definition, run.work);
    this.#open = run;
    if (killedAfter !== undefined) {
      // What was brought is in its place, and nothing of it is written down.
      for (const job of wanted.slice(0, killedAfter)) this.#bring(job, definition, results, run.work);
      return;
    }
    this.#collect(results, run);
    const together = new FilesTogether({ results: this.results, state: this.#state });
    draftResultTables(together, description, all, placed);
    together.put();
  }

  /** What a run has left is collected, also of one whose deploy was killed. */
  #collect(results: Results, { definition, jobs, work }: OpenRun): void {
    mkdirSync(this.results, { recursive: true });
    const home = jobs.map((job) => this.#bring(job, definition, results, work));
    results.writeDown();
    results.placed.ledger.append(home);
    rmSync(work, { recursive: true, force: true });
    results.takeFinalStamps();
    this.#open = undefined;
  }

  #execute(job: SimulatedJob, { folder }: Definition, work: string): void {
    this.ran += 1;
    if (job.fails) return;
    const [main, more] = job.outputs.map((path) => join(work, path)) as [string, string];
    mkdirSync(folder ? main : dirname(main), { recursive: true });
    writeFileSync(folder ? join(main, "file") : main, job.content);
    if (hasMore(job)) writeFileSync(more, "more\n");
  }

  #bring(job: SimulatedJob, { folder }: Definition, results: Results, work: string): JobResult {
    const outputs: (number | "missing" | "invalid")[] = ["missing", "missing"];
    const digests = ["", ""];
    let refused = "";
    if (!job.fails) {
      for (const [output, path] of job.outputs.entries()) {
        if (output === 1 && !hasMore(job)) continue;
        try {
          const bytes = Buffer.byteLength(output === 0 ? job.content : "more\n");
          const bring = output === 0 && folder ? results.collectFolder : results.collectFile;
          const brought = bring.call(results, join(work, path), path, bytes, { job, output });
          outputs[output] = brought.bytes;
          digests[output] = brought.digest;
        } catch (error) {
          if (!isOfJob(error)) throw error;
          refused ||= error.message;
        }
      }
      if (refused !== "") outputs.fill("invalid");
    }
    const failed = job.fails || refused !== "";
    results.setAsideInsteadOf(job, outputs);
    return {
      key: job.key,
      name: job.name,
      status: failed ? "failed" : "done",
      cause: failed ? "exit" : "ok",
      exitCode: failed ? 1 : 0,
      attempts: 1,
      seconds: 0,
      cpuSeconds: 0.5,
      peakMemory: 1 << 20,
      readBytes: undefined,
      writtenBytes: 0,
      host: "here",
      start: undefined,
      manager: "",
      slot: "",
      earlier: [],
      run: `here/${this.#runs}`,
      outputs,
      digests,
      detail: refused,
    };
  }

  /** The files below results/ apart from the tables, by path. */
  files(): Map<string, string> {
    if (!existsSync(this.results)) return new Map();
    return new Map(
      readdirSync(this.results, { recursive: true })
        .map(String)
        .filter((path) => path !== "jobs.tsv" && path !== "outputs.tsv")
        .filter((path) => lstatSync(join(this.results, path)).isFile())
        .sort()
        .map((path) => [path, readFileSync(join(this.results, path), "utf8")]),
    );
  }

  /** Paths of outputs whose jobs the definition no longer has. */
  stale(): string[] {
    return new Results(this.results, this.#state, Ledger.open(this.#state)).placed.stalePaths();
  }

  cleanStale(): void {
    const results = new Results(this.results, this.#state, Ledger.open(this.#state));
    results.setAside(
      [...results.placed.all()].filter(({ stale }) => stale),
      results.stale,
    );
  }

  /** What a deploy of the definition into an empty folder leaves, by path. */
  static fresh(definition: Definition): Map<string, string> {
    const files = new Map<string, string>();
    for (const job of jobsOf(definition)) {
      if (job.fails) continue;
      files.set(definition.folder ? `${job.outputs[0]}/file` : (job.outputs[0] as string), job.content);
      if (hasMore(job)) files.set(job.outputs[1] as string, "more\n");
    }
    return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** How many jobs of a definition fail. */
  static failing(definition: Definition): number {
    return jobsOf(definition).filter(({ fails }) => fails).length;
  }

  #pick(which: number): string | undefined {
    const paths = [...this.files().keys()].filter((path) => !this.own.has(path));
    return paths[which % Math.max(1, paths.length)];
  }

  /** Somebody edits an output; its size, and the time of the last change, may stay. */
  edit(which: number, keepsSize: boolean, keepsTime: boolean): void {
    const path = this.#pick(which);
    if (path === undefined) return;
    const place = join(this.results, path);
    const { atime, mtime, nlink } = lstatSync(place);
    if (nlink > 1) return; // as long as its run was not collected whole, this is the job's own file
    const text = readFileSync(place, "utf8");
    writeFileSync(place, keepsSize ? text.replace(/./g, "#") : `${text}by hand\n`);
    if (keepsTime) utimesSync(place, atime, mtime);
    this.own.set(path, readFileSync(place, "utf8"));
  }

  removeOutput(which: number): void {
    const path = this.#pick(which);
    if (path === undefined || lstatSync(join(this.results, path)).nlink > 1) return;
    rmSync(join(this.results, path));
  }

  /** Somebody saves a copy of an output, as `cp -p` does. */
  saveCopy(which: number): void {
    const path = this.#pick(which);
    if (path === undefined) return;
    const copy = join(this.folder, `copy-${this.#copies.length}`);
    const { atime, mtime } = lstatSync(join(this.results, path));
    copyFileSync(join(this.results, path), copy);
    utimesSync(copy, atime, mtime);
    this.#copies.push({ path, copy });
  }

  /** Somebody puts such a copy back over what lies there now. */
  restoreCopy(which: number): void {
    const saved = this.#copies[which % Math.max(1, this.#copies.length)];
    if (!saved || this.own.has(saved.path)) return;
    const place = join(this.results, saved.path);
    const old = existsSync(place) ? lstatSync(place) : undefined;
    if (!old?.isFile() || old.nlink > 1) return;
    const { atime, mtime } = lstatSync(saved.copy);
    copyFileSync(saved.copy, place);
    utimesSync(place, atime, mtime);
  }

  /** Somebody puts a file of their own into the results, where nothing is. */
  putOwn(path: string): void {
    const place = join(this.results, path);
    if (existsSync(place)) return;
    for (let at = dirname(place); at !== this.folder; at = dirname(at)) {
      if (existsSync(at) && !lstatSync(at).isDirectory()) return;
    }
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, "");
    this.own.set(path, "");
    // An output folder that somebody has put something into is theirs as a whole.
    const beside = join(dirname(path), "file");
    if (existsSync(join(this.results, beside))) this.own.set(beside, readFileSync(join(this.results, beside), "utf8"));
  }

  /** Deploys; where something of the user's own is in the way, it is moved away first, as the message asks for. */
  deployAfterAll(definition: Definition, deploy: Deploy = {}): void {
    for (let tries = 0; ; tries += 1) {
      try {
        this.deploy(definition, deploy);
        return;
      } catch (error) {
        if (!(error instanceof RuntimeProblem)) throw error;
        assert.ok(tries === 0 && this.own.size > 0, `refused without a reason: ${error.message}`);
        this.checkOwn();
        for (const path of this.own.keys()) this.#removeWithFolders(path);
        this.own.clear();
      }
    }
  }

  #removeWithFolders(path: string): void {
    rmSync(join(this.results, path));
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      if (readdirSync(join(this.results, folder)).length > 0) return;
      rmdirSync(join(this.results, folder));
    }
  }

  /** What is the user's own is as it was. */
  checkOwn(): void {
    const files = this.files();
    for (const [path, text] of this.own) assert.equal(files.get(path), text, `${path} was the user's own`);
  }
}
