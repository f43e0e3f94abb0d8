import { basename } from "node:path";
import { whyUnreadable } from "../format/file-names.js";
import type { Problem } from "../problem/problem.js";

const MOST_NAMED = 3;

/** Where Locusts and git keep their own: nobody misses what is in there. */
const OWN_HIDDEN = new Set([".git", ".locusts"]);

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

export class MatchReview {
  readonly #hidden = new Paths();
  readonly #notUtf8 = new Paths();
  readonly #unreadable = new Map<string, Paths>();
  #split: string | undefined;
  #splits = 0;

  readonly #own = new Map<string, Set<string>>();

  /** @param isOwn does a path lie where Locusts or npm writes? Then nothing is said of it, but that it is left out */
  constructor(
    readonly pattern: string,
    readonly isOwn: (path: string) => boolean,
  ) {}

  hidden(path: string): void {
    if (!this.isOwn(path) && !OWN_HIDDEN.has(basename(path))) this.#hidden.add(path);
  }

  notUtf8(path: string): void {
    if (!this.isOwn(path)) this.#notUtf8.add(path);
  }

  own(path: string, folder: string): void {
    const paths = this.#own.get(folder) ?? new Set();
    paths.add(path);
    this.#own.set(folder, paths);
  }

  /** What is left out of the folders that Locusts itself writes; undefined if nothing. */
  ownWords(): string | undefined {
    if (this.#own.size === 0) return undefined;
    return [...this.#own].map(([folder, { size }]) => `${size} in ${folder}/`).join(" and ");
  }

  unreadable(path: string, code: string): void {
    if (this.isOwn(path)) return;
    const paths = this.#unreadable.get(code) ?? new Paths();
    paths.add(path);
    this.#unreadable.set(code, paths);
  }

  /** A path that the pattern can split in more than one way. */
  split(path: string, chosen: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): void {
    if (this.isOwn(path)) return;
    this.#splits += 1;
    this.#split ??= `${JSON.stringify(path)} is taken as ${splitWords(chosen)}; it could be ${splitWords(other)}`;
  }

  problems(): readonly Problem[] {
    const problems: Problem[] = [...this.#unreadable].map(([code, paths]) => ({
      message: `files("${this.pattern}") cannot look at ${paths.words()}: ${whyUnreadable({ code, message: code })}`,
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
    const own = this.ownWords();
    if (own !== undefined) {
      const [first = "results"] = this.#own.keys();
      notes.push({
        message: `files("${this.pattern}") leaves out what lies where Locusts or npm writes: ${own}`,
        hint: `to take it, begin the pattern with that folder: files("${first}/…")`,
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
