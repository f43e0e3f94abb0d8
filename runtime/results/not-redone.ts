import { countOf } from "../../compiler/format/amounts.js";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { quoteWord } from "../../compiler/format/quote.js";

/** So many of them are named: more would make a command that nobody reads. */
const MOST_NAMED = 20;

/** Jobs that were to be redone, and were not: they keep what they had made before, and the next deploy takes them for done. */
export class NotRedone {
  count = 0;
  readonly #first: string[] = [];

  add({ name }: Pick<BundledJob, "name">): void {
    this.count += 1;
    if (this.count <= MOST_NAMED) this.#first.push(name);
  }

  /** How many there are, and what redoes them, as a sentence; undefined if there are none. */
  get sentence(): string | undefined {
    if (this.count === 0) return undefined;
    const [keep, runs] =
      this.count === 1
        ? ["was to be redone and keeps its", "runs it"]
        : ["were to be redone and keep their", "runs them"];
    // A word that would be read as an option, or as all of them, is not one to be copied.
    const isPlain = this.#first.every((name) => name !== "" && name !== "all" && !name.startsWith("-"));
    const how =
      this.count <= MOST_NAMED && isPlain
        ? `locusts deploy --redo ${this.#first.map(quoteWord).join(" ")} ${runs}`
        : "locusts deploy --redo runs all jobs again";
    return `${countOf(this.count, "job")} ${keep} earlier outputs: ${how}`;
  }
}
