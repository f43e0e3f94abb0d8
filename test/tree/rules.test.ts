import * as assert from "uvu/assert";
import { escapePattern, parseTreeRule } from "../../compiler/tree/rule.js";
import { suite } from "../runner/suite.js";
import { select, treeOf } from "./selection.js";

const test = suite("rules of a tree");

const root = treeOf([
  "run.sh",
  "notes.txt",
  ".secret",
  "scripts/main.sh",
  "scripts/.env",
  "scripts/lib/a.py",
  "scripts/lib/b.sh",
  "scripts/lib/deep/c.py",
  "scripts/.cache/x",
  "scripts/.cache/.y",
  "data/1.txt",
  "data/2.txt",
  "data/10.dat",
  "data/.hidden.txt",
  "data/sub/3.txt",
  "empty/",
  "nested/empty/",
  "class_A/one",
  "class_B/two",
]);

const take = (rules: readonly string[], options = {}) => select(root, rules, options).paths;

test("a file by its path, with the folders that lead to it", () => {
  assert.equal(take(["run.sh"]), ["run.sh"]);
  assert.equal(take(["scripts/lib/a.py"]), ["scripts/", "scripts/lib/", "scripts/lib/a.py"]);
  assert.equal(take(["./run.sh"]), ["run.sh"]);
});

test("a folder by its name is the folder alone", () => {
  assert.equal(take(["scripts/"]), ["scripts/"]);
  assert.equal(take(["scripts"]), ["scripts/"]);
  assert.equal(take(["nested/empty"]), ["nested/", "nested/empty/"]);
});

test("a slash at the end is for folders alone", () => {
  assert.equal(take(["run.sh/"]), []);
  assert.equal(take(["*/"]), ["class_A/", "class_B/", "data/", "empty/", "nested/", "scripts/"]);
  assert.equal(take(["scripts/**/"]), ["scripts/", "scripts/lib/", "scripts/lib/deep/"]);
});

test("files right in a folder, by any pattern", () => {
  assert.equal(take(["data/*"]), ["data/", "data/1.txt", "data/10.dat", "data/2.txt"]);
  assert.equal(take(["data/*.txt"]), ["data/", "data/1.txt", "data/2.txt"]);
  assert.equal(take(["data/?.txt"]), ["data/", "data/1.txt", "data/2.txt"]);
  assert.equal(take(["data/[13-9]*"]), ["data/", "data/1.txt", "data/10.dat"]);
  assert.equal(take(["data/[!1]*"]), ["data/", "data/2.txt"]);
  assert.equal(take(["data/*.{dat,csv}"]), ["data/", "data/10.dat"]);
});

test("a folder that a rule names comes along when nothing in it matches", () => {
  assert.equal(take(["data/*.none"]), ["data/"]);
  assert.equal(take(["empty/**"]), ["empty/"]);
  assert.equal(take(["nested/empty/*"]), ["nested/", "nested/empty/"]);
});

test("a folder recursively, with empty folders and without hidden names", () => {
  assert.equal(take(["scripts/**"]), [
    "scripts/",
    "scripts/lib/",
    "scripts/lib/a.py",
    "scripts/lib/b.sh",
    "scripts/lib/deep/",
    "scripts/lib/deep/c.py",
    "scripts/main.sh",
  ]);
  assert.equal(take(["nested/**"]), ["nested/", "nested/empty/"]);
});

test("wildcards among folders", () => {
  assert.equal(take(["class_*/**"]), ["class_A/", "class_A/one", "class_B/", "class_B/two"]);
  assert.equal(take(["**/*.py"]), [
    "scripts/",
    "scripts/lib/",
    "scripts/lib/a.py",
    "scripts/lib/deep/",
    "scripts/lib/deep/c.py",
  ]);
  assert.equal(take(["scripts/**/c.py"]).at(-1), "scripts/lib/deep/c.py");
  assert.equal(take(["*/*/deep/**"]).at(-1), "scripts/lib/deep/c.py");
  assert.equal(take(["**/lib/**/*.py"]).length, 5);
});

test("hidden names only where a rule has their dot, or all are asked for", () => {
  assert.equal(take([".*"]), [".secret"]);
  assert.equal(take(["data/.*"]), ["data/", "data/.hidden.txt"]);
  assert.equal(take(["scripts/.cache/**"]), ["scripts/", "scripts/.cache/", "scripts/.cache/x"]);
  assert.equal(take(["data/[.]*"]), ["data/"]);
  assert.equal(take(["**/.*"]), [".secret", "data/", "data/.hidden.txt", "scripts/", "scripts/.env"]);
  assert.equal(take(["scripts/.*/**", "scripts/.*/.*"]), [
    "scripts/",
    "scripts/.cache/",
    "scripts/.cache/.y",
    "scripts/.cache/x",
  ]);
  assert.ok(take(["**"], { hidden: true }).includes("scripts/.cache/.y"));
  assert.equal(take(["**"], { hidden: true }).length, 28);
});

test("! leaves out a path with all that is in it", () => {
  const all = take(["data/**"]);
  assert.equal(take(["data/**", "!data/sub"]), ["data/", "data/1.txt", "data/10.dat", "data/2.txt"]);
  assert.equal(
    take(["data/**", "!data/1.txt"]),
    all.filter((path) => path !== "data/1.txt"),
  );
  assert.equal(take(["data/**", "!**/*.txt"]), ["data/", "data/10.dat", "data/sub/"]);
  assert.equal(take(["data/**", "!data"]), []);
  assert.equal(take(["data/**", "!data/*/"]), ["data/", "data/1.txt", "data/10.dat", "data/2.txt"]);
});

