import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { temporaryFolder } from "../swarms/swarm-folders.js";
import { checkPerJob, checkShared, copyClassify, expectedChanges, rowsOf, snapshot } from "./classify.js";

const test = suite("trees on this machine");

async function deploy(folder: string, env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await locusts(["deploy", "--json"], { cwd: folder, env });
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  return JSON.parse(stdout);
}

test("copied: 20 jobs in one tree, and the original stays as it was", async () => {
  const folder = copyClassify();
  const before = snapshot(join(folder, "environment"));
  const { jobs, trees } = await deploy(folder);
  assert.equal(jobs.done, 20);
  checkShared(folder);
  assert.equal(trees[0].changes.length, expectedChanges().length);
  assert.deepEqual(trees[0].conflicts, []);
  assert.deepEqual(snapshot(join(folder, "environment")), before);
  assert.deepEqual(readdirSync(join(folder, ".locusts/local/runs/1/work")), [], "nothing of the tree is left");
  assert.equal((await deploy(folder)).jobs.cached, 20);
  checkShared(folder);
});

test("in place: jobs change the tree itself, and the changes are collected as well", async () => {
  const folder = copyClassify([/select: \[[\s\S]*?\],\n/, 'mode: "inPlace",\n']);
  await deploy(folder);
  checkShared(folder, join(folder, "results/tree"), "changed");
  checkShared(folder, join(folder, "environment"), "changed");
});

test("what a further try has printed before its shell was killed is kept", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["a"]), limits: { retries: 1 },
    environment: { tree: tree({ root: "data", select: ["**"] }) },
    command: () => sh\`
      if [[ ! -e tried ]]; then touch tried; exit 3; fi
      echo "the last words"; sleep 0.2; kill -9 $$; sleep 5\`,`,
    { "data/file": "x\n" },
  );
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, cause }) => [job, cause]),
    [["a", "signal"]],
  );
  assert.equal(deployment.result("_logs/a.out"), "the last words\n");
});

/** `unshare` fails in there, so that no job can have an overlay. */
function withoutOverlay(): Readonly<Record<string, string>> {
  const bin = temporaryFolder();
  writeFileSync(join(bin, "unshare"), "#!/bin/sh\nexit 1\n");
  chmodSync(join(bin, "unshare"), 0o755);
  return { PATH: `${bin}:${process.env.PATH}` };
}

for (const [words, options, env] of [
  ["as cheap as the kernel allows", 'mode: "perJob"', () => ({})],
  ["by a copy", 'mode: "perJob"', withoutOverlay],
  ["by links to what is only read", 'mode: "perJob", readOnly: ["important_text_files/*"]', withoutOverlay],
] as const) {
  test(`a tree for each job, ${words}: one line each, and those are conflicts`, async () => {
    const folder = copyClassify(["select: [", `${options}, select: [`]);
    const before = snapshot(join(folder, "environment"));
    await deploy(folder, env());
    checkPerJob(folder);
    assert.deepEqual(snapshot(join(folder, "environment")), before);
  });
}

test("applied: what has changed goes into the environment, but for what no job has seen", async () => {
  const folder = copyClassify(["select: [", "apply: true, select: ["]);
  const notes = readFileSync(join(folder, "environment/notes.txt"), "utf8");
  await deploy(folder);
  const conflicts = rowsOf(folder, "conflicts.tsv");
  assert.deepEqual(conflicts, [["notes.txt", "it is here, and was not selected", "tree/notes.txt"]]);
  assert.equal(readFileSync(join(folder, "environment/notes.txt"), "utf8"), notes);
  assert.equal(readFileSync(join(folder, "results/tree/notes.txt"), "utf8"), "The files are being sorted.\n");
  assert.deepEqual(readdirSync(join(folder, "results/tree")), ["notes.txt"]);
  // The tree is what the jobs have made of it: nothing is to be run again, until somebody else changes it.
  assert.equal((await deploy(folder)).jobs.cached, 20);
  writeFileSync(join(folder, "environment/notes.txt"), "The files are being sorted.\n");
  checkShared(folder, join(folder, "environment"));
  writeFileSync(join(folder, "environment/scripts/helper_scripts/be_polite.sh"), "# nothing\n");
  assert.equal((await deploy(folder)).jobs.cached, 0);
});

