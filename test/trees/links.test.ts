import assert from "node:assert/strict";
import { existsSync, readlinkSync } from "node:fs";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { rowsOf } from "./classify.js";

/** Links that jobs put in the place of folders of their tree: nothing is removed, or put, through them. */
const test = suite("links in trees");

const FILES = {
  "env/work/kept": "",
  "env/data/x": "x\n",
  "env/data/sub/y": "y\n",
  "far/x": "precious\n",
  "far/sub/y": "too\n",
};

function jobs(mode: string, command: string): string {
  return `jobs: range("i", 1, 1),
    environment: { tree: tree({ root: "env", workdir: "work", mode: "${mode}", select: ["**"] }) },
    command: () => sh\`${command}\`,`;
}

test("what an earlier run had in the place of a folder is kept, where its job does not run again", async () => {
  const swarm = new Deployment("", FILES);
  swarm.define(`jobs: range("i", 1, 2),
    environment: { tree: tree({ root: "env", workdir: "work", select: ["**"] }) },
    command: ({ params }) => sh\`
      if [[ \${params.i} == 1 ]]; then rm -rf ../data; echo first > ../data
      elif [[ -e ${swarm.path("go")} ]]; then echo second > ../data/x; fi\`,`);
  await swarm.succeed();
  assert.equal(swarm.read("results/tree/data"), "first\n");
  swarm.write("go", "");
  await swarm.succeed(["--redo", "2"]);
  assert.equal(swarm.read("results/tree/data/x"), "second\n");
  assert.equal(swarm.read("results/conflicts/earlier/data"), "first\n");
});

test("what earlier runs had within a folder is kept, where a job that runs again puts a file in its place", async () => {
  const swarm = new Deployment("", FILES);
  swarm.define(`jobs: range("i", 1, 3),
    environment: { tree: tree({ root: "env", workdir: "work", select: ["**"] }) },
    command: ({ params }) => sh\`
      if [[ \${params.i} -le 2 ]]; then mkdir -p ../data; echo of \${params.i} > ../data/\${params.i}
      elif [[ -e ${swarm.path("go")} ]]; then rm -rf ../data; echo third > ../data; fi\`,`);
  await swarm.succeed();
  assert.equal(swarm.read("results/tree/data/2"), "of 2\n");
  swarm.write("go", "");
  await swarm.succeed(["--redo", "3"]);
  assert.equal(swarm.read("results/tree/data"), "third\n");
  assert.equal(swarm.read("results/conflicts/earlier/data/1"), "of 1\n");
  assert.equal(swarm.read("results/conflicts/earlier/data/2"), "of 2\n");
  assert.ok(!swarm.read("results/changes.tsv").includes("data/1"));
});

for (const mode of ["copy", "perJob"]) {
  test(`what a link in the place of a folder leads to stays, with ${mode}`, async () => {
    const swarm = new Deployment("", FILES);
    swarm.define(jobs(mode, `rm -rf ../data; ln -s ${swarm.path("far")} ../data`));
    await swarm.succeed();
    assert.equal(readlinkSync(swarm.path("results/tree/data")), swarm.path("far"));
    for (const options of [["--redo"], ["--redo"]]) await swarm.succeed(options);
    assert.equal(swarm.read("far/x"), "precious\n");
    assert.ok(swarm.exists("far/sub/y"));
  });

  test(`so does what lies elsewhere in the results, with ${mode}`, async () => {
    const swarm = new Deployment(jobs(mode, "mv ../data ../moved; ln -s moved ../data"), FILES);
    await swarm.succeed();
    await swarm.succeed(["--redo"]);
    assert.equal(swarm.read("results/tree/moved/x"), "x\n");
    assert.ok(swarm.exists("results/tree/moved/sub/y"));
  });

  for (const [words, make] of Object.entries({ link: "ln -s /etc ../data", file: "echo > ../data" })) {
    test(`a ${words} gives way when the folder is one again, with ${mode}`, async () => {
      const swarm = new Deployment(jobs(mode, `rm -rf ../data; ${make}`), FILES);
      await swarm.succeed();
      swarm.define(jobs(mode, "echo changed > ../data/x"));
      await swarm.succeed();
      assert.equal(swarm.read("results/tree/data/x"), "changed\n");
      assert.deepEqual(
        rowsOf(swarm.folder, "changes.tsv").map(([path, change]) => `${path} ${change}`),
        ["data/x changed"],
      );
      assert.ok(existsSync("/etc/passwd"));
    });
  }
}

test.run();
