import type { Place, Problem } from "../problem/problem.js";

/** Blanks that nobody sees: at an end, or of kinds that look like others, or like nothing. */
export const UNSEEN_BLANK = /^\s|\s$|[\u00A0\u2007\u202F\u200B\u2060\uFEFF]/;

/** Something that came up in many places, told once. */
export class Sighting {
  #first: Place | undefined;
  #count = 0;

  see(place: () => Place): void {
    this.#first ??= place();
    this.#count += 1;
  }

  tell(words: (count: number) => Omit<Problem, "place">): readonly Problem[] {
    return this.#first ? [{ ...words(this.#count), place: this.#first }] : [];
  }
}
