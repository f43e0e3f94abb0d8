import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readLines } from "../../compiler/format/lines.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { RESULT_TABLES } from "../../compiler/format/results.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { digestOf } from "../results/fingerprint.js";
import { statBelow, statEntry } from "../system/files.js";
import { STATE_FILES } from "../workspace/workspace.js";

/** In the place of a digest, since what is in it is known by itself. */
const FOLDER = "folder";
/** Of what an earlier version of Locusts has put there, which did not write this down, or where that was removed. */
const UNKNOWN = "";

/**
 * What Locusts itself has put below `results/tree` and `results/conflicts`, and what it was then. All else that lies
 * there is the user's own: it is neither replaced nor removed.
 */
export class PutRecord {
  readonly #digests: Map<string, string>;
  readonly #path: string;
  /** when the table was written, in milliseconds since 1970 */
  readonly #written: number;

  /** @param listed what the tables of the results list, for want of a record */
  constructor(
    state: string,
    readonly results: string,
    listed: Iterable<string>,
  ) {
    this.#path = join(state, STATE_FILES.tree);
    this.#written = statEntry(join(results, RESULT_TABLES.changes.file))?.mtimeMs ?? 0;
    this.#digests = existsSync(this.#path)
      ? new Map([...readLines(this.#path)].map((line) => decodeRow(line) as [string, string]))
      : new Map([...listed].map((path) => [path, UNKNOWN]));
  }

  /** Does something lie there that Locusts has not put there, or that somebody has edited since? */
  isForeign(path: string): boolean {
    const place = join(this.results, path);
    const stats = statEntry(place);
    if (!stats) return false;
    const known = this.#digests.get(path);
    if (stats.isDirectory()) {
      const names = readdirSync(place);
      return names.length === 0 ? known === undefined : names.some((name) => this.isForeign(`${path}/${name}`));
    }
    if (known === undefined || !(stats.isFile() || stats.isSymbolicLink())) return true;
    // What jobs have made is older than the table that lists it.
    return known === UNKNOWN ? stats.mtimeMs > this.#written : known !== digestOf(place);
  }

  /** Is the place of a path taken by something foreign, or the way to it? */
  isTaken(path: string): boolean {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      const parent = path.slice(0, at);
      const stats = statEntry(join(this.results, parent));
      if (stats && !stats.isDirectory()) return this.isForeign(parent);
    }
    return this.isForeign(path);
  }

  /** Those that were put there and are gone. */
  lost(): string[] {
    const known = new Map<string, boolean>();
    return [...this.#digests.keys()].filter((path) => !statBelow(this.results, path, known));
  }

  isAnythingLeft(): boolean {
    const known = new Map<string, boolean>();
    return [...this.#digests.keys()].some((path) => statBelow(this.results, path, known));
  }

  /**
   * Writes down what is to be known again.
   *
   * @param put what was put there just now
   * @param staying what was put there before, and stays as it was known
   */
  write(put: ReadonlySet<string>, staying: Iterable<string>): void {
    const digests = new Map<string, string>();
    for (const path of staying) {
      const known = this.#digests.get(path);
      if (known !== undefined) digests.set(path, known);
    }
    const known = new Map<string, boolean>();
    for (const path of put) {
      const stats = statBelow(this.results, path, known);
      if (stats) digests.set(path, stats.isDirectory() ? FOLDER : digestOf(join(this.results, path)));
    }
    makeFolders(dirname(this.#path));
    writeAtomically(this.#path, [...digests].sort().map(encodeRow));
  }
}
