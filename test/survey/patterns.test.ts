import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { matchFiles } from "../../compiler/survey/match-files.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

/** What a pattern of files takes, and what it says of the rest. */
const test = suite("patterns of files");

function folderWith(...paths: readonly string[]): string {
  return makeFolder(Object.fromEntries(paths.map((path) => [path, "x"])));
}

const paths = (folder: string, pattern: string) => matchFiles(folder, pattern).matches.map(({ path }) => path);
const notes = (folder: string, pattern: string) => matchFiles(folder, pattern).notes.map(({ message }) => message);

test("a name that can be split in several ways is told once, with both splits", () => {
  const folder = folderWith("in/NA_rep_2_L1.fq", "in/b_1.fq", "in/x_y_z.fq");
  assert.equal(notes(folder, "in/{sample}_{lane}.fq"), [
    '"in/NA_rep_2_L1.fq" is taken as sample=NA, lane=rep_2_L1; it could be sample=NA_rep_2, lane=L1, and 1 more names can be split in several ways',
  ]);
  assert.equal(notes(folder, "in/{sample}_L{lane}.fq"), []);
  assert.equal(notes(folder, "in/{name}.fq"), []);
  assert.match(notes(folder, "in/*_{last}.fq")[0] ?? "", /taken as last=L1; it could be last=rep_2_L1/);
  assert.match(notes(folderWith("aba"), "*{id}*")[0] ?? "", /could be/);
});

test("a file that folders of a pattern can lead to in several ways is one job", () => {
  const folder = folderWith("a/b/c.txt");
  const { matches, notes: said } = matchFiles(folder, "**/{d}/**/{id}.txt");
  assert.equal(matches, [{ path: "a/b/c.txt", params: { d: "a", id: "c" } }]);
  assert.match(said[0]?.message ?? "", /d=a, id=c; it could be d=b, id=c/);
  assert.equal(paths(folder, "**/**/{id}.txt"), ["a/b/c.txt"]);
});

test("hidden names that would match are counted", () => {
  const folder = folderWith(
    "in/a.txt",
    "in/.b.txt",
    "in/.c.csv",
    "in/._d.txt",
    ".git/x.txt",
    ".locusts/y.txt",
    ".old/z.txt",
  );
  assert.equal(paths(folder, "in/{id}.txt"), ["in/a.txt"]);
  assert.equal(notes(folder, "in/{id}.txt"), [
    'files("in/{id}.txt") leaves out what is hidden: "in/._d.txt", "in/.b.txt"',
  ]);
  assert.equal(notes(folder, "**/{id}.txt"), [
    'files("**/{id}.txt") leaves out what is hidden: ".old", "in/._d.txt", "in/.b.txt"',
  ]);
  assert.equal(notes(folder, "{id}/z.txt"), ['files("{id}/z.txt") leaves out what is hidden: ".old"']);
  assert.equal(notes(folder, "{id}/x.txt"), [], "git's own");
  assert.equal(notes(folder, "in/{id}/"), [], "no folders");
  assert.equal(paths(folder, "in/.{id}.txt"), ["in/._d.txt", "in/.b.txt"]);
});

test("** meets each folder once, by its own path, however links lead there", () => {
  const folder = folderWith("a/x.txt", "z/deep/y.txt");
  symlinkSync("..", join(folder, "a/loop"));
  symlinkSync("../z", join(folder, "a/link"));
  symlinkSync("self", join(folder, "self"));
  symlinkSync("nowhere", join(folder, "dangling"));
  const outside = folderWith("o.txt");
  symlinkSync(outside, join(folder, "out"));
  symlinkSync(outside, join(folder, "out2"));
  assert.equal(paths(folder, "**/{id}.txt"), ["a/x.txt", "out/o.txt", "z/deep/y.txt"]);
  assert.equal(paths(folder, "a/**/{id}.txt"), ["a/x.txt", "a/link/deep/y.txt", "a/loop/out/o.txt"].sort());
});

