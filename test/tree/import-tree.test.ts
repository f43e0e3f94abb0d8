import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { readTreeFile } from "../../compiler/tree/import/read-tree-file.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { temporaryFolder } from "../swarms/swarm-folders.js";
import { select, treeOf } from "./selection.js";

const test = suite("tree files of the predecessor");

const rulesOf = (...lines: readonly string[]) => {
  const { select: rules, problems } = readTreeFile(`${lines.join("\n")}\n`, "fs_tree.fst");
  assert.equal(problems, []);
  return rules;
};

const mistakesOf = (...lines: readonly string[]) =>
  readTreeFile(lines.join("\n"), "t.fst").problems.map(
    ({ place, message }) => `${place?.file}:${place?.line}:${place?.column} ${message}`,
  );

test("every kind of line", () => {
  assert.equal(rulesOf("name"), ["name"]);
  assert.equal(rulesOf("name :"), ["name/"]);
  assert.equal(rulesOf("name : *"), ["name/*"]);
  assert.equal(rulesOf("name : *.txt"), ["name/*.txt"]);
  assert.equal(rulesOf("name : **"), ["name/**"]);
  assert.equal(rulesOf("name:**"), ["name/**"]);
  assert.equal(rulesOf("name :", "\t.*"), ["name/.*"]);
  assert.equal(rulesOf("name : **", "\t! path"), ["name/**", "!name/path"]);
  assert.equal(rulesOf("name : **", "\t!! path"), ["name/**", "!!name/path"]);
});

test("children belong to the folder that they are indented under", () => {
  assert.equal(rulesOf("a :", "\tb :", "\t\tc : *", "\t\td", "\te", "f :", "\tg : **"), [
    "a/b/c/*",
    "a/b/d",
    "a/e",
    "f/g/**",
  ]);
  assert.equal(rulesOf("a : *", "\tb :", "\t\t*.x", "\tc"), ["a/*", "a/b/*.x", "a/c"]);
});

test("what is left out is so wherever its line stands", () => {
  assert.equal(rulesOf("! junk", "a : **", "\t! b/", "\t! c/d.txt", "\tc : *"), [
    "a/**",
    "a/c/*",
    "!junk",
    "!a/b/",
    "!a/c/d.txt",
  ]);
  assert.equal(rulesOf("a : **", "\t! old/**", "\t!! logs/**"), ["a/**", "!a/old", "!!a/logs"]);
});

test("comments, empty lines, the working directory, and lines of Windows", () => {
  const text = "\uFEFF#WORKDIR : scripts/\r\n\r\n# a comment\r\na : * # all\r\n\t\r\n\tb#c\r\n";
  assert.equal(readTreeFile(text, "t.fst"), { workdir: "scripts", select: ["a/*", "a/b"], problems: [] });
  assert.is(readTreeFile("#WORKDIR:./a//b/\na :\n", "t.fst").workdir, "a/b");
  assert.is(readTreeFile("a :\n", "t.fst").workdir, undefined);
});

test("what means something in rules, and meant nothing there, is escaped", () => {
  assert.equal(rulesOf("{a} : *.{b}", "x\\y", "[ab]*", "open["), ["\\{a\\}/*.\\{b\\}", "x\\\\y", "[ab]*", "open\\["]);
  const root = treeOf(["{a}/1.{b}", "x\\y", "abc", "open[", "[ab]"]);
  assert.equal(select(root, rulesOf("{a} : *.{b}", "x\\y", "[ab]*", "open[")).paths, [
    "abc",
    "open[",
    "x\\y",
    "{a}/",
    "{a}/1.{b}",
  ]);
});

test("a folder that is named by a pattern is there even if nothing in it matches", () => {
  assert.equal(rulesOf("class_* : *.txt"), ["class_*/", "class_*/*.txt"]);
});

