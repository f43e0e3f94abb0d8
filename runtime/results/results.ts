import { linkSync, lstatSync, readSync, realpathSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { addAll } from "../../compiler/format/add-all.js";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { errorCode, withFile } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import type { OutputState } from "../../compiler/format/results.js";
import { isWithin } from "../../compiler/format/within.js";
import { replaceBy } from "../../compiler/format/write-atomically.js";
import { clearDraftOf, copyFile, isBehindLink, openToOwner, removeFolder, statEntry } from "../system/files.js";
import { digestOf, fingerprintOf, kindOf } from "./fingerprint.js";
import { FolderWalk } from "./folder-walk.js";
import { KEPT_FOLDERS, KeptOutputs } from "./kept-outputs.js";
import type { Ledger } from "./ledger.js";
import { logsIn } from "./logs.js";
import { isOfJob, isWritable, OutputRefused, resultsRefused } from "./output-refused.js";
import { Ownership, refuseNoFolder } from "./ownership.js";
import { type PlacedOutput, PlacedOutputs, placedOutput } from "./placed-outputs.js";

export function isSameContent(a: string, b: string): boolean {
  const [first, second] = [Buffer.alloc(1 << 18), Buffer.alloc(1 << 18)] as const;
  const compare = (one: number, other: number) => {
    for (;;) {
      const [length, also] = [readSync(one, first), readSync(other, second)];
      if (length !== also || !first.subarray(0, length).equals(second.subarray(0, length))) return false;
      if (length === 0) return true;
    }
  };
  return withFile(a, "r", (one) => withFile(b, "r", (other) => compare(one, other)));
}

/** An output in its job's folder: what it is, and whether it is the job's own rather than something that a link leads to. */
function lookAtOutput(from: string, path: string) {
  const entry = statEntry(from);
  const isLink = entry?.isSymbolicLink() === true;
  const stats = isLink ? statSync(from, { throwIfNoEntry: false }) : entry;
  return { stats, isOwn: !isLink && !isBehindLink(from.slice(0, -path.length), path) };
}

/** A second name for the file where that is possible, else a copy: the source stays until the job is recorded. */
function bring(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFile(from, to);
  }
}

export interface CollectedOutput {
  readonly bytes: number;
  readonly digest: string;
}

/** Paths of outputs that were to go out of the way. */
export interface SetAside {
  readonly moved: readonly string[];
  /** those that were edited, and stay */
  readonly left: readonly string[];
}

export interface WhichOutput {
  readonly job: BundledJob;
  readonly output: number;
}

/** Puts files under their final names, each in one step: never a partial one, never outside the results. */
export class Results {
  readonly placed: PlacedOutputs;
  readonly #made = new Set<string>();
  readonly ownership: Ownership;
  /** what was put in its place, and is not written down yet */
  #news: PlacedOutput[] = [];
  /** paths of outputs that may still have another name in a work folder */
  #provisional: string[] = [];
  /** the files of one job, by what identifies them, and where they came: two names of one file stay so */
  #twins = new Map<string, string>();
  #twinsOf: BundledJob | undefined;
  /** the logs that are here, as a rule few or none */
  #logs: Set<string> | undefined;

  readonly kept: KeptOutputs;
  /** where those go that the user has asked to move away */
  readonly stale: KeptOutputs;

  /**
   * @param stateFolder where it is written down what was put where
   * @throws RuntimeProblem if the folder is there and is none
   */
  constructor(
    readonly folder: string,
    stateFolder: string,
    ledger: Ledger,
  ) {
    refuseNoFolder(folder);
    this.placed = PlacedOutputs.open(stateFolder, folder, ledger);
    this.kept = new KeptOutputs(join(stateFolder, KEPT_FOLDERS.kept), folder, ledger);
    this.stale = new KeptOutputs(join(stateFolder, KEPT_FOLDERS.stale), folder, ledger, Number.POSITIVE_INFINITY);
    this.ownership = new Ownership(folder, this.placed);
  }

