import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Begun, kill, until } from "../deploy/deployment.js";
import { jobs, Pilots, tally, tallyOf } from "../deploy/pilots.js";
import { suite } from "../runner/suite.js";

/** Managers on one run that are taken for dead, or come back. */
const test = suite("lives of managers", {}, { seconds: 180 });

/** Two managers at work, of which the first one is suspended for so long that the second one has taken over. */
async function withSuspended() {
  const pilots = new Pilots(jobs(150, "sleep 0.4"));
  await pilots.stage(2);
  const begun = pilots.beginAll([], tallyOf(pilots));
  await until("both are at work", () => new Set(pilots.lines("done").map(({ life }) => life)).size === 2);
  const suspended = [pilots.pid("p1.1"), ...pilots.processesOf("p1.1")];
  for (const process of suspended) kill(process, "SIGSTOP");
  await until("the other has taken over", () =>
    readFileSync(join(pilots.run(), "managers/p1.1.beat"), "utf8").startsWith("finished, taken over by p2.1"),
  );
  return { pilots, begun, suspended };
}

test("one that was suspended for long leaves alone what others have taken over, and goes on with what is free", async () => {
  const { pilots, begun, suspended } = await withSuspended();
  for (const process of suspended) kill(process, "SIGCONT");
  const [first, second] = await Promise.all(begun.map(({ outcome }) => outcome));
  for (const outcome of [first, second]) assert.equal(outcome?.exitCode, 0, outcome?.stderr);
  assert.match(first?.stderr ?? "", /stopped: it was silent for long, .* others have taken over its jobs/);
  pilots.assertAllDone(150);
  assert.deepEqual(pilots.ends(), { "p1.1": "signal", "p1.2": "finished", "p2.1": "finished" });
  // What ran when it was suspended has run again, and may have ended before it was looked at.
  assert.ok(tally(pilots).length <= 152, `${tally(pilots).length} jobs were run`);
  assert.ok(
    pilots.lines("done").some(({ life }) => life === "p1.2"),
    "it has not gone on",
  );
  await pilots.assertQuiet();
});

test("a chunk that was claimed while others took over is run all the same", async () => {
  const { pilots, begun, suspended } = await withSuspended();
  // What it was about to claim, it claims now.
  let free = 1;
  while (existsSync(join(pilots.run(), "claims", `${free}`))) free += 1;
  assert.ok(existsSync(join(pilots.run(), "chunks", `${free}.tsv`)), "none is free any more");
  appendFileSync(join(pilots.run(), "journal/p1.1.tsv"), `chunk\t${free}\t${free}\t.\n`);
  writeFileSync(join(pilots.run(), "claims", `${free}`), "p1.1\n", { flag: "wx" });
  const second = await (begun[1] as (typeof begun)[0]).outcome;
  for (const process of suspended) kill(process, "SIGKILL");
  assert.equal(second.exitCode, 0, second.stderr);
  pilots.assertAllDone(150);
});

test("one that is suspended when the other does its last jobs is taken over", async () => {
  const pilots = new Pilots(jobs(4, "until [[ -e $TALLY.gate ]]; do sleep 0.1; done"));
  await pilots.stage(2);
  const [, second] = pilots.beginAll([], tallyOf(pilots)) as [Begun, Begun];
  await until("all jobs run", () => pilots.lines("start").length === 4);
  assert.equal(new Set(pilots.lines("start").map(({ life }) => life)).size, 2);
  const beats = (life: string) => Number(readFileSync(join(pilots.run(), "managers", `${life}.beat`), "utf8"));
  await until("each has seen the other alive", () => beats("p1.1") > 5 && beats("p2.1") > 5);
  const suspended = [pilots.pid("p1.1"), ...pilots.processesOf("p1.1")];
  for (const process of suspended) kill(process, "SIGSTOP");
  pilots.write("tally.gate", "");
  const { exitCode, stderr } = await second.outcome;
  for (const process of suspended) kill(process, "SIGKILL");
  assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(4);
  assert.match(readFileSync(join(pilots.run(), "managers/p1.1.beat"), "utf8"), /^finished, taken over by p2\.1/);
  await pilots.assertQuiet();
});

/** One manager at work, and what it runs. */
async function alone(fields: string) {
  const pilots = new Pilots(fields);
  await pilots.stage(1);
  const { outcome } = pilots.beginPilot(1, ["--allocation", "1"], tallyOf(pilots));
  await until("two jobs run", () => pilots.lines("start").length === 2);
  return { pilots, outcome, all: [pilots.pid("p1.1"), ...pilots.processesOf("p1.1")] };
}

