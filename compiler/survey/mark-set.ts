import { hash } from "node:crypto";

/** Stands for a text in 8 bytes. Two texts have the same mark very rarely; who asks compares the texts themselves. */
export function markOf(text: string): bigint {
  const mark = hash("sha1", text, "buffer").readBigUInt64LE(0);
  return mark === 0n ? 1n : mark;
}

/** A set of very many marks in little memory. */
export class MarkSet {
  #slots = new BigUint64Array(1 << 12);
  #used = 0;

  #place(slots: BigUint64Array, mark: bigint): number {
    const last = slots.length - 1;
    let at = Number(mark & BigInt(last));
    while (slots[at] !== 0n && slots[at] !== mark) at = (at + 1) & last;
    return at;
  }

  has(mark: bigint): boolean {
    return this.#slots[this.#place(this.#slots, mark)] === mark;
  }

  /** @returns whether it was not there yet */
  add(mark: bigint): boolean {
    const at = this.#place(this.#slots, mark);
    if (this.#slots[at] === mark) return false;
    this.#slots[at] = mark;
    this.#used += 1;
    if (this.#used * 2 < this.#slots.length) return true;
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const old of this.#slots) if (old !== 0n) larger[this.#place(larger, old)] = old;
    this.#slots = larger;
    return true;
  }

  *[Symbol.iterator](): Generator<bigint> {
    for (const mark of this.#slots) if (mark !== 0n) yield mark;
  }
}
