import { MarkSet, markOf } from "./mark-set.js";

/**
 * Finds texts that come twice among very many, in little memory: 8 bytes each. What it calls a
 * suspect may, very rarely, be no repetition; who asks compares the suspects themselves.
 */
export class Repetitions {
  /** of all texts */
  readonly marks = new MarkSet();
  readonly #suspects = new Set<bigint>();

  add(text: string): void {
    const mark = markOf(text);
    if (!this.marks.add(mark)) this.#suspects.add(mark);
  }

  get any(): boolean {
    return this.#suspects.size > 0;
  }

  isSuspect(text: string): boolean {
    return this.#suspects.has(markOf(text));
  }
}