test("a preview writes nothing, and gather does what it has said", async () => {
  const folder = copyClassify(["select: [", "apply: true, select: ["]);
  const begun = await locusts(["deploy", "--detach", "--json"], { cwd: folder });
  assert.equal(begun.exitCode, 0, begun.stderr);
  const before = snapshot(join(folder, "environment"));
  for (let done = 0; done < 20; ) {
    done = JSON.parse((await locusts(["status", "--json"], { cwd: folder })).stdout).jobs.done;
  }
  // Edited while the jobs ran: it is not to be lost.
  writeFileSync(join(folder, "environment/scripts/helper_scripts/be_polite.sh"), "# mine\n");
  before.set(
    "scripts/helper_scripts/be_polite.sh",
    snapshot(join(folder, "environment")).get("scripts/helper_scripts/be_polite.sh") as string,
  );
  let preview = { trees: [] as { changes: unknown[]; applied: number; conflicts: { path: string }[] }[] };
  while (preview.trees.length === 0) {
    const { exitCode, stdout, stderr } = await locusts(["gather", "--dry-run", "--json"], { cwd: folder });
    assert.equal(exitCode, 0, stderr);
    preview = JSON.parse(stdout);
  }
  const [tree] = preview.trees;
  assert.equal(tree?.changes.length, expectedChanges().length);
  assert.equal(tree?.applied, expectedChanges().length - 2);
  assert.deepEqual(tree?.conflicts.map(({ path }) => path).sort(), [
    "notes.txt",
    "scripts/helper_scripts/be_polite.sh",
  ]);
  assert.deepEqual(snapshot(join(folder, "environment")), before);
  assert.ok(!existsSync(join(folder, "results/changes.tsv")));

  const words = await locusts(["gather"], { cwd: folder });
  assert.equal(words.exitCode, 0, words.stderr);
  assert.match(words.stdout, /conflict: scripts\/helper_scripts\/be_polite\.sh: it was edited here/);
  assert.equal(readFileSync(join(folder, "environment/scripts/helper_scripts/be_polite.sh"), "utf8"), "# mine\n");
  const theirs = readFileSync(join(folder, "results/tree/scripts/helper_scripts/be_polite.sh"), "utf8");
  assert.equal(theirs.match(/^# thanks/gm)?.length, 20);
});

test("a folder that jobs have left empty stays in the results, however often they run", async () => {
  const deployment = new Deployment(
    'jobs: range("i", 1, 1),\n  environment: { tree: tree({ root: "env", select: ["**"] }) },\n  command: () => sh`rm ro/r.txt; chmod 700 ro`,',
    { "env/ro/r.txt": "r\n" },
  );
  for (const words of [[], ["--redo"], ["--redo"]]) {
    const { stderr } = await deployment.deploy(words);
    assert.ok(!stderr.includes("gone"), stderr);
    assert.ok(deployment.exists("results/tree/ro"));
  }
});

for (const [words, env] of [
  ["lie over the one of all", () => ({})],
  ["are copies", withoutOverlay],
] as const) {
  test(`files that a job swaps are changed, also where size and time are the same, in trees that ${words}`, async () => {
    const swarm = new Deployment("", { "env/a": "one\n", "env/b": "two\n", "env/same": "same\n" });
    for (const name of ["a", "b", "same"]) utimesSync(swarm.path("env", name), 1e9, 1e9);
    swarm.define(`jobs: range("i", 1, 1),
      environment: { tree: tree({ root: "env", select: ["**"], mode: "perJob" }) },
      command: () => sh\`mv a c; mv b a; mv c b; cp -p same new; mv new same\`,`);
    await swarm.succeed([], env());
    assert.deepEqual(
      rowsOf(swarm.folder, "changes.tsv").map(([path, change]) => `${path} ${change}`),
      ["a changed", "b changed"],
    );
    assert.equal(swarm.read("results/tree/a"), "two\n");
    assert.equal(swarm.read("results/tree/b"), "one\n");
  });
}
test("applied: a job that is another one by now runs, and the others do not, as a dry run says", async () => {
  const deployment = new Deployment("", { "env/base.txt": "base\n" });
  const define = (x: number) =>
    deployment.define(`jobs: rows([{ id: "a", x: 1 }, { id: "b", x: ${x} }]), jobName: "{id}",
      environment: { tree: tree({ root: "env", select: ["**"], apply: true }) },
      command: ({ params }) => sh\`echo \${params.x} > \${params.id}.txt\`,`);
  const wanted = async () => {
    const { stdout } = await deployment.verb(["deploy", "--dry-run", "--json"]);
    return (JSON.parse(stdout).jobs as { job: string; why: string }[]).map(({ job, why }) => `${job}: ${why}`);
  };
  define(1);
  assert.deepEqual(await wanted(), ["a: new", "b: new"]);
  await deployment.succeed();
  assert.deepEqual(await wanted(), []);
  define(2);
  assert.deepEqual(await wanted(), ["b: changed"]);
  assert.equal((await deployment.succeed()).jobs.cached, 1);
  assert.deepEqual(await wanted(), []);
  assert.equal((await deployment.succeed()).jobs.cached, 2);
  assert.equal(deployment.read("env/b.txt"), "2\n");
});

test("in place: a file that something else goes on writing to keeps nothing from being collected", async () => {
  const deployment = new Deployment("", { "env/log": Buffer.alloc(20 << 20) });
  deployment.define(`jobs: range("i", 1, 2),
    environment: { tree: tree({ root: "env", mode: "inPlace" }) },
    command: ({ params }) => sh\`echo \${params.i} > \${params.i}.txt\`,`);
  const writer = setInterval(() => appendFileSync(deployment.path("env/log"), Buffer.alloc(1 << 16)), 2);
  try {
    await deployment.succeed();
  } finally {
    clearInterval(writer);
  }
  assert.equal(deployment.read("results/tree/2.txt"), "2\n");
  assert.deepEqual(
    rowsOf(deployment.folder, "conflicts.tsv").map(([path, why]) => `${path}: ${why}`),
    ["log: something else writes to it, and it stays there"],
  );
});

test.run();
