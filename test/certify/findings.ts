import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./case.js";

/** All that is in a folder: digests of files by their paths, and in a word what else is there. */
export type Manifest = ReadonlyMap<string, string>;

/** Undefined of what is gone: something else may be at work, and remove it. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const FOLDER = "folder";

function describe(path: string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stats.isDirectory()) return FOLDER;
  return stats.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "something else";
}

export function listFolder(folder: string, skip: (path: string) => boolean = () => false): Manifest {
  const found = new Map<string, string>();
  const walk = (below: string) => {
    for (const name of unlessGone(() => readdirSync(join(folder, below)).sort()) ?? []) {
      const path = below === "" ? name : `${below}/${name}`;
      if (skip(path)) continue;
      const what = unlessGone(() => describe(join(folder, path)));
      if (what === undefined) continue;
      found.set(path, what);
      if (what === FOLDER) walk(path);
    }
  };
  if (existsSync(folder)) walk("");
  return found;
}

/** The results but for the tables of jobs and the report, in which times stand. */
export function listResults({ place }: Case): Manifest {
  return listFolder(join(place, "results"), (path) => ["jobs.tsv", "jobs.parquet", "report.html"].includes(path));
}

/** The definition's folder without what Locusts has there, and the definition, which names the case. */
export function listOthers({ place }: Case): Manifest {
  return listFolder(place, (path) => /^(\.locusts|results|bundle|swarm\.config\.ts)$/.test(path));
}

/** Everything, by paths with digits and hashes folded. */
export function listFolded(tried: Case): ReadonlyMap<string, string> {
  const here = [...listFolder(tried.place).keys()];
  const there = [...listFolder(tried.directory).keys()].map((path) => `there/${path}`);
  return new Map([...here, ...there].map((path) => [foldPath(path), path]));
}

export function foldPath(path: string): string {
  return path.replace(/[0-9a-f]{12,}/g, "H").replace(/\d+/g, "N");
}

/** As a point's place has a path: folded, and one file of a bundle's library is like another. */
export function placeOf(path: string): string {
  return foldPath(path).replace(/(bundle\/lib\/)[^/]+/, "$1F");
}

const VARYING = new Set(["seconds", "cpu_seconds", "peak_memory", "read_bytes", "written_bytes", "host", "attempts"]);

/** The rows of jobs.tsv without what varies: a list, so that a job that stands there twice is seen. */
export function readJobTable({ place }: Case): string[] {
  const path = join(place, "results", "jobs.tsv");
  if (!existsSync(path)) return [];
  const [head = [], ...rows] = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return rows.map((row) => row.filter((_, i) => !VARYING.has(head[i] as string)).join(" "));
}

/** A try of a job, as a journal has it. */
export interface JournalEvent {
  readonly event: string;
  readonly job: string;
  readonly start: number;
  readonly end: number;
  readonly journal: string;
}

const ENDS = new Set(["done", "failed", "again", "stopped"]);

/** The events of all runs of a case. */
export function readJournals({ target }: Case): JournalEvent[] {
  const runs = join(target, "runs");
  const numbers = existsSync(runs) ? readdirSync(runs).filter((name) => existsSync(join(runs, name, "journal"))) : [];
  const journals = numbers.flatMap((number) =>
    readdirSync(join(runs, number, "journal")).map((name) => `${number}/journal/${name}`),
  );
  return journals.flatMap((journal) =>
    readFileSync(join(runs, journal), "utf8")
      .split("\n")
      .flatMap((line) => {
        const fields = line.split("\t");
        const [event = "", job = ""] = fields;
        if (fields.at(-1) !== ".") return [];
        if (event === "start" && fields.length === 7)
          return [{ event, job, start: Number(fields[5]), end: Number(fields[5]), journal }];
        if (!ENDS.has(event) || fields.length !== 11) return [];
        return [{ event, job, start: Number(fields[5]), end: Number(fields[6]), journal }];
      }),
  );
}

/** When each job has started and ended, by its own word, in seconds. */
export function readTally({ tally }: Case): Map<string, { starts: number[]; ends: number[] }> {
  const found = new Map<string, { starts: number[]; ends: number[] }>();
  const lines = existsSync(tally) ? readFileSync(tally, "utf8").split("\n") : [];
  for (const [what, job, time] of lines.map((line) => line.split(" "))) {
    if (job === undefined || time === undefined) continue;
    const times = found.get(job) ?? { starts: [], ends: [] };
    found.set(job, times);
    (what === "s" ? times.starts : times.ends).push(Number(time));
  }
  return found;
}
