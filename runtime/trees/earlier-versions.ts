import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { readChangesTable, readConflictsTable } from "../results/change-tables.js";
import { fileNameOf } from "../results/logs.js";
import { statEntry } from "../system/files.js";
import { type Change, CONFLICTS_FOLDER, TREE_FOLDER } from "./decide-places.js";
import type { Version } from "./place-entry.js";

function versionAt(source: string): Version | undefined {
  const stats = statEntry(source);
  if (!stats) return undefined;
  const rest = { bytes: stats.isFile() ? stats.size : 0, mode: stats.mode & 0o7777, source };
  if (stats.isFile()) return { ...rest, kind: "file", link: "" };
  if (stats.isSymbolicLink()) return { ...rest, kind: "link", link: readlinkSync(source) };
  return stats.isDirectory() ? { ...rest, kind: "folder", link: "" } : undefined;
}

/**
 * What other jobs had made of these paths, as an earlier run of them has collected it: whoever runs
 * last is not right for that. Only for jobs that have a tree each.
 *
 * @param ran the jobs that have run again
 */
export function earlierVersions(results: string, paths: ReadonlySet<string>, ran: ReadonlySet<string>): Change[] {
  const disputed = new Set(readConflictsTable(results).map(({ path, job }) => `${path}\t${job}`));
  const earlier: Change[] = [];
  for (const row of readChangesTable(results)) {
    const { path, job, change } = row;
    if (!paths.has(path) || ran.has(job)) continue;
    const places = [`${CONFLICTS_FOLDER}/${fileNameOf(job)}/${path}`, `${TREE_FOLDER}/${path}`];
    const version =
      change === "deleted"
        ? undefined
        : places.map((place) => versionAt(join(results, place))).find((found) => found !== undefined);
    // What was deleted in a tree, or has been applied to it, is how that tree is by now.
    if (!version && !(change === "deleted" && disputed.has(`${path}\t${job}`))) continue;
    earlier.push({ ...row, mode: version?.mode ?? 0, link: version?.link ?? "", at: "", version });
  }
  return earlier;
}
