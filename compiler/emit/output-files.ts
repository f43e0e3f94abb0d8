import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { OldText } from "./old-text.js";

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
  #pending: string[] = [];
  #pendingLength = 0;
  #old: OldText | undefined;
  #new: number | undefined;
  #same: boolean;
  readonly #existed: boolean;
  bytes = 0;

  /**
   * @param draft where the text is written before it takes the file's place
   * @param write false: compare alone, and leave the disk as it is; then line ends are no difference
   */
  constructor(
    readonly path: string,
    readonly draft: string,
    readonly write: boolean,
    readonly mode = 0o644,
  ) {
    this.#old = OldText.open(path, !write);
    this.#existed = this.#old !== undefined;
    this.#same = this.#existed;
    if (write) this.#new = openSync(draft, "w", mode);
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
    if (this.#same && this.#old) this.#same = this.#old.continuesWith(block);
  }

  /** Ends the file, which takes its place if `keep` is called next. */
  finish(): FileChange {
    this.#flush();
    if (this.#same && this.#old) this.#same = this.#old.atEnd();
    this.#old?.close();
    if (this.#new !== undefined) closeSync(this.#new);
    this.#old = undefined;
    this.#new = undefined;
    return this.#same ? "same" : this.#existed ? "changed" : "new";
  }

  /** Puts the new text in place, unless it is the old one. */
  keep(change: FileChange | "machinery"): void {
    if (!this.write) return;
    if (change === "same") rmSync(this.draft, { force: true });
    else renameSync(this.draft, this.path);
  }

  /** Leaves the old file as it was. */
  discard(): void {
    this.#old?.close();
    if (this.#new !== undefined) closeSync(this.#new);
    this.#old = undefined;
    this.#new = undefined;
    if (this.write) rmSync(this.draft, { force: true });
  }
}