  /** Makes a folder below the results, and those above it. @throws OutputRefused if a link on the way leads out */
  makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    const missing: string[] = [];
    for (let at = path; at !== "." && !statEntry(join(this.folder, at)); at = dirname(at)) missing.push(at);
    // Written down first: one that is made and not known would be taken for the user's own.
    this.placed.putFolders(missing);
    const folder = join(this.folder, path);
    try {
      makeFolders(folder);
    } catch (error) {
      // A name may be too long: that is the job's own trouble.
      if (errorCode(error) === "ENAMETOOLONG") throw error;
      throw isOfJob(error) ? resultsRefused(folder, error) : error;
    }
    // A link on the way could lead anywhere.
    if (!isWithin(realpathSync.native(this.folder), realpathSync.native(folder)))
      throw new OutputRefused(`${folder} leads out of ${this.folder}`);
    this.#made.add(path);
  }

  /**
   * Makes room for an output: what another version of a job has left is kept aside.
   *
   * @throws OutputRefused if what lies at the place is somebody else's
   */
  #clearPlace(path: string, job: BundledJob): void {
    if (!this.ownership.mayReplace(path, job.name)) {
      throw new OutputRefused(`${join(this.folder, path)} is not what Locusts has put there; move it away`);
    }
    const old = this.placed.get(path);
    if (!old || old.key === job.key || this.placed.condition(old) !== "whole") return;
    this.kept.keep(old);
    this.placed.forget([path]);
  }

  #take(place: string, fill: (draft: string) => void): void {
    const replace = (draft: string) => {
      fill(draft);
      if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) rmSync(place, { recursive: true });
    };
    try {
      replaceBy(place, replace, clearDraftOf(place));
    } catch (error) {
      if (!(error instanceof OutputRefused) && isOfJob(error) && !isWritable(dirname(place)))
        throw resultsRefused(dirname(place), error);
      // Of two paths the system names the one that was read; it is this one that has no room.
      throw isOfJob(error) ? error : Object.assign(error as Error, { path: place });
    }
  }

  #record(path: string, { job, output }: WhichOutput, bytes: number): CollectedOutput {
    const { stamp, digest } = fingerprintOf(join(this.folder, path));
    this.#news.push(placedOutput(path, job, output, stamp));
    return { bytes, digest };
  }

  /** Notes which version of a job has last collected what it changed in its tree. */
  recordTree(path: string, job: BundledJob): void {
    this.#news.push(placedOutput(path, job));
  }

  /** Moves outputs out of results/; what somebody has changed is theirs now, and stays. */
  setAside(outputs: readonly PlacedOutput[], store = this.kept): SetAside {
    const moved: string[] = [];
    const left: string[] = [];
    for (const output of outputs) {
      // Who has moved results elsewhere, and left a link in their place, has them by now.
      if (isBehindLink(this.folder, output.path)) left.push(output.path);
      else if (this.placed.condition(output) === "whole") {
        store.keep(output);
        moved.push(output.path);
      } else if (this.ownership.mayReplace(output.path, output.job)) {
        removeFolder(join(this.folder, output.path)); // a part of it, or an older copy
      } else if (statEntry(join(this.folder, output.path))) left.push(output.path);
      this.placed.forget([output.path]);
      this.placed.removeEmptyFolders(output.path);
    }
    if (moved.length > 0) this.#made.clear();
    return { moved, left };
  }

  /** Moves aside what lies in the places of outputs that a job has not made: nothing is to be taken for them. */
  setAsideInsteadOf(job: BundledJob, outputs: readonly OutputState[]): void {
    const missing = job.outputs.filter((_, i) => typeof outputs[i] !== "number");
    if (missing.length === 0) return;
    if (this.#news.some(({ path }) => missing.includes(path))) this.writeDown();
    const placed = missing.flatMap((path) => this.placed.get(path) ?? []);
    // What another version of the job has made, maybe a later one, is not this one's to move.
    this.setAside(placed.filter(({ key }) => key === job.key || key === ""));
  }

  writeDown(): void {
    this.placed.put(this.#news);
    addAll(
      this.#provisional,
      this.#news.map(({ path }) => path),
    );
    this.#news = [];
    this.#made.clear(); // what was a folder may be a link by now
  }

  sync(): void {
    this.placed.ledger.sync();
    this.placed.sync();
  }

  /** To be called when work folders are gone: what came from there has but one name now, and can be known by its stamp. */
  takeFinalStamps(): void {
    this.#provisional = this.placed.takeFinalStamps(this.#provisional);
  }

  /**
   * Collects a file.
   *
   * @param bytes its size when the job ended
   * @throws OutputRefused if it is not so large any more, or if something of somebody else lies at its place
   */
  collectFile(from: string, path: string, bytes: number, which: WhichOutput): CollectedOutput {
    const { stats, isOwn } = lookAtOutput(from, path);
    if (!stats?.isFile()) throw new OutputRefused(`${path} is gone from the job's folder`);
    if (stats.size !== bytes)
      throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${stats.size}`);
    if (isOwn) openToOwner(from, stats);
    const place = join(this.folder, path);
    this.makeFolder(dirname(path));
    const old = statEntry(place);
    // It may have been collected before, and the process was killed that was about to write this down.
    const isHere =
      old?.isFile() &&
      ((old.ino === stats.ino && old.dev === stats.dev) || (old.size === bytes && isSameContent(from, place)));
    if (!isHere) {
      if (old) this.#clearPlace(path, which.job);
      // Of what a link leads to, this is a copy: the job's folder will not stay, and the rest is somebody else's.
      this.#bringContent(from, stats, isOwn && stats.nlink === 1, place, which.job);
    }
    return this.#record(path, which, bytes);
  }

  /** @param isAlone no other file is to change with it */
  #bringContent(from: string, stats: Stats, isAlone: boolean, place: string, job: BundledJob): void {
    if (this.#twinsOf !== job) this.#twins = new Map();
    this.#twinsOf = job;
    if (isAlone) {
      try {
        linkSync(from, place);
        return;
      } catch {
        // It lies on another disk, or something is in its place.
      }
    }
    const identity = `${stats.dev}-${stats.ino}`;
    const twin = this.#twins.get(identity);
    this.#take(place, (draft) => {
      if (twin !== undefined) linkSync(twin, draft);
      else if (isAlone) bring(from, draft);
      else copyFile(from, draft);
    });
    this.#twins.set(identity, place);
  }

  /**
   * Collects a folder, with the same promises.
   *
   * @param bytes of its files when the job ended
   * @returns its bytes now: more than before if links gave way to what they lead to
   */
  collectFolder(from: string, path: string, bytes: number, which: WhichOutput): CollectedOutput {
    const { stats, isOwn } = lookAtOutput(from, path);
    if (!stats?.isDirectory()) throw new OutputRefused(`${path} is gone from the job's folder`);
    const place = join(this.folder, path);
    this.makeFolder(dirname(path));
    let brought = 0;
    this.#take(place, (draft) => {
      const walk = new FolderWalk(realpathSync.native(from), path, isOwn ? bring : copyFile, isOwn);
      walk.copy(draft);
      if (walk.bytes !== bytes)
        throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${walk.bytes}`);
      brought = walk.bytes + walk.insteadBytes;
      // It may have been collected before, and the process was killed that was about to write this down.
      const isHere = kindOf(place) === "folder" && digestOf(place) === digestOf(draft);
      if (!isHere && kindOf(place)) this.#clearPlace(path, which.job);
    });
    return this.#record(path, which, brought);
  }

  collectLog(from: string, path: string): void {
    this.makeFolder(dirname(path));
    this.#take(join(this.folder, path), (draft) => copyFile(from, draft));
    this.#logs?.add(path);
  }

  dropLog(path: string): void {
    this.#logs ??= logsIn(this.folder);
    if (this.#logs.has(path)) rmSync(join(this.folder, path), { force: true });
  }
}
