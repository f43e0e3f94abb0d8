/** Numbers without a known end, each in as little room as it needs. */
export class Growing<T extends Float64Array | Uint32Array | Int32Array | Uint8Array> {
  #values: T;
  #length = 0;

  constructor(readonly make: new (length: number) => T) {
    this.#values = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.make(this.#length * 2);
      larger.set(this.#values as never);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  /** Forgets all but the first ones. */
  truncate(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** All of them, in the same memory. */
  all(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}
