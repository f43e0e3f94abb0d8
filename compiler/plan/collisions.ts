import { foldersAround } from "../format/within.js";
import { MarkSet, markOf } from "../survey/mark-set.js";

/**
 * Finds paths that lead through other paths among very many, such as `x/y` beside `x`: 8 bytes for
 * each folder. Its suspects are as those of `Repetitions`, which has the marks of all paths.
 */
export class NestedPaths {
  readonly #folders = new MarkSet();
  #lastFolder = "";
  #suspects: Set<bigint> | undefined;

  constructor(readonly paths: MarkSet) {}

  add(path: string): void {
    for (const folder of foldersAround(path)) {
      // Most paths lie beside the one before; what is around a folder that is known is known, too.
      if (folder === this.#lastFolder || !this.#folders.add(markOf(folder))) break;
    }
    const end = path.lastIndexOf("/");
    if (end > 0) this.#lastFolder = path.slice(0, end);
  }

  get #found(): Set<bigint> {
    if (!this.#suspects) {
      this.#suspects = new Set();
      for (const folder of this.#folders) if (this.paths.has(folder)) this.#suspects.add(folder);
    }
    return this.#suspects;
  }

  get any(): boolean {
    return this.#found.size > 0;
  }

  isSuspect(path: string): boolean {
    return this.#found.has(markOf(path));
  }
}
