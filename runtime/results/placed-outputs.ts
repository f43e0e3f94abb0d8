import { lstatSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { readLines } from "../../compiler/format/lines.js";
import { LOG_FOLDER, RESULT_TABLES } from "../../compiler/format/results.js";
import { AppendOnlyTable, withOther } from "../system/append-only.js";
import { isBehindLink } from "../system/files.js";
import { RowIndex } from "../system/row-index.js";
import { STATE_FILES } from "../workspace/workspace.js";
import { digestOf, isFinalStamp, isSameButNames, measure, stampOf } from "./fingerprint.js";
import type { Ledger } from "./ledger.js";

/** An output that Locusts has put below results/. */
export interface PlacedOutput {
  /** below results/ */
  readonly path: string;
  /** identifies the job that made it; empty if that is not known */
  readonly key: string;
  readonly job: string;
  readonly output: number;
  /** what tells quickly that it is the same as when it was put there */
  readonly stamp: string;
  /** no job of the definition makes it any more */
  readonly stale: boolean;
}

/** Logs are written down only when they are stale. */
export function isLog({ path }: Pick<PlacedOutput, "path">): boolean {
  return path.startsWith(`${LOG_FOLDER}/`);
}

/** An output of a job as it stands. */
export function placedOutput(
  path: string,
  { key, name: job }: Pick<BundledJob, "key" | "name">,
  output = 0,
  stamp = "",
): PlacedOutput {
  return { path, key, job, output, stamp, stale: false };
}

export type Condition = "whole" | "gone" | "changed";

/** What can be said of a path in the table. */
type State = "placed" | "stale" | "forgotten" | "folder";

const COLUMNS = ["path", "key", "job", "output", "stamp", "state"] as const;

/** So many lines more than there are outputs: then the table is written anew. */
const MOST_OLD_LINES = 2000;

/** The place of what is not there any more. */
const NOWHERE = -1;

type Row = readonly [path: string, key: string, job: string, output: string, stamp: string, state: State];

function decode([path, key, job, output, stamp, state]: Row): PlacedOutput {
  return { path, key, job, output: Number(output), stamp, stale: state === "stale" };
}

function encode({ path, key, job, output, stamp, stale }: PlacedOutput, state: State = stale ? "stale" : "placed") {
  return [path, key, job, String(output), stamp, state];
}

/**
 * Knows what Locusts itself has put below results/: which job's output lies at each path, and how to tell
 * that it still does. All else that lies there is the user's own.
 */
export class PlacedOutputs {
  readonly #table: AppendOnlyTable;
  /** where the row of each path stands, if there is one that counts: there may be millions of them */
  #places = new RowIndex();
  #count = 0;
  readonly #stale = new Set<string>();
  /** what outputs.tsv lists, as long as there is no table */
  #adopted: Map<string, PlacedOutput> | undefined;
  /** folders that were made for outputs */
  readonly #folders = new Set<string>();
  #lines = 0;
  /** paths of outputs that are not as they were put there, as far as somebody has looked */
  readonly lost = new Set<string>();

  private constructor(
    stateFolder: string,
    readonly results: string,
    readonly ledger: Ledger,
  ) {
    this.#table = new AppendOnlyTable(join(stateFolder, STATE_FILES.placed), COLUMNS);
  }

  static open(stateFolder: string, results: string, ledger: Ledger): PlacedOutputs {
    const placed = new PlacedOutputs(stateFolder, results, ledger);
    placed.#readTable();
    if (placed.#lines === 0) placed.#adoptListed();
    return placed;
  }

  #readTable(): void {
    this.#places = new RowIndex();
    this.#count = 0;
    this.#lines = 0;
    this.#stale.clear();
    this.#folders.clear();
    for (const [place, row] of this.#table.placedRows()) this.#remember(place, row as unknown as Row);
  }

  #remember(place: number, [path, , , , , state]: Row): void {
    this.#lines += 1;
    this.#stale.delete(path);
    if (state === "folder") {
      this.#folders.add(path);
      return;
    }
    const isThere = this.#has(path);
    if (state === "forgotten") {
      this.#folders.delete(path);
      if (isThere) this.#places.put(path, NOWHERE);
      if (isThere) this.#count -= 1;
      return;
    }
    if (!isThere) this.#count += 1;
    this.#places.put(path, place);
    if (state === "stale") this.#stale.add(path);
  }

  #has(path: string): boolean {
    return (this.#places.get(path) ?? NOWHERE) !== NOWHERE;
  }

  /**
   * Where nothing is known, as after `.locusts` was removed, or the table was damaged, or from before there was this table: what the
   * last outputs.tsv lists counts, if it is as large as it was, and no newer than that table.
   */
  #adoptListed(): void {
    const table = join(this.results, RESULT_TABLES.outputs.file);
    // Whether results/ can be used is said by whoever uses it.
    if (!statSync(this.results, { throwIfNoEntry: false })?.isDirectory()) return;
    const written = statSync(table, { throwIfNoEntry: false })?.mtimeMs;
    if (written === undefined) return;
    const adopted = new Map<string, PlacedOutput>();
    let keys: Map<string, string> | undefined; // a swarm without outputs has none to look for, however many jobs it has
    let output = 0;
    let last = "";
    for (const line of readLines(table)) {
      const [job, , status, path, bytes] = line.split("\t") as [string, string, string, string, string];
      output = job === last ? output + 1 : 0;
      last = job;
      if (status !== "present") continue;
      const place = join(this.results, path);
      const { size, newest } = measure(place);
      if (size !== Number(bytes) || newest > written) continue;
      keys ??= this.#keysOfDone();
      adopted.set(path, placedOutput(path, { key: keys.get(job) ?? "", name: job }, output, stampOf(place)));
    }
    if (adopted.size > 0) this.#adopted = adopted; // to be written down with the first change
  }

  /** What identifies the last job of each name that was done. */
  #keysOfDone(): Map<string, string> {
    const keys = new Map<string, string>();
    for (const { name, key, status } of this.ledger.history()) if (status === "done") keys.set(name, key);
    return keys;
  }

  get(path: string): PlacedOutput | undefined {
    if (this.lost.has(path)) return undefined;
    if (this.#adopted) return this.#adopted.get(path);
    const place = this.#places.get(path) ?? NOWHERE;
    const row = place === NOWHERE ? undefined : (this.#table.rowAt(place) as unknown as Row | undefined);
    return row?.[0] === path ? decode(row) : undefined;
  }

  get count(): number {
    return this.#adopted?.size ?? this.#count;
  }

  *all(): Generator<PlacedOutput> {
    if (this.#adopted) yield* this.#adopted.values();
    else if (this.#count > 0) {
      for (const [place, row] of this.#table.placedRows()) {
        if (this.#places.get(row[0] as string) === place) yield decode(row as unknown as Row);
      }
    }
  }

  /** The paths of outputs that no job of the definition makes any more, as the last deploy has found. */
  stalePaths(): string[] {
    return [...this.#stale];
  }

  condition(output: PlacedOutput, stamp = stampOf(join(this.results, output.path))): Condition {
    const place = join(this.results, output.path);
    if (stamp === undefined) return "gone";
    if (stamp === output.stamp && isFinalStamp(stamp)) return "whole";
    const digest = this.#digest(output);
    try {
      if (digest === "") return stamp === output.stamp ? "whole" : "changed";
      return digestOf(place) === digest ? "whole" : "changed";
    } catch {
      return "changed"; // it cannot be read: it is not what was put there
    }
  }

  /** Is a folder one that was made for outputs, with nothing in it but outputs as they were put there? */
  holdsOnlyOutputs(folder: string): boolean {
    if (!this.#folders.has(folder)) return false;
    return readdirSync(join(this.results, folder)).every((name) => {
      const path = `${folder}/${name}`;
      const output = this.get(path);
      if (output) return this.condition(output) === "whole";
      return lstatSync(join(this.results, path)).isDirectory() && this.holdsOnlyOutputs(path);
    });
  }

  #digest({ key, output }: PlacedOutput): string {
    return this.ledger.get(key)?.digests[output] ?? "";
  }

  put(outputs: readonly PlacedOutput[]): void {
    this.#write(outputs.map((output) => encode(output)));
  }

  putFolders(folders: readonly string[]): void {
    this.#write(folders.map((path) => [path, "", "", "0", "", "folder"]));
  }

  /** What lies at these paths is not, or no more, what Locusts has put there. */
  forget(paths: readonly string[]): void {
    this.#write(paths.flatMap((path) => this.get(path) ?? []).map((output) => encode(output, "forgotten")));
  }

  /**
   * Takes new stamps of outputs that are now alone under their names: from here on the stamps tell all.
   * What has another content by now keeps its old stamp.
   *
   * @returns the paths of those that still have another name
   */
  takeFinalStamps(paths: Iterable<string>): string[] {
    const final: PlacedOutput[] = [];
    const provisional: string[] = [];
    for (const path of paths) {
      const output = this.get(path);
      if (!output || isFinalStamp(output.stamp)) continue;
      const stamp = stampOf(join(this.results, path));
      if (stamp === undefined) continue;
      if (!isSameButNames(stamp, output.stamp) && this.condition(output, stamp) !== "whole") continue;
      if (isFinalStamp(stamp)) final.push({ ...output, stamp });
      else provisional.push(path);
    }
    this.put(final);
    return provisional;
  }

  /** Removes the folders above a path that were made for outputs, and are empty now. */
  removeEmptyFolders(path: string): void {
    const gone: string[] = [];
    for (let folder = dirname(path); folder !== "." && this.#folders.has(folder); folder = dirname(folder)) {
      if (isBehindLink(this.results, folder)) break;
      try {
        rmdirSync(join(this.results, folder));
      } catch {
        break; // something is in it
      }
      gone.push(folder);
    }
    this.#write(gone.map((folder) => [folder, "", "", "0", "", "forgotten"]));
  }

  #write(rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return;
    if (this.#adopted || this.#lines > 2 * (this.#count + this.#folders.size) + MOST_OLD_LINES) {
      this.#table.rewrite(this.#rows());
      this.#adopted = undefined;
      this.#readTable();
    }
    for (const [place, row] of this.#table.append(rows)) this.#remember(place, row as unknown as Row);
  }

  *#rows(): Generator<readonly string[]> {
    for (const folder of this.#folders) yield [folder, "", "", "0", "", "folder"];
    for (const output of this.all()) yield encode(output);
  }

  /** Has outputs be known by other keys of their jobs from now on. @param keys the new ones, by the old ones */
  renameKeys(keys: ReadonlyMap<string, string>): void {
    if (this.#adopted) {
      for (const [path, output] of this.#adopted)
        this.#adopted.set(path, { ...output, key: keys.get(output.key) ?? output.key });
      return;
    }
    this.#table.rewrite(withOther(this.#table.rows(), COLUMNS.indexOf("key"), keys));
    this.#readTable();
  }

  sync(): void {
    this.#table.sync();
  }
}
