import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { begin } from "./deployment.js";
import { fakeSbatch, jobs, Pilots, tallyOf } from "./pilots.js";

/** Nodes on which nothing works: few jobs are tried there, none is lost to them, and they are left out. */
const test = suite("bad nodes", {}, { seconds: 120 });

test("a node on which everything fails is named, and its jobs are done elsewhere", async () => {
  // So many that the others are still at work when eight have failed there, also on a busy disk.
  const pilots = new Pilots(jobs(200, "[[ ! -e $BAD ]] || exit 9; sleep 0.1"));
  await pilots.stage(3);
  pilots.write("bad", "");
  const begun = [1, 2, 3].map((n) =>
    pilots.beginPilot(n, [], { ...tallyOf(pilots), BAD: pilots.path(n === 2 ? "bad" : "good") }),
  );
  const [first, second, third] = await Promise.all(begun.map(({ outcome }) => outcome));
  assert.equal(second?.exitCode, 8, second?.stderr);
  assert.match(second?.stderr ?? "", /stopped: node2: 8 jobs failed there one after another/);
  for (const outcome of [first, third]) assert.equal(outcome?.exitCode, 0, outcome?.stderr);
  pilots.assertAllDone(200);
  assert.equal(pilots.ends()["p2.1"], "bad-node");
});

test("a node that goes bad later, and fails its jobs slowly, loses few of them, and is left out from then on", async () => {
  // What still ends well there has to end before the first failure, also where a busy disk holds it up for seconds.
  const pilots = new Pilots(
    jobs(
      260,
      '[[ ! -e $BAD || $(grep -c . "$BAD") -lt 10 ]] || { sleep 3.2; exit 9; }; [[ ! -e $BAD ]] || echo $i >> "$BAD"; sleep 0.4',
    ),
    "",
    {},
    4,
  );
  await pilots.stage(3);
  pilots.write("bad", "");
  const begun = [1, 2, 3].map((n) =>
    pilots.beginPilot(n, [], { ...tallyOf(pilots), BAD: pilots.path(n === 2 ? "bad" : "good") }),
  );
  const [first, second, third] = await Promise.all(begun.map(({ outcome }) => outcome));
  assert.equal(second?.exitCode, 8, second?.stderr);
  for (const outcome of [first, third]) assert.equal(outcome?.exitCode, 0, outcome?.stderr);
  // The others may have been done before it was found to be bad: then one that comes later goes on.
  const next = await pilots.beginPilot(2, ["--node", "node4"], { ...tallyOf(pilots), BAD: pilots.path("good") })
    .outcome;
  assert.equal(next.exitCode, 0, next.stderr);
  pilots.assertAllDone(260);
  // Eight that count, and those that ran beside the last of them.
  assert.ok(pilots.lines("stopped").filter(({ life }) => life === "p2.1").length <= 8 + 4);
  assert.equal(pilots.read("target/bad-nodes"), "node2\t1\n");
  const env = fakeSbatch(pilots, `printf '%s\\n' "$@" > ${pilots.path("sbatch.log")}; echo 77`);
  const submitted = begin("bash", [pilots.path("target/bundle/submit.sh"), "--run", pilots.run()], pilots.folder, env);
  assert.equal((await submitted.outcome).exitCode, 0);
  assert.match(pilots.read("sbatch.log"), /^--exclude=node2$/m);
});

test("one whose jobs fail elsewhere, too, is not left out any more", async () => {
  // Fewer of them than would count as a second bad node. One slot, so that the jobs begin in their order.
  const command = "sleep 0.05; if ((i <= ($HERE == 1 ? 8 : 4))); then exit 9; fi";
  const pilots = new Pilots(jobs(60, command), "", {}, 1);
  await pilots.stage(3);
  const first = await pilots.beginPilot(1, [], { ...tallyOf(pilots), HERE: "1" }).outcome;
  assert.equal(first.exitCode, 8, first.stderr);
  assert.equal(pilots.read("target/bad-nodes"), "node1\t1\n");
  const begun = [2, 3].map((n) => pilots.beginPilot(n, [], { ...tallyOf(pilots), HERE: "2" }));
  for (const { outcome } of begun) await outcome;
  const settled = [...pilots.settled().values()];
  assert.equal(settled.filter(({ event }) => event === "failed").length, 4);
  assert.equal(settled.length, 60);
  assert.ok(!pilots.exists("target/bad-nodes"));
});

