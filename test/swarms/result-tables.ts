import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The rows of a table, by the names of its columns. */
export function readTable(path: string): Readonly<Record<string, string>>[] {
  const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = (header as string).split("\t");
  return lines.map((line) => {
    const fields = line.split("\t");
    return Object.fromEntries(names.map((name, i) => [name, fields[i] as string]));
  });
}

/** `results/jobs.tsv`, by the jobs' names. */
export function readJobs(swarm: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(readTable(join(swarm, "results/jobs.tsv")).map((row) => [row.name as string, row]));
}
