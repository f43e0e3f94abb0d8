import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { blocksOf } from "../format/file-access.js";
import { draftOf, replaceBy, writeWhole } from "../format/write-atomically.js";

/** So many characters are compared and written at a time. */
const BLOCK = 1 << 16;

export type FileChange = "same" | "changed" | "new";

/**
 * The digests of a file, and of what it would be with LF alone at the ends of lines, as git may have changed them in a
 * clone; undefined if there is no such file.
 */
function digestsOf(path: string): readonly [plain: string, withoutReturns: string] | undefined {
  const [plain, withoutReturns] = [createHash("sha256"), createHash("sha256")];
  let rest = ""; // a return at the end may belong to a line feed that is still to come
  try {
    for (const block of blocksOf(openSync(path, "r"))) {
      plain.update(block);
      const text = rest + block.toString("latin1");
      rest = text.endsWith("\r") ? "\r" : "";
      withoutReturns.update(text.slice(0, text.length - rest.length).replaceAll("\r\n", "\n"), "latin1");
    }
    withoutReturns.update(rest, "latin1");
  } catch {
    return undefined;
  }
  return [plain.digest("hex"), withoutReturns.digest("hex")];
}

/**
 * Compares text with a file, without holding either in memory, and writes it to a second file that takes the first
 * one's place in the end if the two differ. A file that is the same is not touched.
 */
export class OutputFile {
  readonly digest: Hash = createHash("sha256");
  readonly draft: string;
  #pending = "";
  #new: number | undefined;

  /** @param write false: compare alone, and leave the disk as it is; then line ends are no difference */
  constructor(
    readonly path: string,
    readonly write: boolean,
    mode = 0o644,
  ) {
    this.draft = draftOf(path);
    if (write) this.#new = openSync(this.draft, "wx", mode);
  }

  add(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= BLOCK) this.#flush();
  }

  #flush(): void {
    const block = Buffer.from(this.#pending);
    this.#pending = "";
    this.digest.update(block);
    if (this.#new !== undefined) writeWhole(this.#new, block);
  }

  /** Ends the file, which takes its place if `keep` is called next. */
  finish(): FileChange {
    this.#flush();
    this.#close();
    const old = digestsOf(this.path);
    if (!old) return "new";
    const digest = this.digest.copy().digest("hex");
    return old[0] === digest || (!this.write && old[1] === digest) ? "same" : "changed";
  }

  #close(): void {
    if (this.#new !== undefined) closeSync(this.#new);
    this.#new = undefined;
  }

  /** Puts the new text in place, unless it is the old one. */
  keep(change: FileChange | "machinery"): void {
    if (!this.write) return;
    if (change === "same") rmSync(this.draft, { force: true });
    else replaceBy(this.path, () => {}, this.draft);
  }

  discard(): void {
    this.#close();
    if (this.write) rmSync(this.draft, { force: true });
  }
}
