import assert from "node:assert/strict";
import { chmodSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JOURNAL } from "../../compiler/format/journal.js";
import { begin, kill, until } from "../deploy/deployment.js";
import { fakeSbatch, jobs, Pilots, tally, tallyOf } from "../deploy/pilots.js";
import { suite } from "../runner/suite.js";

/** Several managers on one run, without SLURM: they know each other by what lies in the run's folder alone. */
const test = suite("managers", {}, { seconds: 180 });

const now = () => Math.floor(Date.now() / 1000);

test("each job has one result, and every manager has taken a share", async () => {
  const pilots = new Pilots(jobs(200, "sleep 0.03"));
  await pilots.stage(4);
  const outcomes = await Promise.all(pilots.beginAll([], tallyOf(pilots)).map(({ outcome }) => outcome));
  for (const { exitCode, stderr } of outcomes) assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(200);
  assert.equal(tally(pilots).length, 200, "jobs were run twice");
  assert.equal(pilots.lines("done").length, 200);
  const lives = ["p1.1", "p2.1", "p3.1", "p4.1"];
  assert.deepEqual(pilots.ends(), Object.fromEntries(lives.map((life) => [life, "finished"])));
  for (const life of lives) {
    const share = pilots.lines("done").filter((line) => line.life === life).length;
    assert.ok(share >= 20, `${life} has done ${share} jobs`);
    assert.match(readFileSync(join(pilots.run(), "managers", `${life}.beat`), "utf8"), /^finished/);
  }
  await pilots.assertQuiet();
});

test("a manager that is asked to stop leaves its jobs to others at once", async () => {
  const pilots = new Pilots(jobs(40, "sleep 0.3"), 'silence: "100s"');
  await pilots.stage(2);
  const begun = pilots.beginAll([], tallyOf(pilots));
  await until("both are at work", () => new Set(pilots.lines("done").map(({ life }) => life)).size === 2);
  kill(pilots.pid("p1.1"), "SIGTERM");
  const [first, second] = await Promise.all(begun.map(({ outcome }) => outcome));
  assert.equal(first?.exitCode, 143, first?.stderr);
  assert.equal(second?.exitCode, 0, second?.stderr);
  assert.deepEqual(pilots.ends(), { "p1.1": "signal", "p2.1": "finished" });
  pilots.assertAllDone(40);
});

test("towards the end of its time no job is begun, and the next life goes on", async () => {
  const pilots = new Pilots(jobs(20, "sleep 2"));
  await pilots.stage(1);
  const env = fakeSbatch(pilots, `printf '%s\\n' "$@" "$LANG $LC_TIME" > ${pilots.path("sbatch.log")}; echo 77`);
  const end = now() + 21;
  const theirs = { ...env, LANG: "C.UTF-8", LC_TIME: "de_DE.UTF-8" };
  const { exitCode, stderr } = await pilots.beginPilot(1, ["--ends-at", String(end)], theirs).outcome;
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /its time has ended with work left\n$/);
  assert.ok(now() < end, "it ended too late");
  assert.deepEqual(pilots.ends(), { "p1.1": "walltime" });
  assert.deepEqual(
    pilots.lines("successor").map(({ fields }) => fields[0]),
    ["77"],
  );
  assert.match(pilots.read("sbatch.log"), /^--parsable\n--array=1-1\n--job-name=locusts-test-1-p1\.2\n/);
  assert.match(
    pilots.read("sbatch.log"),
    /\n0\n2\nC\.UTF-8 de_DE\.UTF-8\n$/,
    "the next one begins in the same environment",
  );
  assert.deepEqual(pilots.submissions(), [["77", "1", "1", "2"]]);
  assert.ok(pilots.lines("done").length >= 4);
  assert.equal(pilots.lines("failed").length, 0);
  const next = await pilots.beginPilot(1, ["--slots", "8", "--generation", "2"], env).outcome;
  assert.equal(next.exitCode, 0, next.stderr);
  pilots.assertAllDone(20);
});

