import { join } from "node:path";
import { statEntry } from "../system/files.js";
import type { Artifact } from "./target-files.js";

/** What a job has made, was to come and has not, by path. @param refused what has come, and was not taken */
export function notCome(
  work: string,
  artifacts: readonly Artifact[],
  refused: { has(path: string): boolean },
): ReadonlyMap<string, Artifact> {
  const missing = artifacts.filter(
    ({ path, bytes }) => bytes !== undefined && !refused.has(path) && !statEntry(join(work, path)),
  );
  return new Map(missing.map((artifact) => [artifact.path, artifact]));
}

/** Which of them are there as they were when their jobs ended. @param answer what `list-readable.sh` prints */
export function thoseAsTheyWere(answer: Buffer, wanted: ReadonlyMap<string, Artifact>): string[] {
  const records = answer.toString("utf8").split("\0").slice(0, -1);
  return records.flatMap((record) => {
    const path = record.slice(record.indexOf(" ") + 1);
    const artifact = wanted.get(path);
    return artifact?.kind === "folder" || artifact?.bytes === Number.parseInt(record, 10) ? path : [];
  });
}
