import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { END_OF_TAR, paddingFor, type TarEntry, tarHeader } from "../../runtime/transfer/tar-entry.js";
import { suite } from "../runner/suite.js";

const test = suite("tar entries");

const mtime = Date.parse("2021-05-06T07:08:09.123Z");

test("are what tar takes them for, whatever their names and sizes", () => {
  // Around the length at which a name no longer fits, and at which the digits of a record's length grow.
  const lengths = [1, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 99, 100, 101, 150, 250];
  const files = lengths.flatMap((length) => ["n".repeat(length), `${"é".repeat(Math.min(length, 100))}`]);
  const sizes = [0, 1, 511, 512, 513, 10_000];
  const blocks: Buffer[] = [];
  const add = (entry: Omit<TarEntry, "mtime" | "size">, content = Buffer.alloc(0)): void => {
    blocks.push(tarHeader({ ...entry, mtime, size: content.length }), content, paddingFor(content.length));
  };
  for (const [i, name] of files.entries()) {
    add({ name: `${i}/`, kind: "folder", mode: 0o755 });
    add({ name: `${i}/${name}`, kind: "file", mode: 0o640 }, Buffer.alloc(sizes[i % sizes.length] as number, "x"));
    add({ name: `${i}/link`, kind: "link", mode: 0o777, leadsTo: `/${name}` });
  }
  const folder = mkdtempSync(join(tmpdir(), "locusts-tar-"));
  try {
    const input = Buffer.concat([...blocks, END_OF_TAR]);
    assert.equal(input.length % 512, 0);
    execFileSync("tar", ["-xp", "-f", "-", "-C", folder], { input, env: { ...process.env, LC_ALL: "C.UTF-8" } });
    for (const [i, name] of files.entries()) {
      const path = join(folder, String(i), name);
      const stats = lstatSync(path);
      assert.equal(readFileSync(path, "utf8"), "x".repeat(sizes[i % sizes.length] as number));
      assert.deepEqual([stats.mode & 0o777, stats.mtimeMs], [0o640, mtime]);
      assert.equal(readlinkSync(join(folder, String(i), "link")), `/${name}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("say how large a file of more than 8 GB is", () => {
  const size = 9_000_000_000;
  const header = tarHeader({ name: "large", kind: "file", mode: 0o644, mtime, size });
  // Its content does not come, of which tar complains.
  const { stdout } = spawnSync("tar", ["-tv", "-f", "-"], { input: header, encoding: "utf8" });
  assert.match(stdout, new RegExp(` ${size} `));
});

test.run();