test("USR1 for all that a pilot runs fails no job, and the pilot goes on; a job's own is its own", async () => {
  const fields = jobs(6, "sleep 1; ((i != 5)) || { kill -USR1 $$; sleep 9; }");
  const { pilots, outcome, all } = await alone(fields);
  for (const process of all) kill(process, "SIGUSR1");
  const { exitCode, stderr } = await outcome;
  assert.equal(exitCode, 0, stderr);
  const of = (event: string) =>
    pilots.lines(event).map(({ fields: [job, , cause, code] }) => `${job} ${cause} ${code}`);
  assert.deepEqual(of("stopped").sort(), ["1 stopped 138", "2 stopped 138"]);
  assert.deepEqual(of("failed"), ["5 signal 138"]);
  assert.equal(pilots.settled().size, 6);
  assert.deepEqual(pilots.ends(), { "p1.1": "finished" });
  await pilots.assertQuiet();
});

for (const signal of ["SIGUSR2", "SIGXCPU", "SIGQUIT"] as const) {
  test(`by ${signal} for all that a pilot runs it leaves in order, and no job has failed`, async () => {
    const { pilots, outcome, all } = await alone(jobs(4, "sleep 1"));
    for (const process of all) kill(process, signal);
    assert.equal((await outcome).exitCode, 143);
    assert.deepEqual(pilots.ends(), { "p1.1": "signal" });
    assert.deepEqual(pilots.lines("failed"), []);
    assert.equal((await pilots.beginPilot(1, [], tallyOf(pilots)).outcome).exitCode, 0);
    pilots.assertAllDone(4);
    await pilots.assertQuiet();
  });
}

test("two lives of one manager at once do no harm", async () => {
  const pilots = new Pilots(jobs(40, "sleep 0.2"));
  await pilots.stage(2);
  const env = tallyOf(pilots);
  const first = pilots.beginPilot(1, ["--allocation", "1"], env);
  await until("it is at work", () => pilots.lines("done").length > 4);
  const second = pilots.beginPilot(1, ["--allocation", "1", "--node", "elsewhere"], env);
  const [former, later] = await Promise.all([first.outcome, second.outcome]);
  assert.equal(former.exitCode, 143, former.stderr);
  assert.equal(later.exitCode, 0, later.stderr);
  pilots.assertAllDone(40);
  assert.deepEqual(pilots.ends(), { "p1.1": "signal", "p1.2": "finished" });
  await pilots.assertQuiet();
});

test("a new life on the same node ends what the old one runs, and goes on", async () => {
  const pilots = new Pilots(jobs(20, "sleep 0.3"));
  await pilots.stage(2);
  const env = tallyOf(pilots);
  const first = pilots.beginPilot(1, ["--allocation", "1"], env);
  await until("it is at work", () => pilots.lines("done").length > 2);
  const second = await pilots.beginPilot(1, ["--allocation", "1"], env).outcome;
  assert.equal(second.exitCode, 0, second.stderr);
  assert.equal((await first.outcome).signal, "SIGKILL");
  pilots.assertAllDone(20);
  await pilots.assertQuiet();
});

test("all but one are killed, one after another", async () => {
  const pilots = new Pilots(jobs(150, "sleep 0.3"));
  await pilots.stage(5);
  const begun = pilots.beginAll([], tallyOf(pilots));
  await until("all are at work", () => new Set(pilots.lines("done").map(({ life }) => life)).size === 5);
  for (const name of ["p3", "p5", "p1", "p4"]) kill(pilots.pid(`${name}.1`));
  const { exitCode, stderr } = await (begun[1] as (typeof begun)[0]).outcome;
  assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(150);
});

test("what a manager held that was killed with all that it ran is taken over", async () => {
  const pilots = new Pilots(jobs(150, "sleep 0.2"));
  await pilots.stage(3);
  const begun = pilots.beginAll([], tallyOf(pilots));
  await until("all are at work", () => new Set(pilots.lines("done").map(({ life }) => life)).size === 3);
  kill(pilots.pid("p2.1"));
  for (const { fields } of pilots.lines("slot").filter(({ life }) => life === "p2.1")) kill(Number(fields[1]));
  for (const process of pilots.processesOf("p2.1")) kill(process);
  // Its last claim is torn, as by a machine that has gone down in the middle of it.
  const claim = pilots.lines("chunk").findLast(({ life }) => life === "p2.1")?.fields[1] as string;
  writeFileSync(join(pilots.run(), "claims", claim), "p2");
  const [first, second, third] = await Promise.all(begun.map(({ outcome }) => outcome));
  assert.equal(second?.signal, "SIGKILL");
  for (const outcome of [first, third]) assert.equal(outcome?.exitCode, 0, outcome?.stderr);
  pilots.assertAllDone(150);
  assert.ok(tally(pilots).length <= 154, `${tally(pilots).length} jobs were run`);
  assert.match(readFileSync(join(pilots.run(), "managers/p2.1.beat"), "utf8"), /^finished, taken over by p1\.1/);
  assert.ok(readdirSync(join(pilots.run(), "claims")).some((name) => name.endsWith(".2")));
  await pilots.assertQuiet();
});

test.run();
