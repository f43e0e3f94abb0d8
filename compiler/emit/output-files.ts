import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";

const BLOCK = 1 << 16;

/** What became of a file. */
export type FileChange = "same" | "changed" | "new";

/**
 * Compares text with a file as it comes, without holding either in memory, and writes it to a
 * second file that takes the first one's place in the end if the two differ. A file that is the
 * same is not touched.
 */
export class OutputFile {
  readonly digest: Hash = createHash("sha256");
  readonly #fresh: string;
  #pending: string[] = [];
  #pendingLength = 0;
  #old: number | undefined;
  #new: number | undefined;
  #same: boolean;
  #existed = false;
  #oldBlock = Buffer.allocUnsafe(BLOCK * 4);
  bytes = 0;

  /** @param write false: compare alone, and leave the disk as it is */
  constructor(
    readonly path: string,
    readonly write: boolean,
    readonly mode = 0o644,
  ) {
    this.#fresh = `${path}.new`;
    try {
      this.#old = openSync(path, "r");
      this.#existed = true;
    } catch {
      this.#old = undefined;
    }
    this.#same = this.#existed;
    if (write) {
      this.#new = openSync(this.#fresh, "w", mode);
    }
  }

  add(text: string): void {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength >= BLOCK) this.#flush();
  }

  #flush(): void {
    if (this.#pendingLength === 0) return;
    const block = Buffer.from(this.#pending.join(""));
    this.#pending = [];
    this.#pendingLength = 0;
    this.digest.update(block);
    this.bytes += block.length;
    if (this.#new !== undefined) for (let at = 0; at < block.length; ) at += writeSync(this.#new, block, at);
    if (this.#same && this.#old !== undefined) {
      if (this.#oldBlock.length < block.length) this.#oldBlock = Buffer.allocUnsafe(block.length);
      let read = 0;
      for (let length = -1; read < block.length && length !== 0; read += length) {
        length = readSync(this.#old, this.#oldBlock, read, block.length - read, null);
      }
      this.#same = read === block.length && block.equals(this.#oldBlock.subarray(0, read));
    }
  }

  /** Ends the file, which takes its place if `keep` is called next. */
  finish(): FileChange {
    this.#flush();
    if (this.#same && this.#old !== undefined) this.#same = readSync(this.#old, this.#oldBlock, 0, 1, null) === 0;
    if (this.#old !== undefined) closeSync(this.#old);
    if (this.#new !== undefined) closeSync(this.#new);
    this.#old = undefined;
    this.#new = undefined;
    return this.#same ? "same" : this.#existed ? "changed" : "new";
  }

  /** Puts the new text in place, unless it is the old one. */
  keep(change: FileChange): void {
    if (!this.write) return;
    if (change === "same") rmSync(this.#fresh, { force: true });
    else renameSync(this.#fresh, this.path);
  }

  /** Leaves the old file as it was. */
  discard(): void {
    if (this.#old !== undefined) closeSync(this.#old);
    if (this.#new !== undefined) closeSync(this.#new);
    this.#old = undefined;
    this.#new = undefined;
    if (this.write) rmSync(this.#fresh, { force: true });
  }
}
