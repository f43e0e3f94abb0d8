import { chmodSync, existsSync, lstatSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Upload } from "../../compiler/format/bundle.js";
import { isSameInput, surveyContent } from "../../compiler/format/content/digest.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { namesIn } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { isWithin } from "../../compiler/format/within.js";
import type { ScriptName } from "../hosts/load-script.js";
import { records, runScript } from "../hosts/run-script.js";
import type { Persist } from "../hosts/with-reconnection.js";
import { declareRun, isClosed, listRuns, makeRunFolder, type Run, readRun, removeRuns } from "../run/run-folder.js";
import { removeFolder } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { copyInput, expectedContent, readExpected } from "./copy-input.js";
import { Seals } from "./seals.js";
import { describeTree, modeOf, replicateTree } from "./stage-tree.js";
import {
  type Artifact,
  DISCARD,
  FETCHED_WHOLE,
  type Fetched,
  type FilesOptions,
  type StagedRun,
  type TargetFiles,
} from "./target-files.js";

/** A network file system may show a file only some seconds after it was written elsewhere: so long, in milliseconds. */
const MOST_LAG = 15_000;
const BETWEEN_LOOKS = 250;

/** Everything below loses its write permission; folders keep theirs, or nobody could remove them. */
function makeReadOnly(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  if (stats.isDirectory()) for (const entry of readdirSync(path)) makeReadOnly(join(path, entry));
  else chmodSync(path, stats.mode & 0o555);
}

export interface VisibleFilesOptions extends FilesOptions {
  /** the directory that both sides see, if they call it by two names */
  readonly sharedDirectory?: { readonly here: string; readonly there: string } | undefined;
  /** false: copies of inputs go when the run is over that they were made for */
  readonly keepsCopies?: boolean;
  readonly persist?: Persist;
}

/** A target whose folder can be seen from this machine: its own, or a directory that both share. */
export class VisibleFiles implements TargetFiles {
  readonly here: string;
  readonly there: string;
  readonly #seals: Seals;

  constructor(readonly options: VisibleFilesOptions) {
    this.here = options.here;
    this.there = options.there;
    this.#seals = new Seals(join(options.here, "shared"));
  }

  within(name: string): VisibleFiles {
    return new VisibleFiles({ ...this.options, here: join(this.here, name), there: join(this.there, name) });
  }

  get runs(): readonly number[] {
    return listRuns(this.here);
  }

  async makeRun(number: number): Promise<void> {
    if (!this.options.sharedDirectory) {
      makeRunFolder(this.here, number);
      return;
    }
    // By whoever runs the managers over there: on this side it may be somebody else.
    await runScript(this.options.host, "transfer/make-run-folder", [this.there, String(number)]);
  }

  /** What the target calls a path within the shared directory; undefined if it is outside. */
  asSeenThere(path: string): string | undefined {
    const shared = this.options.sharedDirectory;
    return shared && isWithin(shared.here, path) ? join(shared.there, relative(shared.here, path)) : undefined;
  }

