import { linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, type Stats, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { linkStaysIn } from "../../compiler/format/content/links.js";
import { printableName } from "../../compiler/format/control-characters.js";
import { copyFile, openToOwner } from "../system/files.js";
import { OutputRefused } from "./output-refused.js";

export class FolderWalk {
  bytes = 0;
  /** of files that have come in the place of links */
  insteadBytes = 0;
  readonly #twins = new Map<string, string>();

  constructor(
    /** its real path */
    readonly root: string,
    /** names the output in errors */
    readonly path: string,
    readonly bring: (from: string, to: string) => void,
    /** whether what its owner may not read is opened: not where a link leads to it, since that may be anybody's */
    readonly opens = false,
  ) {}

  copy(to: string, below = "."): void {
    mkdirSync(to);
    for (const name of readdirSync(join(this.root, below))) {
      if (name.includes("\uFFFD"))
        throw new OutputRefused(`${this.path} has a name in it that is not UTF-8: ${printableName(name)}`);
      this.#entry(join(below, name), join(to, name));
    }
  }

  #entry(path: string, to: string): void {
    const from = join(this.root, path);
    const stats = lstatSync(from);
    if (this.opens) openToOwner(from, stats);
    if (stats.isDirectory()) this.copy(to, path);
    else if (stats.isSymbolicLink()) this.#link(path, from, to);
    else if (stats.isFile()) this.#file(from, to, stats);
    else
      throw new OutputRefused(
        `${this.path} has something in it that is neither a file nor a folder: ${printableName(path)}`,
      );
  }

  #file(from: string, to: string, stats: Stats): void {
    this.bytes += stats.size;
    if (stats.nlink === 1) {
      this.bring(from, to);
      return;
    }
    // Its other names may be anybody's, but for those within the folder.
    const twin = this.#twins.get(String(stats.ino));
    if (twin === undefined) copyFile(from, to);
    else linkSync(twin, to);
    this.#twins.set(String(stats.ino), to);
  }

  /** A link that stays in the folder stays a link; of another one comes what it leads to, if that is a file. */
  #link(path: string, from: string, to: string): void {
    const leads = readlinkSync(from);
    if (linkStaysIn(this.root, path, leads)) {
      symlinkSync(leads, to);
      return;
    }
    const target = statSync(from, { throwIfNoEntry: false });
    if (!target?.isFile())
      throw new OutputRefused(`${this.path} has a link that leads out of it: ${printableName(path)}`);
    this.insteadBytes += target.size;
    copyFile(from, to);
  }
}
