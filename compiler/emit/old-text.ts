import { closeSync, openSync, readSync } from "node:fs";

const BLOCK = 1 << 18;
const RETURN = 0x0d;
const NEW_LINE = 0x0a;

/** Reads a file piece by piece, to compare it with what it is to be. */
export class OldText {
  readonly #file: number;
  readonly #block = Buffer.allocUnsafe(BLOCK);
  /** read from the file, and not asked for yet */
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;
  readonly #withoutReturns: boolean;

  private constructor(file: number, anyLineEnds: boolean) {
    this.#file = file;
    this.#more();
    const end = this.#rest.indexOf(NEW_LINE);
    this.#withoutReturns = anyLineEnds && end > 0 && this.#rest[end - 1] === RETURN;
    if (this.#withoutReturns) this.#rest = withoutReturns(this.#rest);
  }

  /**
   * @param anyLineEnds a file whose lines end in CR and LF, as git may make them in a clone, is read
   *   as if they ended in LF
   * @returns undefined if there is no such file
   */
  static open(path: string, anyLineEnds: boolean): OldText | undefined {
    let file: number;
    try {
      file = openSync(path, "r");
    } catch {
      return undefined;
    }
    return new OldText(file, anyLineEnds);
  }

  #more(): void {
    const length = readSync(this.#file, this.#block);
    this.#ended = length === 0;
    let block = this.#block.subarray(0, length);
    if (this.#withoutReturns) {
      // A return at the end may belong to a line feed that is still to come: it stays in the rest.
      const joined = Buffer.concat([this.#rest, block]);
      this.#rest = withoutReturns(joined);
      return;
    }
    block = Buffer.from(block);
    this.#rest = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]);
  }

  /** Is the next piece of the file this one? */
  continuesWith(piece: Buffer): boolean {
    while (this.#rest.length <= piece.length && !this.#ended) this.#more();
    const same = this.#rest.subarray(0, piece.length).equals(piece);
    this.#rest = this.#rest.subarray(piece.length);
    return same;
  }

  /** Is there nothing more in it? */
  atEnd(): boolean {
    if (this.#rest.length === 0 && !this.#ended) this.#more();
    return this.#rest.length === 0;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The text with LF alone at the ends of lines. */
function withoutReturns(text: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === RETURN && text[i + 1] === NEW_LINE) continue;
    kept[length] = text[i] as number;
    length += 1;
  }
  return kept.subarray(0, length);
}