for (const managers of [1, 3])
  test(`one that SLURM chooses again loses no more of them, with ${managers} manager(s)`, async () => {
    const pilots = new Pilots(jobs(60, "[[ ! -e $BAD ]] || exit 9; sleep 0.1"));
    await pilots.stage(managers);
    pilots.write("bad", "");
    for (let life = 1; life <= 2; life += 1) {
      const env = { ...tallyOf(pilots), BAD: pilots.path("bad") };
      const bad = await pilots.beginPilot(1, ["--node", "node2"], env).outcome;
      assert.equal(bad.exitCode, 8, bad.stderr);
    }
    const good = { ...tallyOf(pilots), BAD: pilots.path("good") };
    await Promise.all(pilots.beginAll([], good).map(({ outcome }) => outcome));
    pilots.assertAllDone(60);
    assert.equal(pilots.lines("failed").length, 0);
    assert.equal(pilots.read("target/bad-nodes"), "node2\t1\n");
  });

test("a single pilot on a bad node loses none of its jobs: its successor goes on elsewhere", async () => {
  const pilots = new Pilots(jobs(30, "[[ ! -e $BAD ]] || exit 9; sleep 0.05"), "successors: 1");
  await pilots.stage(1);
  pilots.write("bad", "");
  const env = fakeSbatch(pilots, `printf '%s\\n' "$@" > ${pilots.path("sbatch.log")}; echo 77`);
  const inTime = ["--ends-at", String(Math.floor(Date.now() / 1000) + 600)];
  const first = await pilots.beginPilot(1, inTime, { ...env, BAD: pilots.path("bad") }).outcome;
  assert.equal(first.exitCode, 8, first.stderr);
  assert.match(first.stderr, /stopped: node1: 8 jobs failed there one after another/);
  assert.match(pilots.read("sbatch.log"), /^--exclude=node1$/m);
  assert.match(readFileSync(join(pilots.run(), "managers/p1.1.beat"), "utf8"), /^continued/);
  const second = ["--generation", "2", "--node", "node2", ...inTime];
  const env2 = { ...env, BAD: pilots.path("good") };
  const { exitCode, stderr } = await pilots.beginPilot(1, second, env2).outcome;
  assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(30);
  assert.equal(pilots.lines("failed").length, 0);
});

test("a command that fails everywhere fails in a single pilot as well, at the second node; none is left out", async () => {
  const pilots = new Pilots(jobs(30, "exit 9"));
  await pilots.stage(1);
  for (const [node, code] of Object.entries({ node1: 8, node2: 0 })) {
    const { exitCode, stderr } = await pilots.beginPilot(1, ["--node", node], tallyOf(pilots)).outcome;
    assert.equal(exitCode, code, stderr);
  }
  const settled = [...pilots.settled().values()];
  assert.equal(settled.filter(({ event }) => event === "failed").length, 30);
  assert.ok(!pilots.exists("target/bad-nodes"));
});

test("a node whose own disk cannot be written to begins no job, and is left out", async () => {
  const pilots = new Pilots(jobs(20));
  await pilots.stage(2);
  pilots.write("file", "");
  const bad = await pilots.beginPilot(1, ["--scratch", pilots.path("file/scratch")], tallyOf(pilots)).outcome;
  assert.equal(bad.exitCode, 8, bad.stderr);
  assert.match(bad.stderr, /node1: its scratch folder .* cannot be used: .*Not a directory/);
  assert.equal(pilots.lines("start").length, 0);
  assert.equal(pilots.read("target/bad-nodes"), "node1\t1\n");
  const good = await pilots.beginPilot(2, ["--scratch", pilots.path("scratch")], tallyOf(pilots)).outcome;
  assert.equal(good.exitCode, 0, good.stderr);
  pilots.assertAllDone(20);
});

test("jobs that fail everywhere are failed jobs, not bad nodes", async () => {
  const pilots = new Pilots(jobs(60, "exit 9"));
  await pilots.stage(3);
  await Promise.all(pilots.beginAll([], tallyOf(pilots)).map(({ outcome }) => outcome));
  const settled = pilots.settled();
  assert.equal(settled.size, 60);
  for (const line of settled.values()) assert.equal(`${line.event} ${line.fields[2]}`, "failed exit");
  const bad = Object.values(pilots.ends()).filter((end) => end === "bad-node").length;
  assert.ok(bad <= 1, `${bad} nodes are called bad`);
  assert.ok(!pilots.exists("target/bad-nodes"), "no node is left out for it");
});

test.run();
