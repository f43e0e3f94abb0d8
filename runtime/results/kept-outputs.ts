import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorCode, namesIn } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { replaceBy } from "../../compiler/format/write-atomically.js";
import { clearDraftOf, copyExactly, removeFolder } from "../system/files.js";
import type { Workspace } from "../workspace/workspace.js";
import { digestOf } from "./fingerprint.js";
import { Ledger } from "./ledger.js";
import type { PlacedOutput } from "./placed-outputs.js";

/** Outputs of earlier versions may take so many bytes; then the oldest go. */
const MOST_BYTES = 10 * 1000 ** 3;

function move(from: string, to: string): void {
  makeFolders(dirname(to));
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    replaceBy(to, (draft) => copyExactly(from, draft), clearDraftOf(to));
    rmSync(from, { recursive: true });
  }
}

/** Where they lie, below the state folder: outputs of earlier versions, and those that `clean --stale` has moved away. */
export const KEPT_FOLDERS = { kept: "kept", stale: "stale" } as const;

/**
 * Keeps outputs that were right for another version of the definition, by the key of their job: `<key>/<n>` is
 * its output n. Should that version come back, so do they, without running anything.
 */
export class KeptOutputs {
  constructor(
    readonly folder: string,
    readonly results: string,
    readonly ledger: Ledger,
    /** Infinity: nothing is ever removed to make room */
    readonly mostBytes = MOST_BYTES,
  ) {}

  #placeOf(key: string, output: number): string {
    return join(this.folder, key, String(output));
  }

  /** Is an output of a job here, with the content that it had? */
  has(key: string, output: number): boolean {
    const place = this.#placeOf(key, output);
    const digest = this.ledger.get(key)?.digests[output];
    if (!digest || !lstatSync(place, { throwIfNoEntry: false })) return false;
    try {
      return digestOf(place) === digest;
    } catch {
      return false;
    }
  }

  /** Has outputs be kept under other keys from now on. @param keys the new ones, by the old ones */
  renameKeys(keys: ReadonlyMap<string, string>): void {
    for (const name of namesIn(this.folder)) {
      const key = keys.get(name);
      if (key !== undefined && !existsSync(join(this.folder, key)))
        renameSync(join(this.folder, name), join(this.folder, key));
    }
  }

  /** Moves an output out of results/. One whose key is not known could never come back, and goes under the name of its path. */
  keep({ path, key, output }: PlacedOutput): void {
    move(join(this.results, path), key === "" ? join(this.folder, "unknown", path) : this.#placeOf(key, output));
    if (key !== "") utimesSync(join(this.folder, key), new Date(), new Date());
  }

  /** Moves an output back to its place; what is there goes. */
  restore(key: string, output: number, path: string): void {
    move(this.#placeOf(key, output), join(this.results, path));
    if (readdirSync(join(this.folder, key)).length === 0) rmSync(join(this.folder, key), { recursive: true });
  }

  bytes(): number {
    return namesIn(this.folder).reduce((total, key) => total + this.#bytesOf(key), 0);
  }

  #bytesOf(key: string): number {
    const outputs = this.ledger.get(key)?.outputs ?? [];
    return outputs.reduce<number>((total, state) => total + (typeof state === "number" ? state : 0), 0);
  }

  /** Removes the oldest, as far as they take more room than they may. @returns the bytes that were removed */
  makeRoom(): number {
    let bytes = this.bytes();
    if (bytes <= this.mostBytes) return 0;
    let removed = 0;
    const age = (key: string) => statSync(join(this.folder, key)).mtimeMs;
    for (const key of namesIn(this.folder).sort((a, b) => age(a) - age(b))) {
      if (bytes <= this.mostBytes) break;
      removeFolder(join(this.folder, key));
      bytes -= this.#bytesOf(key);
      removed += this.#bytesOf(key);
    }
    return removed;
  }
}

function storesOf({ state, results }: Workspace): KeptOutputs[] {
  const folders = Object.values(KEPT_FOLDERS)
    .map((name) => join(state, name))
    .filter(existsSync);
  if (folders.length === 0) return [];
  const ledger = Ledger.open(state);
  return folders.map((folder) => new KeptOutputs(folder, results, ledger));
}

export function keptBytes(workspace: Workspace): number {
  return storesOf(workspace).reduce((total, store) => total + store.bytes(), 0);
}

/** Removes all outputs that are kept aside. @returns their bytes */
export function removeKept(workspace: Workspace): number {
  const bytes = keptBytes(workspace);
  for (const { folder } of storesOf(workspace)) removeFolder(folder);
  return bytes;
}