test("a job that was cut off after a whole walltime has failed; others are unfinished", async () => {
  const pilots = new Pilots(
    jobs(3, "if ((i == 1)); then trap '' TERM; while :; do sleep 1; done; fi; ((i == 2)) || sleep 60; sleep 18"),
    "successors: 1",
  );
  await pilots.stage(1);
  const words = ["--ends-at", String(now() + 38), "--generation", "2"];
  const { exitCode, stderr } = await pilots.beginPilot(1, words, tallyOf(pilots)).outcome;
  assert.equal(exitCode, 7, stderr);
  assert.match(stderr, /its time has ended with work left; it was the last of 2 pilots in its place/);
  const settled = pilots.settled();
  assert.equal(settled.get(1)?.fields[2], "walltime");
  assert.equal(settled.get(1)?.event, "failed");
  assert.equal(
    settled.get(1)?.fields[JOURNAL.failed.indexOf("detail")],
    "it was cut off after a whole walltime of its own",
  );
  assert.equal(settled.get(2)?.event, "done");
  assert.ok(!settled.has(3));
  const stopped = pilots.lines("stopped");
  assert.deepEqual(
    stopped.map(({ fields }) => [fields[0], fields[2]]),
    [["3", "walltime"]],
  );
  assert.match(readFileSync(join(pilots.run(), "managers/p1.1.beat"), "utf8"), /^left walltime/);
  await pilots.assertQuiet();
});

test("where sbatch refuses, its words are kept, and a neighbour goes on", async () => {
  const pilots = new Pilots(jobs(30, "sleep 1"));
  await pilots.stage(2);
  const env = fakeSbatch(pilots, "echo 'sbatch: error: no such account' >&2; exit 1");
  const first = pilots.beginPilot(1, ["--ends-at", String(now() + 18)], env);
  const second = pilots.beginPilot(2, [], env);
  assert.equal((await first.outcome).exitCode, 7);
  const { exitCode, stderr } = await second.outcome;
  assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(30);
  const [finish] = pilots.lines("finish").filter(({ life }) => life === "p1.1");
  assert.match(finish?.fields[1] ?? "", /no such account.*sbatch refused/);
});

test("each running job has GPUs of its own", async () => {
  const pilots = new Pilots(
    `${jobs(12, 'echo "$CUDA_VISIBLE_DEVICES" >> $TALLY.gpus; mkdir $TALLY.$CUDA_VISIBLE_DEVICES; sleep 0.1; rmdir $TALLY.$CUDA_VISIBLE_DEVICES; [[ $i != 3 ]] || kill -9 $$')} resources: { gpus: 2 },`,
    "gpus: 6",
    {},
    3,
  );
  await pilots.stage(1);
  const env = { ...tallyOf(pilots), CUDA_VISIBLE_DEVICES: "GPU-a,GPU-b,3,4,5,6" };
  const { exitCode, stderr } = await pilots.beginPilot(1, [], env).outcome;
  assert.equal(exitCode, 0, stderr);
  assert.equal(pilots.lines("done").length, 11, pilots.lines("failed").join(" "));
  const groups = pilots.read("tally.gpus").trimEnd().split("\n");
  assert.deepEqual([...new Set(groups)].sort(), ["3,4", "5,6", "GPU-a,GPU-b"]);
});

test("without GPUs a node is none for such jobs", async () => {
  const pilots = new Pilots(`${jobs(4)} resources: { gpus: 1 },`, "gpus: 1", {}, 1);
  await pilots.stage(2);
  const poor = await pilots.beginPilot(1, [], tallyOf(pilots)).outcome;
  assert.equal(poor.exitCode, 8, poor.stderr);
  assert.match(poor.stderr, /node1: GPUs: a job needs 1, and there are 0/);
  const rich = await pilots.beginPilot(2, [], { ...tallyOf(pilots), SLURM_GPUS_ON_NODE: "1" }).outcome;
  assert.equal(rich.exitCode, 0, rich.stderr);
  pilots.assertAllDone(4);
});

test("a job that was running in three lives when they died has failed", async () => {
  const pilots = new Pilots(jobs(6, "((i != 2)) || { sleep 0.5; kill -9 $BOSS; sleep 9; }"), "", {}, 1);
  await pilots.stage(1);
  const command = pilots
    .read("target/bundle/lib/slots.sh")
    .replace("exec $locusts_detach", (start) => `BOSS=$$ ${start}`);
  pilots.write("target/bundle/lib/slots.sh", command);
  for (let life = 1; life <= 3; life += 1)
    assert.equal((await pilots.beginPilot(1, [], tallyOf(pilots)).outcome).signal, "SIGKILL");
  const { exitCode, stderr } = await pilots.beginPilot(1, [], tallyOf(pilots)).outcome;
  assert.equal(exitCode, 0, stderr);
  const failed = pilots.settled().get(2);
  assert.equal(failed?.event, "failed");
  assert.equal(failed?.fields[2], "node");
  assert.equal(pilots.settled().size, 6);
  assert.equal(pilots.lines("failed").length, 1);
});

