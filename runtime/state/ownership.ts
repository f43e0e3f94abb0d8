import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { readLines } from "../../compiler/format/lines.js";
import { CHANGES_TABLE, CHANGES_TABLE_START, CONFLICTS_TABLE, CONFLICTS_TABLE_START } from "../trees/change-tables.js";
import { RuntimeProblem } from "../workspace.js";
import type { Ledger } from "./ledger.js";
import { JOBS_TABLE_START, OUTPUTS_TABLE_START } from "./result-tables.js";

/** The bytes in all the files of a folder. */
export function folderBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) total += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return total;
}

function startsWith(path: string, text: string): boolean {
  const block = Buffer.alloc(Buffer.byteLength(text));
  const file = openSync(path, "r");
  try {
    return readSync(file, block) === block.length && block.toString() === text;
  } finally {
    closeSync(file);
  }
}

/**
 * Knows what Locusts itself has put into the results: only that may be replaced. Something is its
 * own if the last `outputs.tsv`, or the ledger, has an output of that size there. An empty file
 * may always be replaced; there is nothing in it to lose.
 */
export class Ownership {
  #listed: Map<string, number> | undefined;
  #recorded: Map<string, Set<number>> | undefined;

  constructor(
    readonly results: string,
    readonly ledger: Ledger,
  ) {}

  /** What `outputs.tsv` lists: bytes by path. Read only when something is in the way. */
  get #table(): Map<string, number> {
    if (this.#listed) return this.#listed;
    this.#listed = new Map();
    const table = join(this.results, "outputs.tsv");
    if (existsSync(table)) {
      for (const line of readLines(table)) {
        const [, , status, path, bytes] = line.split("\t");
        if (status === "present") this.#listed.set(path as string, Number(bytes));
      }
    }
    return this.#listed;
  }

  /** The sizes of all outputs that a job of that name ever had. */
  #sizes(job: string): Set<number> | undefined {
    if (!this.#recorded) {
      this.#recorded = new Map();
      for (const { name, outputs } of this.ledger.history()) {
        const sizes = outputs.filter((state) => typeof state === "number");
        if (sizes.length === 0) continue;
        const known = this.#recorded.get(name);
        if (known) for (const size of sizes) known.add(size);
        else this.#recorded.set(name, new Set(sizes));
      }
    }
    return this.#recorded.get(job);
  }

  /**
   * May an output of a job replace what lies at its place?
   *
   * @param stats of what lies there, itself and not what it leads to
   */
  mayReplace(path: string, job: string, stats: Stats): boolean {
    if (!stats.isFile() && !stats.isDirectory()) return false;
    const bytes = stats.isFile() ? stats.size : folderBytes(join(this.results, path));
    return bytes === 0 || this.#table.get(path) === bytes || this.#sizes(job)?.has(bytes) === true;
  }

  /** @throws RuntimeProblem if Locusts' own tables would replace tables of somebody else */
  checkTables(hasTree: boolean): void {
    for (const [name, start] of [
      ["jobs.tsv", JOBS_TABLE_START],
      ["outputs.tsv", OUTPUTS_TABLE_START],
      [CHANGES_TABLE, CHANGES_TABLE_START],
      [CONFLICTS_TABLE, CONFLICTS_TABLE_START],
    ] as const) {
      if (!hasTree && (name === CHANGES_TABLE || name === CONFLICTS_TABLE)) continue;
      const path = join(this.results, name);
      if (statSync(path, { throwIfNoEntry: false })?.size && !startsWith(path, start)) {
        throw new RuntimeProblem(`${path} is a file of yours, where Locusts writes a table`, "move it away");
      }
    }
  }

  /** @throws RuntimeProblem if one of the jobs would replace something that Locusts has not put there */
  checkPlaces(jobs: Iterable<BundledJob>, description: BundleDescription): void {
    if (description.tree) return; // what has changed in a tree goes into a folder of its own
    const inTheWay: string[] = [];
    const folders = new Map<string, boolean>();
    for (const job of jobs) {
      description.outputs.forEach((_, i) => {
        const path = job.outputs[i] as string;
        const stats = lstatSync(join(this.results, path), { throwIfNoEntry: false });
        if (stats && !this.mayReplace(path, job.name, stats)) inTheWay.push(path);
        const folder = dirname(path);
        if (folder !== "." && !folders.has(folder)) folders.set(folder, this.#checkFolder(folder, inTheWay));
      });
    }
    if (inTheWay.length === 0) return;
    const [first, ...more] = [...new Set(inTheWay)].map((path) => join(this.results, path)) as [string, ...string[]];
    throw new RuntimeProblem(
      more.length === 0
        ? `${first} is not what Locusts has put there, and an output would replace it`
        : `${first} and ${more.length} more are not what Locusts has put there, and outputs would replace them`,
      "move it away or remove it, then run the same command again",
    );
  }

  /** Something on the way to an output that is no folder. */
  #checkFolder(folder: string, inTheWay: string[]): boolean {
    for (let path = folder; path !== "."; path = dirname(path)) {
      const stats = lstatSync(join(this.results, path), { throwIfNoEntry: false });
      if (stats && !statSync(join(this.results, path), { throwIfNoEntry: false })?.isDirectory()) inTheWay.push(path);
    }
    return true;
  }
}
