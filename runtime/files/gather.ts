import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";

/** Why an output could not come home. */
export class OutputRefused extends Error {
  override readonly name = "OutputRefused";
}

/** Puts files under their final names, each in one step: never a partial one, never outside the results. */
export class Results {
  readonly #made = new Set<string>();
  #counter = 0;

  constructor(readonly folder: string) {}

  #makeFolder(folder: string): void {
    if (this.#made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    // A link on the way could lead anywhere.
    const inside = relative(realpathSync(this.folder), realpathSync(folder));
    if (inside.startsWith("..") || isAbsolute(inside)) throw new OutputRefused(`${folder} leads out of ${this.folder}`);
    this.#made.add(folder);
  }

  #temporary(folder: string): string {
    this.#counter += 1;
    return join(folder, `.locusts-${process.pid}-${this.#counter}`);
  }

  /** A second name for the file where that is possible, else a copy: the source stays until the job is recorded. */
  #bring(from: string, to: string): void {
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
  }

  #replace(fresh: string, place: string): void {
    const old = lstatSync(place, { throwIfNoEntry: false });
    if (old?.isDirectory()) {
      const aside = this.#temporary(dirname(place));
      renameSync(place, aside);
      renameSync(fresh, place);
      rmSync(aside, { recursive: true });
    } else renameSync(fresh, place);
  }

  /**
   * Brings a file home.
   *
   * @param bytes its size when the job ended
   * @throws OutputRefused if it is not so large any more
   */
  bringFile(from: string, path: string, bytes: number): void {
    const stats = statSync(from, { throwIfNoEntry: false });
    if (!stats?.isFile()) throw new OutputRefused(`${path} is gone from the job's folder`);
    if (stats.size !== bytes)
      throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${stats.size}`);
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    const fresh = this.#temporary(dirname(place));
    // A link gives way to what it leads to: the job's folder will not stay.
    if (lstatSync(from).isSymbolicLink() || stats.nlink > 1) copyFileSync(from, fresh, constants.COPYFILE_FICLONE);
    else this.#bring(from, fresh);
    this.#replace(fresh, place);
  }

  /** Brings a folder home, with the same promises. */
  bringFolder(from: string, path: string, bytes: number): void {
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    const fresh = this.#temporary(dirname(place));
    let total = 0;
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
            if (!statSync(below, { throwIfNoEntry: false })?.isFile())
              throw new OutputRefused(`${path} has a link that leads out of it: ${basename(below)}`);
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
      walk(from, fresh);
      if (total !== bytes) throw new OutputRefused(`${path} had ${bytes} bytes when the job ended, and has ${total}`);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      throw error;
    }
    this.#replace(fresh, place);
  }

  /** Copies a log. */
  bringLog(from: string, path: string): void {
    const place = join(this.folder, path);
    this.#makeFolder(dirname(place));
    const fresh = this.#temporary(dirname(place));
    copyFileSync(from, fresh);
    renameSync(fresh, place);
  }

  /** Removes a log that was brought home for an earlier try. */
  dropLog(path: string): void {
    rmSync(join(this.folder, path), { force: true });
  }
}
