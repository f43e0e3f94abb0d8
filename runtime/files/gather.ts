import { hash } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { LOG_FOLDER } from "../../compiler/format/results.js";
import type { Ledger } from "../state/ledger.js";
import { Ownership } from "../state/ownership.js";

/** Why an output could not come home. */
export class OutputRefused extends Error {
  override readonly name = "OutputRefused";
}

/** Have two files of the same size the same content? */
export function isSameContent(a: string, b: string): boolean {
  const files = [openSync(a, "r"), openSync(b, "r")] as const;
  const blocks = [Buffer.alloc(1 << 18), Buffer.alloc(1 << 18)] as const;
  try {
    for (;;) {
      const [first, second] = [readSync(files[0], blocks[0]), readSync(files[1], blocks[1])];
      if (first !== second || !blocks[0].subarray(0, first).equals(blocks[1].subarray(0, second))) return false;
      if (first === 0) return true;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Puts files under their final names, each in one step: never a partial one, never outside the results. */
export class Results {
  readonly #made = new Set<string>();
  readonly #ownership: Ownership;
  /** the logs that were here before, as a rule few or none */
  readonly #oldLogs: ReadonlySet<string>;

  constructor(
    readonly folder: string,
    ledger: Ledger,
  ) {
    this.#ownership = new Ownership(folder, ledger);
    const logs = join(folder, LOG_FOLDER);
    this.#oldLogs = new Set(existsSync(logs) ? readdirSync(logs).map((name) => `${LOG_FOLDER}/${name}`) : []);
  }

  #makeFolder(folder: string): void {
    if (this.#made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    // A link on the way could lead anywhere.
    const inside = relative(realpathSync(this.folder), realpathSync(folder));
    if (inside.startsWith("..") || isAbsolute(inside)) throw new OutputRefused(`${folder} leads out of ${this.folder}`);
    this.#made.add(folder);
  }

  /**
   * A name beside a place for what is about to take it. The same each time, so that what a killed
   * process has left is not left for good.
   */
  #draft(place: string): string {
    const draft = join(dirname(place), `.locusts-${hash("sha256", basename(place)).slice(0, 16)}`);
    rmSync(draft, { recursive: true, force: true });
    return draft;
  }

  /** A second name for the file where that is possible, else a copy: the source stays until the job is recorded. */
  #bring(from: string, to: string): void {
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
  }

  /** @throws OutputRefused if what lies at the place is somebody else's */
  #checkPlace(path: string, job: string, old: Stats): void {
    if (!this.#ownership.mayReplace(path, job, old)) {
      throw new OutputRefused(`${join(this.folder, path)} is not what Locusts has put there; move it away`);
    }
  }

  /**
   * Brings a file home.
   *
   * @param bytes its size when the job ended
   * @throws OutputRefused if it is not so large any more, or if something of somebody else lies at its place
   */
  bringFile(from: string, path: string, bytes: number, job: string): void {
    const stats = statSync(from, { throwIfNoEntry: false });
    if (!stats?.isFile()) throw new OutputRefused(`${path} is gone from the job's folder`);
    if (stats.size !== bytes)
      throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${stats.size}`);
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    // A link gives way to what it leads to: the job's folder will not stay.
    const own = !lstatSync(from).isSymbolicLink() && stats.nlink === 1;
    const old = lstatSync(place, { throwIfNoEntry: false });
    if (!old && own) {
      try {
        linkSync(from, place);
        return;
      } catch {
        // It lies on another disk.
      }
    }
    if (old?.isFile()) {
      // It came home before, and the process was killed that was about to write this down.
      if (old.ino === stats.ino && old.dev === stats.dev) return;
      if (old.size === bytes && isSameContent(from, place)) return;
    }
    if (old) this.#checkPlace(path, job, old);
    const draft = this.#draft(place);
    if (own) this.#bring(from, draft);
    else copyFileSync(from, draft, constants.COPYFILE_FICLONE);
    if (old?.isDirectory()) rmSync(place, { recursive: true });
    renameSync(draft, place);
  }

  /**
   * Brings a folder home, with the same promises.
   *
   * @returns the bytes of its files; more than before if links gave way to what they lead to
   */
  bringFolder(from: string, path: string, bytes: number, job: string): number {
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    const old = lstatSync(place, { throwIfNoEntry: false });
    if (old) this.#checkPlace(path, job, old);
    const draft = this.#draft(place);
    let total = 0;
    let instead = 0;
    const walk = (at: string, to: string): void => {
      mkdirSync(to);
      for (const entry of readdirSync(at)) {
        const below = join(at, entry);
        const stats = lstatSync(below);
        if (stats.isDirectory()) walk(below, join(to, entry));
        else if (stats.isSymbolicLink()) {
          const leads = readlinkSync(below);
          const inside = relative(from, resolve(at, leads));
          if (isAbsolute(leads) || inside.startsWith("..")) {
            // What it leads to comes along instead, if it is a file.
            const target = statSync(below, { throwIfNoEntry: false });
            if (!target?.isFile())
              throw new OutputRefused(`${path} has a link that leads out of it: ${basename(below)}`);
            instead += target.size;
            copyFileSync(below, join(to, entry), constants.COPYFILE_FICLONE);
          } else symlinkSync(leads, join(to, entry));
        } else if (stats.isFile()) {
          total += stats.size;
          if (stats.nlink > 1) copyFileSync(below, join(to, entry), constants.COPYFILE_FICLONE);
          else this.#bring(below, join(to, entry));
        }
      }
    };
    try {
      walk(from, draft);
      if (total !== bytes) throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${total}`);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
    rmSync(place, { recursive: true, force: true });
    renameSync(draft, place);
    return total + instead;
  }

  /** Copies a log. */
  bringLog(from: string, path: string): void {
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    const draft = this.#draft(place);
    copyFileSync(from, draft);
    renameSync(draft, place);
  }

  /** Removes a log that was brought home for an earlier try. */
  dropLog(path: string): void {
    if (this.#oldLogs.has(path)) rmSync(join(this.folder, path), { force: true });
  }
}
