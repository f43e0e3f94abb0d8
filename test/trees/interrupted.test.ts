import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import { Deployment, kill, reportOf, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "../target/elsewhere.js";
import { rowsOf, snapshot } from "./classify.js";

/** Whatever is killed, at whatever moment: run again, it ends with the same content and modes. */
const test = suite("interrupted trees");

const JOBS = 12;

/** Jobs that leave the same behind, however often they begin anew: what they add, they add once. */
function fields(options: string): string {
  return `jobs: range("i", 1, ${JOBS}),
  environment: { tree: tree({ root: "env", workdir: "work", select: ["**"], ${options} }) },
  command: ({ params }) => sh\`
    grep -qxF "line \${params.i}" log || echo "line \${params.i}" >> log
    mkdir -p "out \${params.i}"
    seq \${params.i} 20000 > "out \${params.i}/numbers"
    sleep 0.15
    chmod 640 "out \${params.i}/numbers"
    rm -f "../data/old \${params.i}"
    printf 'changed %s\\n' \${params.i} > "../data/kept \${params.i}"
  \`,`;
}

const FILES: Readonly<Record<string, string>> = Object.fromEntries([
  ["env/work/log", "begun\n"],
  ["env/closed/inner", "nobody writes here\n"],
  ...Array.from({ length: JOBS }, (_, i) => [
    [`env/data/old ${i + 1}`, "old\n"],
    [`env/data/kept ${i + 1}`, `as it was ${i + 1}\n`],
  ]).flat(),
] as [string, string][]);

function prepare(deployment: Deployment): void {
  symlinkSync("nowhere", deployment.path("env/broken"));
  chmodSync(deployment.path("env/closed"), 0o555);
}

/** The same state that an undisturbed deploy leaves, whether in the results or in the environment. */
function check(deployment: Deployment, where: string): void {
  const { folder } = deployment;
  const tree = deployment.path(where);
  const lines = readFileSync(join(tree, "work/log"), "utf8").trimEnd().split("\n");
  assert.equal(lines[0], "begun");
  const expected = Array.from({ length: JOBS }, (_, i) => `line ${i + 1}`);
  assert.deepEqual(lines.slice(1).sort(), expected.sort());
  const entries = snapshot(tree);
  const rows = rowsOf(folder, "changes.tsv").map(([path, change, kind]) => `${path} ${change} ${kind}`);
  const changes = ["work/log changed file"];
  for (let i = 1; i <= JOBS; i += 1) {
    changes.push(`data/kept ${i} changed file`, `data/old ${i} deleted file`);
    changes.push(`work/out ${i} created folder`, `work/out ${i}/numbers created file`);
    assert.match(entries.get(`work/out ${i}/numbers`) ?? "", /^file 640 /);
    assert.equal(readFileSync(join(tree, `data/kept ${i}`), "utf8"), `changed ${i}\n`);
    const numbers = readFileSync(join(tree, `work/out ${i}/numbers`), "utf8")
      .trimEnd()
      .split("\n");
    assert.deepEqual([numbers.length, numbers.at(-1)], [20_001 - i, "20000"]);
    assert.ok(!existsSync(join(tree, `data/old ${i}`)));
  }
  assert.deepEqual(rows.sort(), changes.sort());
  assert.ok(![...entries.keys()].some((path) => path.includes(".locusts-")), "no draft is left");
}

/** Deploys again and again, until nothing is left to do. */
async function finish(deployment: Deployment): Promise<void> {
  const { exitCode, stdout, stderr } = await deployment.deploy();
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
}

const ended = (deployment: Deployment) => deployment.journal().filter(([event]) => event === "done").length;

test("the manager is killed: the others of its jobs go on in the same tree", async () => {
  const deployment = new Deployment(fields(""), FILES);
  prepare(deployment);
  const { outcome } = deployment.beginDeploy();
  await until("some jobs are done", () => ended(deployment) >= 3);
  kill(deployment.manager());
  const { exitCode, report, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, JOBS);
  check(deployment, "results/tree");
});

test("deploy and manager are killed, and the next deploy goes on with the run", async () => {
  const deployment = new Deployment(fields(""), FILES);
  prepare(deployment);
  const { child, outcome } = deployment.beginDeploy();
  await until("some jobs are done", () => ended(deployment) >= 3);
  kill(child.pid);
  for (const pid of deployment.processes()) kill(pid);
  await outcome;
  assert.ok(!deployment.exists("results/changes.tsv"), "nothing of an unfinished tree is home");
  const gathered = await deployment.verb(["gather"]);
  assert.match(gathered.stdout, /its tree is collected when all jobs have ended/);
  await finish(deployment);
  assert.deepEqual(readdirSync(deployment.path(".locusts/local/runs")), ["1"]);
  check(deployment, "results/tree");
});

test("cancelled, and gone on with", async () => {
  const deployment = new Deployment(fields(""), FILES);
  prepare(deployment);
  await deployment.deploy(["--detach"]);
  await until("some jobs are done", () => ended(deployment) >= 3);
  assert.equal((await deployment.verb(["cancel"])).exitCode, 0);
  await finish(deployment);
  check(deployment, "results/tree");
});

/** Whoever finds a lock that was torn by a kill waits 15 s for its heartbeat; in milliseconds. */
const LONGEST = 25_000;

/** Grows by a share of itself: a machine that is slow today takes a few more steps, not hundreds. */
const longer = (pause: number) => (pause < 4000 ? pause * 1.12 : LONGEST);

for (const [words, options, where] of [
  ["collecting changes", "", "results/tree"],
  ["applying changes", "apply: true", "env"],
] as const) {
  test(`deploy is killed at any moment of ${words}`, async () => {
    const deployment = new Deployment(fields(options), FILES);
    prepare(deployment);
    await deployment.deploy(["--detach"]);
    await until("all jobs are done", () => ended(deployment) >= JOBS);
    const isOver = () => deployment.exists(".locusts/local/runs/1/gathered");
    for (let pause = 150; !isOver(); pause = longer(pause)) {
      const { child, outcome } = deployment.begin(["gather"]);
      await Promise.race([outcome, sleep(pause)]);
      kill(child.pid);
      const said = await outcome;
      assert.ok(isOver() || pause < LONGEST, `it does not come to its end: ${JSON.stringify(said)}`);
    }
    check(deployment, where);
    assert.equal(snapshot(deployment.path("env")).get("closed"), "folder 555");
  });
}

test("deploys are killed one after another while changes are applied, and no job runs twice", async () => {
  const deployment = new Deployment(fields("apply: true"), FILES);
  prepare(deployment);
  await deployment.deploy(["--detach"]);
  await until("all jobs are done", () => ended(deployment) >= JOBS);
  let exitCode: number | null = null;
  for (let pause = 500; exitCode !== 0; pause = longer(pause)) {
    const { child, outcome } = deployment.begin(["deploy"]);
    await Promise.race([outcome, sleep(pause)]);
    kill(child.pid);
    const said = await outcome;
    exitCode = said.exitCode;
    assert.ok(exitCode === 0 || pause < LONGEST, `it does not come to its end: ${JSON.stringify(said)}`);
  }
  check(deployment, "env");
  assert.equal((await deployment.succeed()).jobs.cached, JOBS);
  assert.deepEqual(readdirSync(deployment.path(".locusts/local/runs")), ["1"]);
});

test.skipUnless(
  noCluster === undefined,
  noCluster ?? "",
  "the connection is cut while files are sent, while jobs run, and while they are collected",
  async () => {
    const sshd = await useSshd();
    const deployment = new Elsewhere(
      { environment: sshd.environment, home: join(sshd.home, "trees") },
      fields(""),
      'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })',
      { ...FILES, "env/data/large": Buffer.alloc(48 * 1024 * 1024, "0123456789abcdef") },
    );
    prepare(deployment);
    const { outcome } = deployment.beginDeploy();
    await until("something has arrived", () => existsSync(deployment.directory));
    await sleep(400);
    sshd.cut();
    await until("some jobs are done", () => {
      try {
        return [...deployment.shares().values()].some((done) => done >= 3);
      } catch {
        return false;
      }
    });
    sshd.cut();
    await until("all jobs are done", () => [...deployment.shares().values()].some((done) => done >= JOBS));
    sshd.cut();
    const { exitCode, report, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, JOBS);
    assert.match(stderr, /connecting again/);
    check(deployment, "results/tree");
  },
);

test.run();
