import { statSync } from "node:fs";
import { dirname } from "node:path";
import { textOf } from "../file-access.js";
import { makeFolders } from "../make-folders.js";
import { decodeRow, encodeRow } from "../tsv.js";
import { writeAtomically } from "../write-atomically.js";

/** A file that was touched this recently may change again without its time stamps showing it. */
const RACY_MILLISECONDS = 2000;

/** What names a version of a file, and whether it may change again without a change of that name. */
export function statVersion(path: string): { readonly version: string; readonly racy: boolean } {
  const stats = statSync(path, { bigint: true });
  const latest = stats.mtimeMs > stats.ctimeMs ? stats.mtimeMs : stats.ctimeMs;
  return {
    version: `${path} ${stats.size} ${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs}`,
    racy: Date.now() - Number(latest) <= RACY_MILLISECONDS,
  };
}

/**
 * Digests of large files, so that a build reads them only when they have changed. What names a
 * version of a file is its path, size, inode and time stamps.
 */
export class DigestCache {
  readonly #known = new Map<string, string>();
  readonly #used = new Map<string, string>();
  #changed = false;

  private constructor(readonly file: string | undefined) {}

  /** @param file where the digests are kept; undefined keeps none */
  static open(file: string | undefined): DigestCache {
    const cache = new DigestCache(file);
    if (file === undefined) return cache;
    // Where there is none yet, or it cannot be read, everything is hashed anew.
    for (const line of (textOf(file) ?? "").split("\n")) {
      const [version, digest] = decodeRow(line);
      if (version && digest && /^[0-9a-f]{64}$/.test(digest)) cache.#known.set(version, digest);
    }
    return cache;
  }

  /** The digest of a file as it is now; it is computed if it is not known. */
  get(path: string, compute: () => string): string {
    const before = statVersion(path);
    let digest = this.#known.get(before.version);
    if (digest === undefined) {
      digest = compute();
      // What was read while somebody wrote to it is nobody's content.
      if (statVersion(path).version !== before.version) return digest;
      this.#changed = true;
    }
    if (!before.racy) {
      this.#used.set(before.version, digest);
      this.#known.set(before.version, digest);
    }
    return digest;
  }

  /** Writes down what was used; older versions are forgotten. */
  save(): void {
    if (this.file === undefined || !this.#changed) return;
    makeFolders(dirname(this.file));
    writeAtomically(this.file, [...this.#used].map((entry) => encodeRow(entry)).join(""));
  }
}
