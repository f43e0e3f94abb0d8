import { existsSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BundleDescription, type BundledJob, collectedTree } from "../../compiler/format/bundle.js";
import { dataTables, typedTables } from "../../compiler/format/data-columns.js";
import { entriesIn, withFile } from "../../compiler/format/file-access.js";
import { JOBS_PARQUET, LOG_FOLDER, PARQUET_MARK, RESULT_TABLES } from "../../compiler/format/results.js";
import { foldersAround, isWithin } from "../../compiler/format/within.js";
import { statEntry } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { digestOf, firstNew, isRemnant } from "./fingerprint.js";
import { logsIn, logsOf } from "./logs.js";
import { isWritable } from "./output-refused.js";
import type { PlacedOutputs } from "./placed-outputs.js";
import { paramColumns } from "./result-tables.js";

/** A Parquet file ends with the length of its footer, in 4 bytes, and with a word. */
const PARQUET_END = 8;

/** A table whose first line is longer is none of ours. */
const LONGEST_HEADER = 1 << 20;

/** Does a table begin with these columns, and have those others somewhere behind them? */
function hasColumns(path: string, columns: readonly string[], others: readonly string[] = []): boolean {
  const block = Buffer.alloc(LONGEST_HEADER);
  const length = withFile(path, "r", (file) => readSync(file, block));
  const [header = ""] = block.toString("utf8", 0, length).split("\n", 1);
  const found = header.split("\t");
  return columns.every((column, i) => found[i] === column) && others.every((column) => found.includes(column));
}

/** Columns of `jobs.tsv` that it had in all versions. */
const ALWAYS = ["status", "cause", "exit_code", "attempts", "seconds"];

/** The last bytes of a file. */
function endOf(path: string, bytes: number): Buffer {
  const { size } = statSync(path);
  const block = Buffer.alloc(Math.min(bytes, size));
  return block.subarray(
    0,
    withFile(path, "r", (file) => readSync(file, block, 0, block.length, size - block.length)),
  );
}

/** Is it a Parquet file whose footer says that Locusts has written it? */
function isParquetOfOurs(path: string): boolean {
  const end = endOf(path, PARQUET_END);
  if (end.length < PARQUET_END || end.toString("latin1", 4) !== "PAR1") return false;
  return endOf(path, end.readUInt32LE(0) + PARQUET_END).includes(PARQUET_MARK);
}

/** @throws RuntimeProblem if results/ is there and is no folder: without this, all that is done would seem to be gone */
export function refuseNoFolder(results: string): void {
  const stats = statSync(results, { throwIfNoEntry: false });
  if (stats && !stats.isDirectory())
    throw new RuntimeProblem(`${results} is not a folder, and results go there`, "move it away");
  if (!stats && statEntry(results))
    throw new RuntimeProblem(
      `${results} is a link that leads nowhere`,
      "make the folder that it leads to (is its disk mounted?), or remove the link",
    );
}

/** Knows what in the results Locusts may replace: what it has put there itself, and that is still as it was, or as an earlier version was. */
export class Ownership {
  #digests: Map<string, Set<string>> | undefined;

  constructor(
    readonly results: string,
    readonly placed: PlacedOutputs,
  ) {}

