/** Reads records: a word, a space, how many bytes follow, and a line feed; then these. They may come cut anywhere. */
export class RecordReader {
  #header = "";
  #word: string | undefined;
  #left = 0;
  #parts: Buffer[] = [];

  /** @param record told of each record once it is whole */
  constructor(readonly record: (word: string, content: Buffer) => void) {}

  take(block: Buffer): void {
    let at = 0;
    while (at < block.length) {
      if (this.#word === undefined) {
        const end = block.indexOf(10, at);
        this.#header += block.toString("utf8", at, end < 0 ? block.length : end);
        if (end < 0) return;
        at = end + 1;
        const [word = "", bytes] = this.#header.split(" ");
        this.#header = "";
        this.#word = word;
        this.#left = Number(bytes);
      }
      const part = block.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      this.#parts.push(part);
      if (this.#left > 0) return;
      const content = Buffer.concat(this.#parts);
      const word = this.#word;
      this.#parts = [];
      this.#word = undefined;
      this.record(word, content);
    }
  }
}
