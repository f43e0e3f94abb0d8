/** Two numbers of 32 bits that stand for a text. */
function marksOf(text: string): readonly [number, number] {
  let first = 0x811c9dc5;
  let second = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second + code, 0x9e3779b1) ^ (second >>> 15);
  }
  // 0 marks a free slot.
  return [(first ^ (first >>> 13)) >>> 0 || 1, second >>> 0];
}

/**
 * Where rows of a table stand, by a text of theirs; of several with the same text, the last one that was put. There may be
 * millions, so the texts are not kept: each takes some 25 bytes. Whoever gets a place looks whether it is the right one.
 */
export class RowIndex {
  #first = new Uint32Array(1 << 10);
  #second = new Uint32Array(1 << 10);
  #places = new Float64Array(1 << 10);
  #used = 0;

  /** The slot of these marks, or the free one where they would go. */
  #slot(first: number, second: number): number {
    const last = this.#first.length - 1;
    let at = first & last;
    while (this.#first[at] !== 0 && (this.#first[at] !== first || this.#second[at] !== second)) at = (at + 1) & last;
    return at;
  }

  #grow(): void {
    const [first, second, places] = [this.#first, this.#second, this.#places];
    this.#first = new Uint32Array(first.length * 2);
    this.#second = new Uint32Array(first.length * 2);
    this.#places = new Float64Array(first.length * 2);
    for (let i = 0; i < first.length; i += 1) {
      if (first[i] !== 0) this.#set(first[i] as number, second[i] as number, places[i] as number);
    }
  }

  /** @returns whether it took a free slot */
  #set(first: number, second: number, place: number): boolean {
    const at = this.#slot(first, second);
    const wasFree = this.#first[at] === 0;
    this.#first[at] = first;
    this.#second[at] = second;
    this.#places[at] = place;
    return wasFree;
  }

  put(text: string, place: number): void {
    if (this.#used * 4 >= this.#first.length * 3) this.#grow();
    const [first, second] = marksOf(text);
    if (this.#set(first, second, place)) this.#used += 1;
  }

  /** The place of the row with this text, or, very rarely, of another one; undefined if there is none. */
  get(text: string): number | undefined {
    const [first, second] = marksOf(text);
    const at = this.#slot(first, second);
    return this.#first[at] === 0 ? undefined : this.#places[at];
  }
}
