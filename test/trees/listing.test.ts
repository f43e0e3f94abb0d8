import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Change, mergeVersions } from "../../runtime/trees/decide-places.js";
import { readDifferences } from "../../runtime/trees/listing.js";
import { NoPlace, TreePlaces } from "../../runtime/trees/place-entry.js";
import { suite } from "../runner/suite.js";
import { temporaryFolder } from "../swarms/swarm-folders.js";

/** What a target says of a tree is not trusted. */
const test = suite("listings of trees");

const read = (...records: string[]) => [...readDifferences(Buffer.from(records.map((text) => `${text}\0`).join("")))];

test("both records of a path belong together, whatever its name", () => {
  const differences = read("./a\tb\n//f 1 5.0/6.0 644 ", "+./a\tb\n//f 2 7.0/8.0 600 ", "+./new//l 0 0 777 to//where");
  assert.deepEqual(
    differences.map(({ path, before, after }) => [path, before?.bytes, after?.kind, after?.mode, after?.link]),
    [
      ["a\tb\n", 1, "file", 0o600, ""],
      ["new", undefined, "link", 0o777, "to//where"],
    ],
  );
});

for (const path of ["./../out", "./a/../../out", "./.", ".//out", "/etc/passwd", "./a/./b", "a"]) {
  test(`${path} is refused`, () => {
    assert.throws(() => read(`+${path}//f 0 0 644 `), /is no (plain path|record of a listing)/);
  });
}

test("a list that is cut off is refused", () => {
  assert.throws(() => [...readDifferences(Buffer.from("+./a//f 1 0 644"))], /cut off/);
});

test("as many versions of a path as there are jobs are in conflict, however many", () => {
  const versions = Array.from({ length: 200_000 }, (_, i) => {
    const version = { kind: "link" as const, bytes: 0, mode: 0o777, link: String(i), source: "" };
    return { path: "shared", change: "created", job: String(i), version } as unknown as Change;
  });
  const { agreed, disputed } = mergeVersions(versions);
  assert.deepEqual([agreed.length, disputed.length], [0, versions.length]);
});

test("nothing is written through a link", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "outside"));
  const places = new TreePlaces(join(folder, "inside"), true);
  const common = { bytes: 0, mode: 0o755, source: "" };
  places.put("way/deep", { ...common, kind: "folder", link: "" });
  places.put("way", { ...common, kind: "link", link: "../outside" });
  assert.throws(() => places.put("way/deeper", { ...common, kind: "folder", link: "" }), NoPlace);
  assert.deepEqual(readdirSync(join(folder, "outside")), []);
});

test.run();
