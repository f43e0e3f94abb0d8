import { renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { errorCode, textOf } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { RESULT_TABLES } from "../../compiler/format/results.js";
import { draftOf, isDraftOf, removeOldDrafts, writeAtomically } from "../../compiler/format/write-atomically.js";
import { STATE_FILES, type Workspace } from "./workspace.js";

type Place = Pick<Workspace, "results" | "state">;

/**
 * Files right below `results/` that take their places together, when the last of them is whole. Before the first one does,
 * it is written down which they are: if that is cut short, the next verb puts the others in their places, too.
 */
export class FilesTogether {
  readonly #drafts = new Map<string, string>();
  readonly #afterwards: (() => void)[] = [];

  constructor(readonly place: Place) {
    makeFolders(place.results);
  }

  /** Where a file is to be written, which has to reach the disk before `put`. */
  draft(name: string): string {
    const draft = draftOf(join(this.place.results, name));
    this.#drafts.set(name, draft);
    return draft;
  }

  /** Leaves a file as it was. */
  drop(name: string): void {
    const draft = this.#drafts.get(name);
    if (draft !== undefined) rmSync(draft, { force: true });
    this.#drafts.delete(name);
  }

  /** What is to be done when all have their places. */
  afterwards(act: () => void): void {
    this.#afterwards.push(act);
  }

  put(): void {
    const { results, state } = this.place;
    const marker = join(state, STATE_FILES.putting);
    const names = [...this.#drafts.keys()];
    if (names.length > 1)
      writeAtomically(marker, [...this.#drafts].map(([name, draft]) => `${basename(draft)}\t${name}\n`).join(""));
    for (const [name, draft] of this.#drafts) {
      renameIfThere(draft, join(results, name)); // somebody who looks may have been quicker
      this.#drafts.delete(name);
    }
    rmSync(marker, { force: true });
    for (const act of this.#afterwards.splice(0)) act();
    // Whoever writes them has the swarm to itself: all drafts, also of a tree's tables, were left by somebody who was killed.
    const tables = Object.values(RESULT_TABLES).map(({ file }) => file);
    removeOldDrafts(results, Number.POSITIVE_INFINITY, [...names, ...tables]);
  }

  /** Removes what was not put. */
  discard(): void {
    for (const name of [...this.#drafts.keys()]) this.drop(name);
  }
}

/**
 * Goes on with what was cut short in `put`. Each draft has a name of its own, so it does no harm if two do this at once,
 * or while another set is put.
 */
export function finishPutting({ results, state }: Place): void {
  const marker = join(state, STATE_FILES.putting);
  const text = textOf(marker);
  if (text === undefined) return;
  try {
    for (const line of text.split("\n").slice(0, -1)) {
      const [draft = "", name = ""] = line.split("\t");
      if (isDraftOf(draft, name)) renameIfThere(join(results, draft), join(results, name));
    }
    if (textOf(marker) === text) rmSync(marker, { force: true }); // or it is of another set by now
  } catch {
    // Who may not write here can look all the same; whoever writes tables next makes them anew.
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}
