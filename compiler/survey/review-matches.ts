import type { Problem } from "../problem.js";

/** More paths than this are counted, not named. */
const MOST_NAMED = 3;

const WHY: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENAMETOOLONG: "its path is too long",
  EIO: "the disk has an error there",
};

class Paths {
  readonly named: string[] = [];
  count = 0;

  add(path: string): void {
    if (this.named.includes(path)) return;
    this.count += 1;
    if (this.named.length < MOST_NAMED) this.named.push(path);
  }

  words(): string {
    const more = this.count - this.named.length;
    const listed = this.named.map((path) => JSON.stringify(path)).join(", ");
    return more > 0 ? `${listed} and ${more} more` : listed;
  }
}

function splitWords(split: Readonly<Record<string, string>>): string {
  return Object.entries(split)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

/** What is to be said of a pattern beside what it matches. */
export class MatchReview {
  readonly #hidden = new Paths();
  readonly #notUtf8 = new Paths();
  readonly #unreadable = new Map<string, Paths>();
  #split: string | undefined;
  #splits = 0;

  constructor(readonly pattern: string) {}

  hidden(path: string): void {
    this.#hidden.add(path);
  }

  notUtf8(path: string): void {
    this.#notUtf8.add(path);
  }

  unreadable(path: string, code: string): void {
    const paths = this.#unreadable.get(code) ?? new Paths();
    paths.add(path);
    this.#unreadable.set(code, paths);
  }

  /** A path that the pattern can split in more than one way. */
  split(path: string, chosen: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): void {
    this.#splits += 1;
    this.#split ??= `${JSON.stringify(path)} is taken as ${splitWords(chosen)}; it could be ${splitWords(other)}`;
  }

  problems(): readonly Problem[] {
    const problems: Problem[] = [...this.#unreadable].map(([code, paths]) => ({
      message: `files("${this.pattern}") cannot look at ${paths.words()}: ${WHY[code] ?? code}`,
      hint: "change that, or write a pattern that does not lead there",
    }));
    if (this.#notUtf8.count > 0) {
      problems.push({
        message: `files("${this.pattern}") matches names that are not UTF-8: ${this.#notUtf8.words()}`,
        hint: "rename them: no table could hold them",
      });
    }
    return problems;
  }

  notes(): readonly Problem[] {
    const notes: Problem[] = [];
    if (this.#split !== undefined) {
      const more = this.#splits > 1 ? `, and ${this.#splits - 1} more names can be split in several ways` : "";
      notes.push({
        message: `${this.#split}${more}`,
        hint: "each placeholder takes as little as it can; a pattern with more text between them is clear",
      });
    }
    if (this.#hidden.count > 0) {
      notes.push({
        message: `files("${this.pattern}") leaves out what is hidden: ${this.#hidden.words()}`,
        hint: "a wildcard or placeholder matches no leading dot",
      });
    }
    return notes;
  }
}