  placeShared(upload: Upload, source: string): void {
    const entry = upload.destination.slice("shared/".length);
    const place = join(this.here, upload.destination);
    if (this.#holds(entry, place, upload)) return;
    removeFolder(place);
    const folder = dirname(place);
    const fresh = `${folder}.new`;
    removeFolder(fresh);
    makeFolders(fresh);
    try {
      readExpected(upload, () => copyInput(source, join(fresh, basename(place)), this.options.digests));
      // Another input may have the same content and another name.
      if (existsSync(folder)) renameSync(join(fresh, basename(place)), place);
      else renameSync(fresh, folder);
    } finally {
      removeFolder(fresh);
    }
    this.#seals.seal(entry);
  }

  async restoreCopies(uploads: readonly Upload[], sources: string): Promise<void> {
    for (const upload of uploads) this.placeShared(upload, resolve(sources, upload.source));
  }

  /** Is the copy there, and still what it was? What somebody has touched is read again. */
  #holds(entry: string, place: string, upload: Upload): boolean {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (!stats) return false;
    if (this.#seals.isWhole(entry)) return true;
    this.#seals.forget(entry);
    if (stats.isSymbolicLink()) return false;
    try {
      if (!isSameInput(surveyContent(place, DigestCache.open(undefined)), expectedContent(upload))) return false;
    } catch {
      return false;
    }
    makeReadOnly(place);
    this.#seals.seal(entry);
    return true;
  }

  async send(staged: StagedRun): Promise<Run> {
    if (staged.tree) await this.#createTree(staged, staged.tree);
    declareRun(staged.folder, staged.facts);
    return readRun(this.here, staged.number) as Run;
  }

  /** The tree is copied on this side, and put in place by whoever runs the managers. */
  async #createTree(staged: StagedRun, tree: NonNullable<StagedRun["tree"]>): Promise<void> {
    replicateTree(tree, join(staged.folder, "staged"), this.options.digests);
    const args = [this.there, String(staged.number), modeOf(tree), tree.root, "", ...tree.without];
    await this.runScript("transfer/create-tree", args, describeTree(tree));
    removeFolder(join(staged.folder, "staged"));
  }

  async runScript(script: ScriptName, args: readonly string[], input?: Buffer): Promise<Buffer> {
    const persist = this.options.persist ?? ((action) => action());
    return persist(() => runScript(this.options.host, script, args, { input }));
  }

  /** The journals are read where they lie. */
  async readJournals(run: Run): Promise<number> {
    if (existsSync(join(run.folder, "run"))) return 0;
    throw new RuntimeProblem(
      `${run.folder} is not there any more`,
      "is its file system mounted here, and was it moved? When it is back, locusts deploy goes on from there",
    );
  }

  async fetch(run: Run, artifacts: readonly Artifact[]): Promise<Fetched> {
    if (!this.options.sharedDirectory) return FETCHED_WHOLE;
    const deadline = Date.now() + MOST_LAG;
    for (const { path, kind, bytes } of artifacts) {
      const place = join(run.folder, "work", path);
      const isThere = () => {
        const stats = statSync(place, { throwIfNoEntry: false });
        return stats !== undefined && (kind === "folder" || bytes === undefined || stats.size === bytes);
      };
      while (!isThere() && bytes !== undefined && Date.now() < deadline) {
        await sleep(BETWEEN_LOOKS);
        // Reading the folder makes a network file system ask anew.
        if (existsSync(dirname(place))) readdirSync(dirname(place));
      }
    }
    return FETCHED_WHOLE;
  }

  get removeJobs(): TargetFiles["removeJobs"] {
    if (this.options.keepsCopies !== false) return undefined;
    return async (run, places) => {
      await runScript(this.options.host, "transfer/remove-jobs", [run.folder], { input: records(places) });
    };
  }

  async removeWork(run: Run, keep: readonly string[]): Promise<void> {
    const folder = `${this.there}/runs/${run.number}`;
    await runScript(this.options.host, "transfer/remove-work", [folder], {
      input: records(keep),
      what: `${folder} cannot be tidied up`,
    });
    // Folders of failed jobs stay, for people to look at, and have links to these.
    if (this.options.keepsCopies !== false || keep.length > 0) return;
    // And those of a run that goes on read them.
    const others = listRuns(this.here).filter((number) => number !== run.number);
    const isAnyOpen = others.some((number) => {
      const other = readRun(this.here, number);
      return other !== undefined && !isClosed(other);
    });
    // A job that runs alone, by repro, reads its inputs there, too.
    const isUsed = isAnyOpen || namesIn(this.here).some((name) => name.startsWith("repro"));
    if (!isUsed) removeFolder(join(this.here, "shared"));
  }

  async fetchRunMetadata(): Promise<void> {
    // All of it can be read where it lies.
  }

  async discard(run: Run): Promise<void> {
    await runScript(this.options.host, DISCARD, [this.there, String(run.number)]);
  }

  async clean(): Promise<void> {
    await runScript(this.options.host, "transfer/remove-runs", [this.there]);
    // What this side has put there may not be the other side's to remove.
    removeRuns(this.here);
  }
}
