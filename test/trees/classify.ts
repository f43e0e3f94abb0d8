import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRow } from "../../compiler/format/tsv.js";
import { copySwarm, SWARMS } from "../swarms/swarm-folders.js";

/** All that is in a folder: paths with kinds, modes and contents. */
export function snapshot(folder: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const stats = lstatSync(path);
    const mode = (stats.mode & 0o777).toString(8);
    const content = stats.isSymbolicLink()
      ? `link ${readlinkSync(path)}`
      : stats.isDirectory()
        ? `folder ${mode}`
        : `file ${mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
    entries.set(path.slice(folder.length + 1), content);
  }
  return entries;
}

/** The rows of a table in the results; none if there is no such table. */
export function rowsOf(folder: string, table: string): string[][] {
  const path = join(folder, "results", table);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(1).map(decodeRow);
}

/** Which files belong to which class. */
function classes(): Map<number, "A" | "B"> {
  const found = new Map<number, "A" | "B">();
  const folder = join(SWARMS, "classify", "environment", "important_text_files");
  for (let number = 0; number < 200; number += 1) {
    const text = readFileSync(join(folder, `text_${number}.txt`), "utf8");
    found.set(number, /^class ([AB])$/m.exec(text)?.[1] as "A" | "B");
  }
  return found;
}

const sorted = (number: number, kind: string) =>
  `other_files_1/class_${kind}/expected_output_${kind}/text_${number}.txt`;
export const JOBS = Array.from({ length: 20 }, (_, i) => i * 10);
export const LOGS = JOBS.map((first) => `other_files_1/class_A/expected_output_A/logs/${first}-${first + 9}.log`);
const FOLDERS = [
  "other_files_1/class_A/expected_output_A",
  "other_files_1/class_A/expected_output_A/logs",
  "other_files_1/class_B/expected_output_B",
];
export const APPENDED = ["scripts/helper_scripts/be_polite.sh", "scripts/new_script.sh"] as const;

/** What 20 jobs in one tree change, as `path change kind`. */
export function expectedChanges(notes: "created" | "changed" = "created"): string[] {
  return [
    ...FOLDERS.map((path) => `${path} created folder`),
    ...LOGS.map((path) => `${path} created file`),
    ...[...classes()].map(([number, kind]) => `${sorted(number, kind)} created file`),
    "scripts/helper_scripts/be_polite.sh changed file",
    "scripts/new_script.sh created file",
    `notes.txt ${notes} file`,
  ].sort();
}

/** What one job changes in a tree of its own. */
export function expectedChangesOf(first: number): string[] {
  const own = [...classes()].filter(([number]) => number >= first && number < first + 10);
  return [
    ...FOLDERS.map((path) => `${path} created folder`),
    `other_files_1/class_A/expected_output_A/logs/${first}-${first + 9}.log created file`,
    ...own.map(([number, kind]) => `${sorted(number, kind)} created file`),
    "scripts/helper_scripts/be_polite.sh changed file",
    "scripts/new_script.sh created file",
    "notes.txt created file",
  ].sort();
}

/** A copy of the example, its definition changed. */
export function copyClassify(...changes: readonly (readonly [from: string | RegExp, to: string])[]): string {
  const folder = copySwarm("classify");
  const definition = join(folder, "swarm.config.ts");
  let text = readFileSync(definition, "utf8");
  for (const [from, to] of changes) {
    assert.ok(typeof from === "string" ? text.includes(from) : from.test(text), `${from} is not in the definition`);
    text = text.replace(from, () => to);
  }
  writeFileSync(definition, text);
  return folder;
}

/** The lines that jobs have added to a file. */
function addedLines(path: string): number {
  return readFileSync(path, "utf8").match(/^(echo '|# thanks).*$/gm)?.length ?? 0;
}

/** The right files, all logs, and the exact list of changes, of jobs that shared one tree. */
export function checkShared(folder: string, tree = join(folder, "results/tree"), notes?: "changed"): void {
  const changes = rowsOf(folder, "changes.tsv");
  assert.deepEqual(changes.map(([path, change, kind]) => `${path} ${change} ${kind}`).sort(), expectedChanges(notes));
  for (const path of APPENDED) assert.equal(addedLines(join(tree, path)), 20, path);
  for (const log of LOGS) assert.match(readFileSync(join(tree, log), "utf8"), /^files \d+-\d+: \d+ of class A/);
  const originals = join(SWARMS, "classify/environment");
  for (const [number, kind] of classes()) {
    const original = readFileSync(join(originals, "important_text_files", `text_${number}.txt`));
    assert.ok(readFileSync(join(tree, sorted(number, kind))).equals(original), sorted(number, kind));
  }
  for (const [path, , kind, bytes] of changes) {
    if (kind === "file") assert.equal(String(lstatSync(join(tree, path as string)).size), bytes, path);
  }
  assert.deepEqual(lstatSync(join(tree, APPENDED[0])).mode & 0o777, 0o755);
}

/** The same of jobs that had a tree each. */
export function checkPerJob(folder: string): void {
  const changes = rowsOf(folder, "changes.tsv");
  for (const first of JOBS) {
    const own = changes.filter((row) => row[4] === String(first));
    assert.deepEqual(own.map(([path, change, kind]) => `${path} ${change} ${kind}`).sort(), expectedChangesOf(first));
  }
  const conflicts = rowsOf(folder, "conflicts.tsv");
  assert.equal(conflicts.length, 40);
  for (const path of APPENDED) {
    assert.ok(!existsSync(join(folder, "results/tree", path)), `${path} is in no version that all agree on`);
    const versions = conflicts.filter((row) => row[0] === path);
    assert.deepEqual(
      versions.map((row) => Number(row[3])).sort((a, b) => a - b),
      JOBS,
    );
    for (const [, , kept] of versions) assert.equal(addedLines(join(folder, "results", kept as string)), 1);
  }
  for (const log of LOGS) assert.ok(existsSync(join(folder, "results/tree", log)), log);
  assert.ok(existsSync(join(folder, "results/tree/notes.txt")));
}
