import { hash } from "node:crypto";

/**
 * Finds texts that come twice among very many, in little memory: 8 bytes each. What it calls a
 * suspect may, very rarely, be no repetition; who asks compares the suspects themselves.
 */
export class Repetitions {
  #slots = new BigUint64Array(1 << 12);
  #used = 0;
  readonly #suspects = new Set<bigint>();

  static #mark(text: string): bigint {
    const bytes = hash("sha1", text, "buffer");
    const mark = bytes.readBigUInt64LE(0);
    return mark === 0n ? 1n : mark;
  }

  #place(slots: BigUint64Array, mark: bigint): number {
    const last = slots.length - 1;
    let at = Number(mark & BigInt(last));
    while (slots[at] !== 0n && slots[at] !== mark) at = (at + 1) & last;
    return at;
  }

  add(text: string): void {
    const mark = Repetitions.#mark(text);
    const at = this.#place(this.#slots, mark);
    if (this.#slots[at] === mark) {
      this.#suspects.add(mark);
      return;
    }
    this.#slots[at] = mark;
    this.#used += 1;
    if (this.#used * 2 < this.#slots.length) return;
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const old of this.#slots) if (old !== 0n) larger[this.#place(larger, old)] = old;
    this.#slots = larger;
  }

  get any(): boolean {
    return this.#suspects.size > 0;
  }

  isSuspect(text: string): boolean {
    return this.#suspects.has(Repetitions.#mark(text));
  }
}
