import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { select, treeOf } from "./selection.js";

const test = suite("odd things in a tree");

/** Reads as somebody for whom permissions count. */
function asNobody<T>(root: string, work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  chownSync(root, 65534, 65534);
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

test("links are kept as links, also broken ones and loops, and are never followed", () => {
  const root = treeOf([
    "real/file",
    "to-file -> real/file",
    "to-folder -> real",
    "broken -> nowhere",
    "self -> self",
    "real/up -> ..",
    "ping -> pong",
    "pong -> ping",
  ]);
  const { entries, outward } = select(root, ["**"]);
  assert.equal(
    entries.filter(({ kind }) => kind === "link").map(({ path, link }) => `${path} -> ${link}`),
    [
      "broken -> nowhere",
      "ping -> pong",
      "pong -> ping",
      "real/up -> ..",
      "self -> self",
      "to-file -> real/file",
      "to-folder -> real",
    ],
  );
  assert.equal(entries.length, 9);
  assert.equal(outward, []);
  assert.equal(select(root, ["to-folder/**"]).paths, []);
  assert.equal(select(root, ["to-folder"]).paths, ["to-folder"]);
  assert.equal(select(root, ["to-folder/"]).paths, []);
});

test("links that lead out of the tree are kept, and named", () => {
  const root = treeOf([
    "a/out -> ../../elsewhere",
    "a/in -> ../b",
    "absolute -> /etc/hostname",
    "a/back -> ../../x/../y",
    "a/around -> ./.././b/../a",
    "a/chain -> ../b/up/../x",
    "b/up -> ..",
  ]);
  const { outward, paths } = select(root, ["**"]);
  assert.equal(outward, ["a/back", "a/chain", "a/out", "absolute"]);
  assert.equal(paths.length, 9);
});

test("names are in the order of their bytes, and those in a folder right behind it", () => {
  const root = treeOf(["b", "a/z", "a-b", "a.c", "é", "\u{1f41d}", "\ufe50", "B"]);
  assert.equal(select(root, ["**"]).paths, ["B", "a/", "a/z", "a-b", "a.c", "b", "é", "\ufe50", "\u{1f41d}"]);
});

test("an entry says what it is", () => {
  const root = treeOf(["x", "run"]);
  chmodSync(join(root, "run"), 0o751);
  chmodSync(join(root, "x"), 0o444);
  const [run, x] = select(root, ["**"]).entries;
  assert.equal([run?.rights, run?.bytes], ["rwx", 3]);
  assert.equal(x?.rights, "r--");
  assert.equal(x?.sha256, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
});

test("read-only folders are no trouble", () => {
  const root = treeOf(["locked/in/file"]);
  chmodSync(join(root, "locked/in"), 0o555);
  chmodSync(join(root, "locked"), 0o555);
  try {
    const { entries, unreadable } = asNobody(root, () => select(root, ["**"]));
    assert.equal(unreadable, []);
    assert.equal(entries.map(({ rights }) => rights).slice(0, 2), ["r-x", "r-x"]);
  } finally {
    chmodSync(join(root, "locked"), 0o755);
    chmodSync(join(root, "locked/in"), 0o755);
  }
});

test("files and folders that cannot be read are named, all at once", () => {
  const root = treeOf(["open", "shut", "folder/inner", "other/x"]);
  chmodSync(join(root, "shut"), 0o000);
  chmodSync(join(root, "folder"), 0o000);
  const { unreadable, paths } = asNobody(root, () => select(root, ["**"]));
  assert.equal(unreadable, [
    { path: "folder", why: "permission denied" },
    { path: "shut", why: "permission denied" },
  ]);
  assert.ok(paths.includes("open") && paths.includes("other/x"));
  // What is left out need not be readable.
  assert.equal(asNobody(root, () => select(root, ["**", "!shut", "!folder"])).unreadable, []);
  chmodSync(join(root, "folder"), 0o755);
});

test("pipes and sockets are left out, and named if they were selected", async () => {
  const root = treeOf(["file"]);
  execFileSync("mkfifo", [join(root, "pipe")]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, "socket"), resolve));
  try {
    assert.equal(select(root, ["**"]).special, ["pipe", "socket"]);
    assert.equal(select(root, ["**"]).paths, ["file"]);
    assert.equal(select(root, ["f*"]).special, []);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a name that is not UTF-8 is named, where it is selected", () => {
  const root = treeOf(["fine/x"]);
  mkdirSync(join(root, "odd"));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/odd/b`), Buffer.from([0xff]), Buffer.from("d")]), "x");
  assert.equal(select(root, ["**"]).unreadable, [{ path: "odd/b\ufffdd", why: "its name is not UTF-8" }]);
  assert.equal(select(root, ["fine/**"]).unreadable, []);
});

test("folders in which no rule can match are not even opened", () => {
  const root = treeOf(["shut/file", "a/b/c", "a/d/e"]);
  chmodSync(join(root, "shut"), 0o000);
  chmodSync(join(root, "a/d"), 0o000);
  const { unreadable } = asNobody(root, () => select(root, ["a/b/**", "*/*.txt", "!shut"]));
  assert.equal(unreadable, []);
  chmodSync(join(root, "shut"), 0o755);
  chmodSync(join(root, "a/d"), 0o755);
});

test.run();
