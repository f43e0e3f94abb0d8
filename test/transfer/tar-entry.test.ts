import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderWalk } from "../../runtime/results/folder-walk.js";
import { keepTime, wholeMicroseconds } from "../../runtime/system/files.js";
import { END_OF_TAR, paddingFor, type TarEntry, tarHeader } from "../../runtime/transfer/tar-entry.js";
import { Unpacker } from "../../runtime/transfer/unpack.js";
import { suite } from "../runner/suite.js";

import { temporaryFolder } from "../swarms/swarm-folders.js";

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
      assert.deepEqual([stats.mode & 0o777, Math.floor(stats.mtimeMs)], [0o640, mtime]);
      assert.equal(readlinkSync(join(folder, String(i), "link")), `/${name}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a link that leads out is known also where its text goes by way of another link", async () => {
  const folder = temporaryFolder();
  const roots = ["near", "far", "plain"];
  const links = {
    ...{ "near/a/b/c": "../..", "near/up": "a/b/c/../near/x", "near/turn": "a/b/../../x", "near/nowhere": "y" },
    ...{ "far/a/b/c": "../..", "far/leak": "a/b/c/../../secret", "plain/leak": "../secret" },
  };
  const file = Buffer.from("x");
  const blocks = [
    ...Object.entries(links).map(([name, leadsTo]) =>
      tarHeader({ name, kind: "link", mode: 0o777, mtime, size: 0, leadsTo }),
    ),
    ...roots.flatMap((name) => [
      tarHeader({ name: `${name}/x`, kind: "file", mode: 0o644, mtime, size: 1 }),
      ...[file, paddingFor(1)],
    ]),
  ];
  const artifacts = roots.map((path) => ({ kind: "folder" as const, path, bytes: 0 }));
  const unpacker = new Unpacker(folder, artifacts, "lab");
  const { input, done } = unpacker.open();
  input.end(Buffer.concat([...blocks, END_OF_TAR]));
  await done;
  assert.deepEqual(
    [...unpacker.refused],
    [
      ["plain", "has a link that leads out of it: leak"],
      ["far", "has a link that leads out of it: leak"],
    ],
  );
  const isHere = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
  assert.deepEqual(
    Object.keys(links).filter((name) => !isHere(name)),
    ["far/leak", "plain/leak"],
  );
  writeFileSync(join(folder, "secret"), "secret");
  const walk = new FolderWalk(join(folder, "near"), "near", copyFileSync);
  walk.copy(join(folder, "copy"));
  assert.equal(readlinkSync(join(folder, "copy/turn")), "a/b/../../x");
  symlinkSync("a/b/c/../secret", join(folder, "near/leak"));
  new FolderWalk(join(folder, "near"), "near", copyFileSync).copy(join(folder, "again"));
  assert.ok(lstatSync(join(folder, "again/leak")).isFile(), "in the place of such a link comes what it leads to");
});

test("have the time that a copy has, of the same microsecond, whatever Node makes of fractions", () => {
  const folder = temporaryFolder();
  const times = [
    0,
    1e9,
    mtime + 0.001,
    ...[0.1, 0.100003, 0.25, 0.5, 0.999999].map((part) => (1_600_000_000 + part) * 1000),
  ];
  const entries = times.map((time, i) => tarHeader({ name: `${i}`, kind: "file", mode: 0o644, mtime: time }));
  execFileSync("tar", ["-xp", "-f", "-", "-C", folder], { input: Buffer.concat([...entries, END_OF_TAR]) });
  for (const [i, time] of times.entries()) {
    const copy = join(folder, `${i}.copy`);
    writeFileSync(copy, "");
    keepTime(copy, time);
    const { mtimeNs } = lstatSync(copy, { bigint: true });
    assert.equal(lstatSync(join(folder, `${i}`), { bigint: true }).mtimeNs, mtimeNs);
    assert.equal(mtimeNs / 1000n, BigInt(wholeMicroseconds(time)));
    if (time % 1000 === 0) assert.equal(mtimeNs, BigInt(time) * 1_000_000n, "whole seconds stay whole");
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