  /** The digests of all outputs that a job of that name ever had. Read only when something is in the way. */
  #digestsOf(job: string): ReadonlySet<string> | undefined {
    if (!this.#digests) {
      this.#digests = new Map();
      for (const { name, digests } of this.placed.ledger.history()) {
        const known = this.#digests.get(name) ?? new Set();
        for (const digest of digests) if (digest !== "") known.add(digest);
        this.#digests.set(name, known);
      }
    }
    return this.#digests.get(job);
  }

  /** Does it lie in a folder that was put there as an output, and is whole? That one gives way as a whole. */
  #isWithinOutput(path: string): boolean {
    for (const folder of foldersAround(path)) {
      const output = this.placed.get(folder);
      if (output) return this.placed.condition(output) === "whole";
    }
    return false;
  }

  /** May an output of a job replace what lies at its place? An older copy of it is nobody's work: it may. */
  mayReplace(path: string, job: string): boolean {
    const place = join(this.results, path);
    const stats = statEntry(place);
    if (!stats) return true;
    if (!stats.isFile() && !stats.isDirectory()) return false;
    const output = this.placed.get(path);
    if (output && this.placed.condition(output) === "whole") return true;
    try {
      if (output && stats.isDirectory() && isRemnant(place, output.stamp)) return true;
      if (stats.isDirectory() && this.placed.holdsOnlyOutputs(path)) return true;
      return this.#digestsOf(job)?.has(digestOf(place)) === true || this.#isWithinOutput(path);
    } catch {
      return false;
    }
  }

  /**
   * @throws RuntimeProblem if results/ is there, or logs in it, and cannot be used, or if Locusts' own tables would replace
   * tables of somebody else
   */
  checkTables(description: Pick<BundleDescription, "tree" | "outputs" | "params">): void {
    const stats = statSync(this.results, { throwIfNoEntry: false });
    if (stats && !isWritable(this.results))
      throw new RuntimeProblem(
        `nothing can be put into ${this.results}`,
        "see its permissions, and whether its disk is mounted for writing",
      );
    const [foreign] = [
      ...this.foreignTables(collectedTree(description) !== undefined),
      ...this.#foreignTypedTables(description),
    ];
    if (foreign !== undefined) {
      throw new RuntimeProblem(`${foreign} is a file of yours, where Locusts writes a table`, "move it away");
    }
    const inTheWay: string[] = [];
    if (stats) this.#checkFolder(LOG_FOLDER, "logs", inTheWay);
    if (inTheWay.length > 0)
      throw new RuntimeProblem(`${join(this.results, LOG_FOLDER)} is no folder, and logs go there`, "move it away");
  }

  /** The paths of what lies where Locusts writes its tables, and is none that it has written. */
  foreignTables(hasTree: boolean): string[] {
    const { jobs, outputs, changes, conflicts } = RESULT_TABLES;
    const tables = [jobs, outputs, ...(hasTree ? [changes, conflicts] : [])];
    const others = (file: string) => (file === jobs.file ? ALWAYS : []);
    return tables.flatMap(({ file, columns }) =>
      this.#foreign(file, (path) => hasColumns(path, columns, others(file))),
    );
  }

  /** The same of tables with types: both of an output are written at once, and only one of them says by whom. */
  #foreignTypedTables({ outputs, params }: Pick<BundleDescription, "outputs" | "params">): string[] {
    const isOurs = (name: string) => {
      const path = join(this.results, name);
      return statSync(path, { throwIfNoEntry: false })?.isFile() === true && isParquetOfOurs(path);
    };
    return [
      ...this.#foreign(JOBS_PARQUET, isParquetOfOurs),
      ...outputs.flatMap(({ name, data }) => {
        if (!data) return [];
        const { tsv, parquet } = dataTables(name);
        const columns = [...RESULT_TABLES.jobs.columns, ...paramColumns(params), ...Object.keys(data)];
        return [
          ...this.#foreign(
            tsv,
            (path) => hasColumns(path, columns) || (isOurs(parquet) && hasColumns(path, RESULT_TABLES.jobs.columns)),
          ),
          ...this.#foreign(parquet, isParquetOfOurs),
        ];
      }),
    ];
  }

  /**
   * The names of tables of outputs that hold data no more, or that the definition does not have any more. They come in
   * pairs: a Parquet file alone is a copy that somebody has made.
   */
  oldTypedTables({ outputs }: Pick<BundleDescription, "outputs">): string[] {
    const current = new Set(typedTables(outputs));
    return entriesIn(this.results)
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .filter(
        (name) => name.endsWith(".parquet") && !current.has(name) && this.#foreign(name, isParquetOfOurs).length === 0,
      )
      .flatMap((name) => {
        const tsv = `${name.slice(0, -".parquet".length)}.tsv`;
        return existsSync(join(this.results, tsv)) ? [tsv, name] : [];
      });
  }

  /** The path of a table, in a list, if something lies there that is none. */
  #foreign(name: string, isOurs: (path: string) => boolean): string[] {
    const path = join(this.results, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && (!stats.isFile() || (stats.size > 0 && !isOurs(path))) ? [path] : [];
  }

  /** @throws RuntimeProblem if one of the jobs would replace something that Locusts has not put there */
  checkPlaces(jobs: readonly BundledJob[], description: BundleDescription): void {
    this.#checkLogs(jobs, description);
    if (description.tree) return; // what has changed in a tree goes into a folder of its own
    const inTheWay: string[] = [];
    const folders = new Set<string>();
    for (const job of jobs) {
      for (const path of job.outputs) {
        if (!this.mayReplace(path, job.name)) inTheWay.push(this.#foreignPart(path));
        const folder = dirname(path);
        if (folder === "." || folders.has(folder)) continue;
        folders.add(folder);
        this.#checkFolder(folder, "outputs", inTheWay);
      }
    }
    if (inTheWay.length === 0) return;
    const [first, ...more] = [...new Set(inTheWay)].map((path) => join(this.results, path)) as [string, ...string[]];
    const [them, are, were, outputs] =
      more.length === 0 ? ["it", "is", "was", "an output"] : ["them", "are", "were", "outputs"];
    const what = more.length === 0 ? first : `${first} and ${more.length} more`;
    throw new RuntimeProblem(
      inTheWay.every((path) => this.placed.get(path))
        ? `${what} ${were} changed after Locusts had put ${them} there, and ${outputs} would replace ${them}`
        : `${what} ${are} not what Locusts has put there, and ${outputs} would replace ${them}`,
      `move ${them} away or remove ${them}, then run the same command again`,
    );
  }

  /** Of an output that is a folder to which something was added, what that is; else the path itself. */
  #foreignPart(path: string): string {
    const place = join(this.results, path);
    const output = this.placed.get(path);
    if (!output || !statEntry(place)?.isDirectory()) return path;
    try {
      return join(path, firstNew(place, output.stamp) ?? "");
    } catch {
      return path; // it cannot be read
    }
  }

  /** Logs are known by the names of jobs that have ended before, or, where nobody knows any more, by there being a table of jobs. */
  #checkLogs(jobs: readonly BundledJob[], description: BundleDescription): void {
    const there = logsIn(this.results);
    if (there.size === 0) return;
    const { ledger } = this.placed;
    if (ledger.isEmpty && statEntry(join(this.results, RESULT_TABLES.jobs.file))) return;
    for (const job of jobs) {
      const path = logsOf(job, description).find((log) => there.has(log));
      if (path === undefined || ledger.lastNamed(job.name)) continue;
      throw new RuntimeProblem(
        `${join(this.results, path)} is a file of yours, where Locusts puts what the job ${job.name} prints`,
        "move it away, then run the same command again",
      );
    }
  }

  /** Something on the way to what is to be put into a folder that is none, or one that a link leads out of the results to. */
  #checkFolder(folder: string, what: string, inTheWay: string[]): void {
    for (let path = folder; path !== "."; path = dirname(path)) {
      const place = join(this.results, path);
      if (!statEntry(place)) continue;
      if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
        const output = this.placed.get(path);
        if (!output || this.placed.condition(output) !== "whole") inTheWay.push(path);
        return;
      }
      if (!isWithin(realpathSync.native(this.results), realpathSync.native(place))) {
        throw new RuntimeProblem(
          `${place} is a link that leads out of ${this.results}, and ${what} go there`,
          `remove the link, or have all of ${this.results} be a link`,
        );
      }
      return;
    }
  }
}
