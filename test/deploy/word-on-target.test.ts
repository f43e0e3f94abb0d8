import assert from "node:assert/strict";
import { suite } from "../runner/suite.js";
import { Deployment, kill, until } from "./deployment.js";
import { jobs, Pilots, tallyOf } from "./pilots.js";

/** `notify` with `on: "target"`: the last manager runs the command there, once. */
const test = suite("word on target");

/** Leaves the summary in `words`, a line each time, and what it reads in `document`, both in the swarm's folder. */
const NOTIFY = `notify: { on: "target", command: 'echo "$LOCUSTS_END $LOCUSTS_FAILED $LOCUSTS_SUMMARY" >> words; cat > document; exit 9' },`;

test("of a deploy that nobody follows, the word is given on the target, with the failures by name", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["good", "it's \\"bad\\""]),
     command: ({ params }) => sh\`[[ \${params.id} == good ]]\`,
     ${NOTIFY}`,
  );
  const target = ".locusts/local";
  const { exitCode, stderr } = await deployment.verb(["deploy", "--detach"]);
  assert.equal(exitCode, 0, stderr);
  await until("the word is given", () => deployment.manager() !== undefined && deployment.exists(`${target}/document`));
  const later = await deployment.deploy();
  assert.equal(later.exitCode, 3, "that the command fails changes nothing");
  assert.match(
    deployment.read(`${target}/words`),
    /^complete 1 test on local: 1\/2 done, 1 failed, after \d+ s\n$/,
    "once, and not by who follows",
  );
  const told = JSON.parse(deployment.read(`${target}/document`));
  assert.deepEqual(told.jobs, { total: 2, done: 1, failed: 1, pending: 0, running: 0, cached: 0 });
  assert.deepEqual([told.target, told.end, told.failures], ["local", { how: "complete" }, later.report.failures]);
  assert.match(deployment.read(`${target}/runs/1/manager.log`), /the command of notify has failed, with exit code 9/);
});

test("of two pilots the last one gives it, also where the other was killed; where work is left, it is called stopped", async () => {
  const [taken, stopped] = [
    new Pilots(jobs(8, "sleep 0.3;") + NOTIFY),
    new Pilots(`${jobs(80, "((i % 2)) || exit 1;")} limits: { maxFailures: 2 }, ${NOTIFY}`),
  ];
  for (const pilots of [taken, stopped]) await pilots.stage(2);
  const begun = taken.beginAll([], tallyOf(taken));
  await until("both are at work", () => new Set(taken.lines("start").map(({ life }) => life)).size === 2);
  for (const process of [taken.pid("p2.1"), ...taken.processesOf("p2.1")]) kill(process);
  const ended = await Promise.all(begun.map(({ outcome }) => outcome));
  assert.equal(ended[0]?.exitCode, 0, ended[0]?.stderr);
  const late = await taken.beginPilot(2, [], tallyOf(taken)).outcome;
  assert.equal(late.exitCode, 0, late.stderr);
  taken.assertAllDone(8);
  assert.match(taken.read("target/words"), /^complete 0 test on cluster: 8\/8 done, after \d+ s\n$/);

  const first = await stopped.beginPilot(1, [], tallyOf(stopped)).outcome;
  assert.equal(first.exitCode, 6, first.stderr);
  assert.ok(!stopped.exists("target/words"), "the other one is to come yet");
  const second = await stopped.beginPilot(2, [], tallyOf(stopped)).outcome;
  assert.equal(second.exitCode, 6, second.stderr);
  assert.match(
    stopped.read("target/words"),
    /^stopped (\d+) test on cluster: stopped \(too-many-failures\): \d+\/80 done, \1 failed, \d+ pending, .*\n$/,
  );
  // A limit of jobs let SLURM take one of the two.
  const alone = new Pilots(`${jobs(80, "((i % 2)) || exit 1;")} limits: { maxFailures: 2 }, ${NOTIFY}`);
  await alone.stage(2);
  alone.write("target/runs/1/pilots/submitted.tsv", "77\t1\t1\t1\n");
  await alone.beginPilot(1, [], tallyOf(alone)).outcome;
  assert.match(alone.read("target/words"), /^stopped /);
});

test.run();