test("every mistake is found at its place", () => {
  assert.equal(
    mistakesOf(
      "#WORKDIR",
      "#WORKDIR : a",
      "#WORKDIR : b",
      "a :",
      "  b",
      "\t\tc",
      "\td :: *",
      "\t\tinner",
      "\t!",
      "\tf**",
      "file",
      "\tchild",
      ": x",
      "x : a/../b",
      "y : a**",
      "\t!!! z",
      "\t\t\tfar",
    ),
    [
      "t.fst:1:1 this line names no working directory",
      "t.fst:3:1 the working directory is named a second time",
      "t.fst:5:1 this line is indented with a space",
      "t.fst:6:3 the line that this one is indented under is no folder",
      "t.fst:7:5 this line has a second colon",
      "t.fst:9:2 this line says not what is left out",
      "t.fst:10:3 ** stands behind a colon alone",
      "t.fst:12:2 the line that this one is indented under is no folder",
      "t.fst:13:1 there is no folder's name before the colon",
      't.fst:14:7 "a/../b" has ".." as a part',
      't.fst:15:6 "a**" has ** beside other characters',
      "t.fst:16:2 this line says not what is left out",
      "t.fst:17:4 this line is indented too far",
    ],
  );
  assert.equal(mistakesOf("#WORKDIR : ../x", "a"), ['t.fst:1:1 the working directory "../x" is not within the tree']);
  assert.equal(mistakesOf("# nothing"), ["t.fst:1:1 this file selects nothing"]);
});

const EXAMPLE = [
  "#WORKDIR : all_scripts/",
  "",
  "all_scripts :",
  "\timportant_script.sh",
  "\thelper_scripts : * ",
  "important_files : *.txt",
  "\t! big_file.txt",
  "other_files_1 :",
  "\tclass_A : **",
  "\t\t! useless_folder/",
  "\t\t! useful_folder/very_big_file.txt",
  "\tclass_B : **",
  "",
].join("\n");

test("a whole file selects what it did", () => {
  const root = treeOf([
    "all_scripts/important_script.sh",
    "all_scripts/useless.sh",
    "all_scripts/helper_scripts/be_polite.sh",
    "all_scripts/helper_scripts/.swp",
    "all_scripts/helper_scripts/old/x",
    "important_files/1.txt",
    "important_files/big_file.txt",
    "important_files/other.dat",
    "other_files_1/useless.txt",
    "other_files_1/class_A/useless_folder/x",
    "other_files_1/class_A/useful_folder/very_big_file.txt",
    "other_files_1/class_A/useful_folder/small.txt",
    "other_files_1/class_A/expected/logs/",
    "other_files_1/class_B/",
    "unseen/x",
  ]);
  assert.equal(select(root, readTreeFile(EXAMPLE, "t.fst").select).paths, [
    "all_scripts/",
    "all_scripts/helper_scripts/",
    "all_scripts/helper_scripts/be_polite.sh",
    "all_scripts/important_script.sh",
    "important_files/",
    "important_files/1.txt",
    "other_files_1/",
    "other_files_1/class_A/",
    "other_files_1/class_A/expected/",
    "other_files_1/class_A/expected/logs/",
    "other_files_1/class_A/useful_folder/",
    "other_files_1/class_A/useful_folder/small.txt",
    "other_files_1/class_B/",
  ]);
});

test("the command line prints TypeScript, or the mistakes", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "fs_tree.fst");
  writeFileSync(file, EXAMPLE);
  const { exitCode, stdout, stderr } = await locusts(["import-tree", file, "--root", "env"]);
  assert.is(exitCode, 0, stderr);
  assert.is(
    stdout,
    `tree({
  root: "env",
  workdir: "all_scripts",
  select: [
    "all_scripts/important_script.sh",
    "all_scripts/helper_scripts/*",
    "important_files/*.txt",
    "other_files_1/class_A/**",
    "other_files_1/class_B/**",
    "!important_files/big_file.txt",
    "!other_files_1/class_A/useless_folder/",
    "!other_files_1/class_A/useful_folder/very_big_file.txt",
  ],
})
`,
  );
  const json = JSON.parse((await locusts(["import-tree", file, "--json"])).stdout) as Record<string, unknown>;
  assert.equal([json.root, json.workdir, (json.select as string[]).length], ["environment", "all_scripts", 8]);

  writeFileSync(file, "a :\n   b\n\tc : d : e\n");
  const bad = await locusts(["import-tree", file]);
  assert.is(bad.exitCode, 1);
  assert.is(bad.stdout, "");
  assert.match(bad.stderr, /fs_tree\.fst:2:1 error: this line is indented with a space/);
  assert.match(bad.stderr, /fs_tree\.fst:3:8 error: this line has a second colon/);

  const none = await locusts(["import-tree", join(folder, "none.fst")]);
  assert.is(none.exitCode, 1);
  assert.match(none.stderr, /none\.fst: it is not there/);
});

test.run();
