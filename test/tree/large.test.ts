import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { parseTreeRule, type TreeRule } from "../../compiler/tree/rule.js";
import { walkTree } from "../../compiler/tree/walk.js";
import { suite } from "../runner/suite.js";

const test = suite("a large tree");

const FOLDERS = 100;
const FILES = 1000;

/** What entries cost while they pass by, if none is kept; with all of them it would be ten times this. */
const MOST_BYTES = 40 * 1024 * 1024;

function rules(texts: readonly string[]): TreeRule[] {
  return texts.map((text) => parseTreeRule(text, false) as TreeRule);
}

/** A folder in memory, if there is one: so many files take a busy disk the better part of a minute. */
function quickFolder(): string {
  let place = "/dev/shm";
  try {
    accessSync(place, constants.W_OK);
  } catch {
    place = tmpdir();
  }
  const folder = realpathSync(mkdtempSync(join(place, "locusts-tree-")));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("100,000 files pass by without being held", () => {
  const root = quickFolder();
  const make = `for ((i = 0; i < ${FOLDERS}; i += 1)); do
    mkdir folder_$i && touch $(seq -f "folder_$i/file_%g.txt" 0 ${FILES - 1})
  done`;
  execFileSync("bash", ["-c", make], { cwd: root });
  const walk = (texts: readonly string[], visit: (path: string) => void) =>
    walkTree({ root, select: rules(texts), readOnly: [], never: new Set() }, DigestCache.open(undefined), ({ path }) =>
      visit(path),
    );
  let count = 0;
  let most = 0;
  walk(["folder_0/**"], () => {});
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  walk(["**", "!**/*.tmp", "!folder_7", "folder_7/file_1?.txt", "!!cache"], () => {
    count += 1;
    if (count % 5000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
  });
  assert.is(count, FOLDERS + (FOLDERS - 1) * FILES + 10);
  assert.ok(most < MOST_BYTES, `${most} bytes`);
  // Not a bar: a minute would mean a process for each file, or a square in their number.
  assert.ok(performance.now() - began < 60_000);

  const started = performance.now();
  let few = 0;
  walk(["folder_3/file_5.txt", "folder_4/*"], () => {
    few += 1;
  });
  assert.is(few, 2 + 1 + FILES);
  assert.ok(performance.now() - started < 5_000, "folders in which no rule can match were entered");
});

test.run();