test("what is left out by a wildcard is so with hidden names, too", () => {
  assert.equal(take(["data/**", "data/.*", "!data/*.txt"]), ["data/", "data/10.dat", "data/sub/", "data/sub/3.txt"]);
});

test("!! leaves out files, and keeps their folders", () => {
  assert.equal(take(["scripts/**", "!!scripts/lib"]), [
    "scripts/",
    "scripts/lib/",
    "scripts/lib/deep/",
    "scripts/main.sh",
  ]);
  assert.equal(take(["scripts/**", "!!scripts/**"]), ["scripts/", "scripts/lib/", "scripts/lib/deep/"]);
  assert.equal(take(["scripts/**", "!!**/*.py"]), [
    "scripts/",
    "scripts/lib/",
    "scripts/lib/b.sh",
    "scripts/lib/deep/",
    "scripts/main.sh",
  ]);
  assert.equal(take(["data/1.txt", "!!scripts"]), ["data/", "data/1.txt"]);
});

test("the last rule that matches decides, also below a folder that was left out", () => {
  assert.equal(
    take(["**", "!scripts", "scripts/lib/a.py"]).filter((path) => path.startsWith("scripts")),
    ["scripts/", "scripts/lib/", "scripts/lib/a.py"],
  );
  assert.equal(take(["!data", "data/*.dat"]), ["data/", "data/10.dat"]);
  assert.equal(take(["data/*", "!data/*", "data/1.txt"]), ["data/", "data/1.txt"]);
  assert.equal(take(["!!data", "data/**", "!!data", "data/2.txt"]), ["data/", "data/2.txt", "data/sub/"]);
});

test("which rules were of use is known", () => {
  const used = (rules: readonly string[]) => {
    const { select: set } = select(root, rules);
    return [set.matched.join(""), set.decided.join(""), set.shadowed.join("")];
  };
  assert.equal(used(["run.sh", "nothing.txt", "data/*.none"]), ["100", "101", "000"]);
  assert.equal(used(["!data", "data/**"]), ["11", "01", "00"]);
  assert.equal(used(["data/sub/3.txt", "!data"]), ["01", "01", "10"]);
  assert.equal(used(["data/**", "!class_A"]), ["11", "10", "00"]);
  assert.equal(used(["data/**", "!class_A/one"]), ["10", "10", "00"]);
  assert.equal(used(["data/**", "!data/sub"]), ["11", "11", "10"]);
});

test("files that no job changes are marked", () => {
  const { entries } = select(root, ["data/**", "run.sh"], { readOnly: ["data/**", "!data/sub"] });
  assert.equal(
    entries.filter(({ readOnly }) => readOnly).map(({ path }) => path),
    ["data/1.txt", "data/10.dat", "data/2.txt"],
  );
});

test("what Locusts writes itself is never part of a tree", () => {
  assert.equal(
    take(["**"], { never: ["scripts", "data"] }).filter((path) => /^(scripts|data)/.test(path)),
    [],
  );
});

test("rules that cannot be read say why", () => {
  const why = (text: string) => {
    const rule = parseTreeRule(text, false);
    return "mistake" in rule ? rule.mistake : "fine";
  };
  assert.equal(why(""), "is empty");
  assert.equal(why("!"), "is empty");
  assert.equal(why("/data"), "begins with /");
  assert.equal(why("a//b"), "has an empty part between two slashes");
  assert.equal(why("a/../b"), 'has ".." as a part');
  assert.equal(why("a**"), 'has ** beside other characters, in "a**"');
  assert.equal(why("a/[b"), "has a [ without its ]");
  assert.equal(why("in/{id}.txt"), "has {id}, and no job's params");
  assert.equal(why("in/{1..3}"), "has a { that begins no list");
  assert.equal(why("a\\"), "ends in a backslash");
  assert.equal(why(Array(31).fill("a").join("/")), "has 31 parts, and can have 30");
  assert.equal(why(`${Array(30).fill("a").join("/")}/`), "fine");
});

test("thirty parts are followed to the last", () => {
  const path = Array(29).fill("d").join("/");
  const deep = treeOf([`${path}/x`]);
  assert.equal(select(deep, [`${path}/x`]).paths.at(-1), `${path}/x`);
  assert.equal(select(deep, ["**/x"]).paths.at(-1), `${path}/x`);
});

test("characters that mean something are matched when they are escaped, and all others as they are", () => {
  const names = [
    "a*b",
    "a?",
    "[x]",
    "{y}",
    "!z",
    "back\\slash",
    "qu\"o'te",
    "(1)+@$^|",
    "new\nline",
    "tab\there",
    " ",
    "~",
    "é日",
    "#c",
  ];
  const odd = treeOf([...names, "plain", "a1b"]);
  for (const name of names) {
    assert.equal(select(odd, [escapePattern(name)]).paths, [name], name);
    assert.equal(select(odd, ["*", `!${escapePattern(name)}`]).paths.includes(name), false, name);
    // As a part of a pattern, too.
    assert.equal(select(odd, [`${escapePattern(name)}{,.none}`]).paths, [name], name);
  }
  assert.equal(select(odd, ["*"]).paths.length, names.length + 2);
  assert.equal(select(odd, ["*\n*"]).paths, ["new\nline"]);
});

test.run();