test("a job that has failed does not run again where another one has killed its slot", async () => {
  const pilots = new Pilots(jobs(2, "((i != 1)) || { echo $i >> $TALLY; exit 3; }; kill -9 $$; exit"), "", {}, 1);
  await pilots.stage(1);
  const { exitCode, stderr } = await pilots.beginPilot(1, [], tallyOf(pilots)).outcome;
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(tally(pilots), [1]);
  assert.equal(pilots.lines("failed").length, 2);
});

test("all managers together stop after too many failures", async () => {
  const pilots = new Pilots(`${jobs(200, "sleep 0.1; ((i % 2))")} limits: { maxFailures: 10 },`);
  await pilots.stage(3);
  const outcomes = await Promise.all(pilots.beginAll([], tallyOf(pilots)).map(({ outcome }) => outcome));
  for (const { exitCode } of outcomes) assert.equal(exitCode, 6);
  const failed = pilots.lines("failed").length;
  assert.ok(failed >= 10 && failed <= 30, `${failed} have failed`);
  // One that has waited in the queue meanwhile begins nothing.
  assert.equal((await pilots.beginPilot(2, [], tallyOf(pilots)).outcome).exitCode, 6);
  assert.equal(pilots.lines("failed").length, failed);
});

test("--is-running and --stop know all managers on this machine", async () => {
  const pilots = new Pilots(jobs(40, "sleep 30"));
  await pilots.stage(2);
  const env = tallyOf(pilots);
  const ask = (...words: string[]) =>
    pilots.beginScript(pilots.path("target/bundle/manager.sh"), "--run", pilots.run(), ...words).outcome;
  assert.equal((await ask("--is-running")).exitCode, 1);
  const begun = [1, 2].map((number) => pilots.beginPilot(number, ["--node", ""], env));
  await until("both are at work", () => new Set(pilots.lines("start").map(({ life }) => life)).size === 2);
  assert.equal((await ask("--is-running")).exitCode, 0);
  assert.equal((await ask("--is-running", "--name", "p3")).exitCode, 1);
  // A copy of a run is none.
  cpSync(pilots.run(), `${pilots.run()}.bak`, { recursive: true });
  const newest = await pilots.beginScript(pilots.path("target/bundle/manager.sh"), "--is-running").outcome;
  assert.deepEqual([newest.exitCode, newest.stderr], [0, ""]);
  assert.equal((await ask("--stop")).exitCode, 0);
  for (const { outcome } of begun) assert.equal((await outcome).exitCode, 143);
  assert.equal((await ask("--is-running")).exitCode, 1);
  await pilots.assertQuiet();
});

test("what is cancelled: who is at work leaves, nobody begins, and a successor on its way is taken back", async () => {
  const pilots = new Pilots(jobs(40, "sleep 5"));
  await pilots.stage(2);
  const mark = join(pilots.run(), "cancelled");
  const env = fakeSbatch(pilots, `: > ${mark}; echo 77`);
  pilots.write("bin/scancel", `#!/bin/bash\necho "$@" >> ${pilots.path("scancel.log")}\n`);
  chmodSync(pilots.path("bin/scancel"), 0o755);
  const first = pilots.beginPilot(1, ["--allocation", "1"], env);
  await until("it is at work", () => pilots.lines("start").length === 2);
  const submit = pilots.path("target/bundle/submit.sh");
  const late = await begin("bash", [submit, "--run", pilots.run()], pilots.folder, env).outcome;
  assert.equal(late.exitCode, 1);
  assert.match(late.stderr, /runs\/1 was cancelled/);
  assert.equal(pilots.read("scancel.log"), "77\n");
  assert.equal((await first.outcome).exitCode, 143);
  const second = await pilots.beginPilot(2, [], env).outcome;
  assert.equal(second.exitCode, 0);
  assert.match(second.stderr, /was cancelled; 'locusts deploy' goes on/);
  assert.deepEqual(pilots.ends(), { "p1.1": "signal" });
});

test.run();
