import { readdirSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BundledTreeEntry, readBundledTree } from "../../compiler/format/bundle.js";
import { digestFile } from "../../compiler/format/content/digest.js";
import { statEntry } from "../system/files.js";
import { isThere, type Version } from "./place-entry.js";

const NOT_SELECTED = "it is here, and was not selected";

/** The environment on this machine, and what the bundle says that it was when jobs began. */
export class LocalTree {
  readonly #before = new Map<string, BundledTreeEntry>();
  /** what may be removed, and what will be a folder, as far as was asked */
  readonly #removable = new Set<string>();
  readonly #newFolders = new Set<string>();

  /** @param paths those that may be asked for; of the others nothing is kept in memory */
  constructor(
    readonly root: string,
    bundle: string,
    paths: ReadonlySet<string>,
  ) {
    for (const entry of readBundledTree(bundle)) if (paths.has(entry.path)) this.#before.set(entry.path, entry);
  }

  /** Does a link, or something that is no folder and will be none, lie on the way to a path? */
  #isCutOff(path: string): boolean {
    for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
      if (this.#newFolders.has(parent)) return false;
      const stats = statEntry(join(this.root, parent));
      if (stats && !stats.isDirectory()) return true;
    }
    return false;
  }

  /** Would a folder be empty, were it not for what may be removed from it? */
  #isEmptied(path: string): boolean {
    return readdirSync(join(this.root, path)).every((name) => this.#removable.has(`${path}/${name}`));
  }

  /** Is what lies at a place what it was when the bundle was built? */
  #isAsBefore(place: string, entry: BundledTreeEntry): boolean {
    const stats = statEntry(place);
    if (!stats) return false;
    if (entry.kind === "folder") return stats.isDirectory();
    if (entry.kind === "link") return stats.isSymbolicLink() && readlinkSync(place) === entry.link;
    return stats.isFile() && stats.size === entry.bytes && digestFile(place, stats.size) === entry.sha256;
  }

  /**
   * Why something may not be removed here, in words; undefined if it may, or is gone. What is in a
   * folder is asked for before the folder.
   */
  whyNotRemove(path: string): string | undefined {
    const why = this.#judgeRemoval(path);
    if (why === undefined) this.#removable.add(path);
    return why;
  }

  #judgeRemoval(path: string): string | undefined {
    const place = join(this.root, path);
    if (this.#isCutOff(path)) return "a link or a file is in the way here";
    const stats = statEntry(place);
    if (!stats) return undefined;
    const before = this.#before.get(path);
    if (!before) return NOT_SELECTED;
    if (!this.#isAsBefore(place, before)) return "it was edited here";
    return stats.isDirectory() && !this.#isEmptied(path) ? "it holds what was not selected, or edited here" : undefined;
  }

  /**
   * Why a version may not be put into its place, in words; undefined if it may, or lies there. Asked for
   * after all removals, and for a folder before what is in it.
   */
  whyNotPut(path: string, version: Version): string | undefined {
    const why = this.#judgePut(path, version);
    if (why === undefined && version.kind === "folder") this.#newFolders.add(path);
    return why;
  }

  #judgePut(path: string, version: Version): string | undefined {
    const place = join(this.root, path);
    if (this.#isCutOff(path)) return "a link or a file is in the way here";
    const stats = statEntry(place);
    if (stats && isThere(place, version)) return undefined;
    const before = this.#before.get(path);
    if (!before) return stats ? NOT_SELECTED : undefined;
    // A killed gather may have taken away the folder whose place it is to have.
    if (!stats) return before.kind === "folder" && version.kind !== "folder" ? undefined : "it was removed here";
    if (!this.#isAsBefore(place, before)) return "it was edited here";
    const replaced = stats.isDirectory() && version.kind !== "folder";
    return replaced && !this.#isEmptied(path) ? "it holds what was not selected, or edited here" : undefined;
  }
}