test("what cannot be looked at is named, and so are names that are not UTF-8", () => {
  const folder = folderWith("in/a.txt");
  mkdirSync(join(folder, "in/sub"));
  execFileSync("bash", ["-c", `touch in/$'b\\xff.txt'; mkdir $'d\\xff'; touch $'d\\xff/x.txt'`], { cwd: folder });
  assert.match(matchFiles(folder, "in/{id}.txt").problems[0]?.message ?? "", /names that are not UTF-8: "in\/b/);
  assert.match(matchFiles(folder, "**/{id}.txt").problems[0]?.message ?? "", /not UTF-8: .*"d/);
  assert.equal(
    matchFiles(folder, `in/{id}/${"x".repeat(300)}`).problems.map(({ message }) =>
      /longer than the system takes/.test(message),
    ),
    [true],
  );
  if (process.getuid?.() === 0) return;
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o000 });
  assert.match(
    matchFiles(folder, "**/{id}.csv").problems[0]?.message ?? "",
    /cannot look at "closed": permission denied/,
  );
});

test("nor is what npm has installed there, or what is another definition's", () => {
  const folder = folderWith("a.txt", "node_modules/x/b.txt", "b.config.ts", "b.config.ts.locusts/results/c.txt");
  assert.equal(paths(folder, "**/{id}.txt"), ["a.txt"]);
  assert.equal(paths(folder, "node_modules/**/{id}.txt"), ["node_modules/x/b.txt"]);
  assert.equal(paths(folder, "b.config.ts.locusts/results/{id}.txt"), ["b.config.ts.locusts/results/c.txt"]);
});

test("what Locusts itself writes beside the definition is taken only where the pattern names it", () => {
  const folder = folderWith(
    "a.txt",
    "in/b.txt",
    "results/a.txt",
    "results/deep/.c.txt",
    "bundle/local/d.txt",
    ".locusts/kept/e.txt",
    "in/results/f.txt",
    "resultsets/g.txt",
  );
  symlinkSync("nowhere", join(folder, "results/dangling"));
  const said = (leftOut: string, pattern: string) => [
    `files("${pattern}") leaves out what lies where Locusts or npm writes: ${leftOut}`,
  ];
  for (const [pattern, taken, leftOut] of [
    ["**/{id}.txt", ["a.txt", "in/b.txt", "in/results/f.txt", "resultsets/g.txt"], "1 in bundle/ and 1 in results/"],
    ["*/{id}.txt", ["in/b.txt", "resultsets/g.txt"], "1 in results/"],
    ["{d}s/*.txt", ["resultsets/g.txt"], "1 in results/"],
    ["r*s/{id}.txt", ["resultsets/g.txt"], "1 in results/"],
    [".*/**/{id}.txt", [], "1 in .locusts/"],
    ["**/results/{id}.txt", ["in/results/f.txt"], "1 in results/"],
    ["results/**/{id}.txt", ["results/a.txt"], undefined],
    ["./results/{id}.txt", ["results/a.txt"], undefined],
    ["in/../results/*.txt", ["in/../results/a.txt"], undefined],
    [".locusts/**/{id}.txt", [".locusts/kept/e.txt"], undefined],
    ["{d}/", ["in", "resultsets"], "1 in bundle/ and 1 in results/"],
  ] as const) {
    assert.equal(paths(folder, pattern), taken, pattern);
    const expected = leftOut === undefined ? [] : said(leftOut, pattern);
    assert.equal(
      notes(folder, pattern).filter((note) => !note.includes("hidden")),
      expected,
      pattern,
    );
  }
  const absolute = `${folder}/**/{id}.txt`;
  assert.equal(notes(folder, absolute), said("1 in bundle/ and 1 in results/", absolute));
  assert.equal(paths(join(folder, "in"), "../results/{id}.txt"), ["../results/a.txt"]);
});

test("folders alone, and files beside them", () => {
  const folder = folderWith("d1/x", "d10/x", "d2/x", "d3");
  writeFileSync(join(folder, "e"), "");
  assert.equal(paths(folder, "{id}/"), ["d1", "d2", "d10"]);
  assert.equal(paths(folder, "d?"), ["d1", "d2", "d3"]);
});

test.run();
