import { type BigIntStats, type Dirent, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { errorCode } from "../format/file-access.js";
import type { MatchReview } from "./review-matches.js";

/** Nothing is there, or nothing that could be looked into. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** The folders that a pattern leads through. What cannot be read is reported, and left out. */
export class PatternFolders {
  constructor(
    readonly folder: string,
    readonly absolute: boolean,
    readonly review: MatchReview,
  ) {}

  /** Does something with a path; what the file system says against it is reported. */
  #try<T>(path: string, look: (absolute: string) => T): T | undefined {
    try {
      return look(resolve(this.folder, path === "" && this.absolute ? "/" : path));
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      if (!ABSENT.has(code)) this.review.unreadable(path === "" ? "." : path, code);
      return undefined;
    }
  }

  below(at: string, name: string): string {
    if (at === "") return this.absolute ? `/${name}` : name;
    return `${at}/${name}`;
  }

  exists(path: string): boolean {
    return this.#try(path, (absolute) => statSync(absolute)) !== undefined;
  }

  isFolder(path: string): boolean {
    return this.#try(path, (absolute) => statSync(absolute))?.isDirectory() ?? false;
  }

  namesIn(path: string): readonly string[] {
    return this.#try(path, (absolute) => readdirSync(absolute)) ?? [];
  }

  #entriesOf(path: string): readonly Dirent[] {
    return this.#try(path, (absolute) => readdirSync(absolute, { withFileTypes: true })) ?? [];
  }

  #statsOf(path: string): BigIntStats | undefined {
    return this.#try(path, (absolute) => statSync(absolute, { bigint: true }));
  }

  /**
   * A folder and all that are in it, at any depth: each once, by its own path if it has one here.
   * Links are followed last, and only to folders that were not met before.
   */
  *descend(start: string): Generator<string> {
    const met = new Set<string>();
    const links: string[] = [];
    const isNew = (stats: BigIntStats | undefined) => {
      if (!stats) return false;
      const id = `${stats.dev}:${stats.ino}`;
      if (met.has(id)) return false;
      met.add(id);
      return true;
    };
    const walk = function* (this: PatternFolders, at: string): Generator<string> {
      yield at;
      for (const entry of this.#entriesOf(at)) {
        const below = this.below(at, entry.name);
        if (entry.name.startsWith(".")) {
          if (entry.isDirectory()) this.review.hidden(below);
        } else if (entry.isSymbolicLink()) links.push(below);
        else if (entry.isDirectory()) {
          if (entry.name.includes("\uFFFD")) this.review.notUtf8(below);
          else if (isNew(this.#statsOf(below))) yield* walk.call(this, below);
        }
      }
    };
    const own = this.#statsOf(start);
    if (!own?.isDirectory()) return;
    isNew(own);
    yield* walk.call(this, start);
    for (let link = links.shift(); link !== undefined; link = links.shift()) {
      const stats = this.#statsOf(link);
      if (stats?.isDirectory() && isNew(stats)) yield* walk.call(this, link);
    }
  }
}
