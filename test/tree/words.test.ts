import * as assert from "uvu/assert";
import { definition, mistakes } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

const test = suite("types of a tree");

/** What is wrong with `environment: { tree: … }`, without its line, which is always the same. */
async function wrong(tree: string): Promise<readonly string[]> {
  const found = await mistakes(
    definition({
      import: 'import { defineSwarm, local, range, sh, tree } from "locusts";',
      jobs: '  jobs: range("i", 1, 2),',
      inputs: "",
      outputs: `  environment: { tree: ${tree} },`,
      command: "  command: ({ params }) => sh`run ${params.i}`,",
    }),
  );
  return found.map((line) => line.replace(/^6:/, ""));
}

test("every way to have a tree, as it is meant", async () => {
  assert.equal(await wrong('tree({ root: "e", select: ["**"] })'), []);
  assert.equal(
    await wrong('tree({ root: "e", workdir: "a", mode: "copy", select: ["**"], hidden: true, apply: true })'),
    [],
  );
  assert.equal(
    await wrong('tree({ root: "e", mode: "perJob", select: ["**"], readOnly: ["data/**"], apply: true })'),
    [],
  );
  assert.equal(await wrong('tree({ root: "/data/e", workdir: "a", mode: "inPlace" })'), []);
});

test("options that are missing, unknown or of a wrong kind", async () => {
  assert.equal(await wrong('tree({ root: "e" })'), [
    '29 tree(…) needs select (add select: ["scripts/**", "data/*.txt"])',
  ]);
  assert.equal(await wrong("tree({})"), [
    '29 tree(…) needs root, select (add root: "environment", select: ["scripts/**", "data/*.txt"])',
  ]);
  assert.equal(await wrong('tree({ mode: "inPlace" })'), ['29 tree(…) needs root (add root: "environment")']);
  assert.equal(await wrong('tree({ root: "e", select: ["**"], workDir: "a" })'), [
    '58 tree(…) has no "workDir" (did you mean "workdir"?)',
  ]);
  assert.equal(await wrong('tree({ root: "e", select: "**" })'), [
    '50 select is a list of rules: write select: ["**"]',
  ]);
  assert.equal(await wrong('tree({ root: "e", select: [/x/] })'), ['51 a rule is a text, as in "data/*.txt"']);
  assert.equal(await wrong('tree({ root: "e", select: ["**"], workdir: 3 })'), ["67 workdir is text, not 3"]);
  assert.equal(await wrong('tree({ root: "e", select: ["**"], apply: "yes" })'), [
    '65 apply is true or false, not "yes"',
  ]);
});

test("options that a mode has no use for", async () => {
  const why = "root is the tree on the target itself, nothing is selected or sent, and jobs change the original";
  assert.equal(await wrong('tree({ root: "/e", mode: "inPlace", select: ["**"] })'), [
    `60 select cannot be given with mode: "inPlace" (${why})`,
  ]);
  assert.equal(await wrong('tree({ root: "/e", select: ["**"], apply: true, mode: "inPlace" })'), [
    `43 select, apply cannot be given with mode: "inPlace" (${why})`,
  ]);
  assert.equal(await wrong('tree({ root: "e", select: ["**"], readOnly: ["a"] })'), [
    '58 readOnly cannot be given with mode: "copy" (all jobs share one tree there; readOnly is for mode: "perJob")',
  ]);
  assert.equal(await wrong('tree({ root: "e", mode: "perjob", select: ["**"] })'), [
    '48 mode is "copy" or "perJob" or "inPlace", not "perjob" (did you mean "perJob"?)',
  ]);
});

test("a tree that is not made by tree(…)", async () => {
  const words = 'a tree is what tree(…) gives: write tree({ root: "…", select: ["**"] })';
  assert.equal(await wrong('{ root: "e", select: ["**"] }'), [`24 ${words}`]);
  assert.equal(await wrong('"environment"'), [`24 ${words}`]);
});

test.run();
