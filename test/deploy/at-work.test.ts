import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picocolors from "picocolors";
import { journalWidth } from "../../compiler/format/journal.js";
import { progressLine } from "../../runtime/cli/output/progress.js";
import { openTerminal } from "../../runtime/cli/output/terminal.js";
import type { RunFollower } from "../../runtime/collect/follow-run.js";
import { Managers } from "../../runtime/deploy/managers.js";
import { Pace } from "../../runtime/run/pace.js";
import { RunState } from "../../runtime/run/run-state.js";
import { suite } from "../runner/suite.js";
import { Deployment, type Report, until } from "./deployment.js";

/** What is told of a run while it goes on, and how it is ended from elsewhere. */
const test = suite("a run at work");

const plain = picocolors.createColors(false);
const AT = {
  ...{ jobs: 20_000, ended: 12_345, collected: 12_225, failed: 120, running: 64, explanation: "" },
  ...{ rate: 123.4, secondsLeft: 62, longest: { job: "S017", seconds: 250 } },
};

test("progress fits its terminal: what matters least is left out first", () => {
  const line = (width?: number, explanation = "") => progressLine(plain, { ...AT, explanation }, width);
  assert.equal(line(), "12,225/20,000 done, 120 failed, 64 running, 123/s, 1 min 0 s left; S017 for 4 min 10 s");
  assert.equal(line(60), "12,225/20,000, 120 failed, 64 run, 123/s, 1m left; S017 4m");
  assert.match(line(120), /^━{30} 12,225\/20,000 done, .* for 4 min 10 s$/);
  const waits = "3 pilots wait (Priority)";
  assert.match(line(undefined, waits), /left; 3 pilots wait \(Priority\); S017 for/);
  for (const width of [60, 80, 100, 120, 200]) assert.ok(line(width, waits).length < width, String(width));
  assert.match(line(100, waits), /; 3 pilots wait \(Priority\); S017 for 4m$/);
});

test("a terminal obeys nothing that others have named so, and shows colours", () => {
  const { write } = process.stderr;
  let shown = "";
  process.stderr.write = (text: string | Uint8Array) => {
    shown += String(text);
    return true;
  };
  try {
    const terminal = openTerminal(true);
    for (const voice of [terminal, terminal.report]) {
      voice.say("\u001b[31mred\u001b[39m\ttab \u001b]0;title\u0007 \u009b2J");
      voice.quote("two\nlines\r\u001b[2J");
    }
  } finally {
    process.stderr.write = write;
  }
  assert.equal(shown, "\u001b[31mred\u001b[39m\ttab ]0;title 2J\ntwo\nlines[2J\n".repeat(2));
});

test("managers that cannot be stopped: that is told when it is waited for, and ends no process before", async () => {
  const refused = new Error("the host does not answer");
  let asked = 0;
  const scheduler = {
    ...{ pauses: [30, 30], outlivesInterrupt: false },
    cancel: () => Promise.reject(refused),
    status: async () => ({ active: ++asked < 4 }),
  };
  const state = { finished: 0, running: new Map(), runningTries: [], badNodes: [], passedOver: [], brokenChains: [] };
  const follower = {
    ...{
      options: { run: {}, jobs: new Map() },
      state,
      failures: [],
      remarks: [],
      done: 0,
      pace: new Pace(),
      folders: { removeSome() {} },
    },
    ...{ read: async () => false, collect: async () => [] },
  };
  const options = { signal: AbortSignal.abort(), observer: { progress() {}, noted() {} } };
  type Of<Name extends 0 | 1> = ConstructorParameters<typeof Managers>[Name];
  const managers = new Managers(options as unknown as Of<0>, { scheduler } as unknown as Of<1>, undefined);
  const following = managers.follow(follower as unknown as RunFollower);
  await assert.rejects(following, (error) => error === refused);
  assert.equal(asked, 4, "it was followed until nothing was at work");
});

test("notify: a command of the definition's own gets a word at the end, and changes nothing", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["good", "bad"]),
     command: ({ params }) => sh\`[[ \${params.id} == good ]]\`,
     notify: { command: 'echo "$LOCUSTS_SUMMARY"; printf "%s" "$LOCUSTS_FAILED" > failed; cat > document; exit 9' },`,
  );
  const { exitCode, report, stdout, stderr } = await deployment.deploy();
  assert.equal(exitCode, 3, "that it fails changes nothing");
  assert.match(
    stderr,
    /^.* on local: 1\/2 done, 1 failed, after \d+\.\d s\nnote: the command of notify has failed, .* 9$/m,
  );
  assert.equal(deployment.read("failed"), "1");
  assert.equal(deployment.read("document"), stdout);
  assert.equal(report.jobs.failed, 1);
});

test("when all jobs have ended, it is told how many have been collected", () => {
  const line = (collected: number, ended: number) =>
    progressLine(plain, { ...AT, jobs: 2000, ended, collected, failed: 0 }, 60);
  assert.equal(line(1200, 2000), "collecting 1,200/2,000");
  assert.match(line(1200, 1999), /^1,999\/2,000 done, /);
});

test("the time that is left is told by what ended lately and how many run side by side, not from the start", () => {
  const pace = new Pace();
  // Four of 100 seconds side by side: none has ended for a minute, and 36 are left.
  for (let i = 0; i < 4; i += 1) pace.ended(100);
  pace.at(0, 4, 40, [0, 0, 0, 0]);
  const slow = pace.at(60_000, 4, 40, [60, 60, 60, 60]);
  assert.deepEqual([slow.rate, slow.secondsLeft], [0.04, 840]);
  // Then come quick ones, of which ten end in a second.
  let quick = slow;
  for (let i = 1; i <= 60; i += 1) {
    for (let k = 0; k < 10; k += 1) pace.ended(0.1);
    quick = pace.at(60_000 + i * 1000, 4 + 10 * i, 1604, [0.05]);
  }
  assert.deepEqual([quick.rate, quick.secondsLeft], [10, 100]);
  assert.equal(new Pace().at(0, 0, 10, [1]).secondsLeft, undefined);
});

test("no slot counts for two jobs where the end of the first is not written down yet", () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-state-"));
  mkdirSync(join(folder, "journal"));
  const start = (job: number, slot: number) => `start\t${job}\t1\t${slot}\t1\t1000\t.\n`;
  assert.equal(start(1, 1).split("\t").length, journalWidth("start"));
  writeFileSync(
    join(folder, "journal", "main.1.tsv"),
    `manager\tmain.1\there\t1\t2\t.\n${start(1, 1)}${start(2, 2)}${start(3, 1)}${start(4, 1)}`,
  );
  const state = new RunState({ folder, number: 1, digest: "", chunks: 1, jobs: 4 });
  state.read();
  assert.deepEqual(
    state.runningTries.map(({ number }) => number),
    [2, 4],
  );
  rmSync(folder, { recursive: true });
});

test("cancel and gather for one target leave a deploy on another alone, and name that", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["a"]), command: () => sh\`until [[ -e $GO ]]; do sleep 0.05; done\`,`,
  );
  const definition = deployment.read("swarm.config.ts");
  deployment.write("swarm.config.ts", definition.replace(/local: (local\(.*?\)) }/, "near: $1, far: $1 }"));
  const env = { GO: deployment.path("go") };
  deployment.write("go", "");
  await deployment.deploy(["--target", "far"], env);
  rmSync(env.GO);
  const { outcome } = deployment.beginDeploy(["--target", "near", "--redo"], env);
  await until("it runs", () => existsSync(deployment.path(".locusts/near/runs/1/journal/main.1.tsv")));
  for (const verb of ["cancel", "gather"]) {
    const { exitCode, stderr } = await deployment.verb([verb, "--target", "far"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /at work here, on the target near: .*\n.* or have it stop: locusts cancel --target near\n/);
  }
  deployment.write("go", "");
  assert.equal((await outcome).exitCode, 0);
});

test("status --json counts what nobody has collected so far, and lists its failures", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["a", "b"]), command: ({ params }) => sh\`[[ \${params.id} == a ]]\`,`,
  );
  await deployment.verb(["deploy", "--detach"]);
  await until("both have ended", () => deployment.journal().some(([word]) => word === "finish"));
  const report: Report & { uncollected: number } = JSON.parse((await deployment.verb(["status", "--json"])).stdout);
  assert.equal(report.uncollected, 2);
  assert.equal(report.jobs.failed, 1);
  assert.deepEqual(report.failures, [{ job: "b", cause: "exit", exitCode: 1, detail: "" }]);
});

test("status lists what runs; cancel ends it while a deploy follows it in another terminal", async () => {
  const deployment = new Deployment(`jobs: list("id", ["a", "b", "c"]),
    command: ({ params }) => sh\`[[ \${params.id} == a ]] || sleep 60\`,`);
  const { outcome } = deployment.begin(["deploy"]);
  await until("two jobs hang", () => deployment.journal().filter(([word]) => word === "start").length === 3);
  const { stdout } = await deployment.verb(["status", "--json"]);
  const { running, jobs } = JSON.parse(stdout);
  assert.equal(jobs.running, 2);
  const listed = running.map(({ job, attempt, slot, folder }: Record<string, unknown>) => [job, attempt, slot, folder]);
  const slots = new Map(
    deployment.journal().flatMap(([word, job, , slot]) => (word === "start" ? [[job, slot]] : [])) as [
      string,
      string,
    ][],
  );
  const work = realpathSync(deployment.path(".locusts/local/runs/1/work/main.1/1"));
  // The one that began first comes first: as a rule, not always, that is b.
  assert.deepEqual(listed.toSorted(), [
    ["b", 1, Number(slots.get("2")), join(work, "2")],
    ["c", 1, Number(slots.get("3")), join(work, "3")],
  ]);
  const words = await deployment.verb(["status"]);
  assert.match(
    words.stdout,
    /^running:\n(?: {2}c .*\n)? {2}b {2}\d+\.\d s {2}slot \d {2}\.locusts\/local\/runs\/1\/work\/main\.1\/1\/2\n/,
  );
  assert.equal(words.stderr, "");

  const watched = deployment.begin(["status", "--watch"]);
  const cancelled = await deployment.verb(["cancel"]);
  assert.deepEqual(
    [cancelled.exitCode, cancelled.stdout],
    [0, "stopped\n1/3 done; locusts deploy goes on from here\n"],
  );
  const followed = await outcome;
  assert.equal(followed.exitCode, 130);
  assert.match(followed.stderr, /locusts cancel was called elsewhere; stopping: the running jobs are ended …\n/);
  assert.match(followed.stdout, /^took .* s: 1 job ran for .* processor time\n1\/3 done, 2 pending: results\n$/);
  const after = await watched.outcome;
  assert.equal(after.stdout.match(/locusts deploy goes on/g)?.length, 1, after.stdout);
  await deployment.assertQuiet();
});

test("deploy --detach leaves a run that goes on already, too", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["a"]), command: ({ params }) => sh\`sleep 60; : \${params.id}\`,`,
  );
  for (const words of [/1 to run \(1 new\)/, /note: run 1 of an earlier deploy still goes on\n/]) {
    const left = await deployment.verb(["deploy", "--detach"]);
    assert.match(left.stderr, words);
    assert.match(left.stdout, /^run 1 goes on; .*\n0\/1 done, 1 pending: results\n$/);
    assert.equal(left.exitCode, 0);
  }
  await deployment.verb(["cancel"]);
});

test("a job that takes long keeps no other waiting: what its slot was to do, others do", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 100),
    command: ({ params }) => sh\`[[ \${params.i} != 20 ]] || sleep 3\`,`);
  await deployment.succeed();
  const ends = deployment.journal().flatMap(([event, job, , , , , end]) => (event === "done" ? [[job, end]] : []));
  assert.equal(ends.length, 100);
  const last = ends.reduce((latest, end) => (Number(end[1]) > Number(latest[1]) ? end : latest));
  assert.equal(last[0], "20");
});

/** Jobs of which the later ones wait for a file, but for the first time. */
const waiting = (folder: string) => `
  jobs: range("i", 1, 3),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`
    [[ \${params.i} == 1 || -e ${folder}/go ]] || sleep 60
    echo \${params.i} > \${outputs.text}\`,`;

test("what was to be redone and was not is told, with what redoes it: by who was interrupted, the next deploy, and cancel", async () => {
  const deployment = new Deployment("");
  deployment.define(waiting(deployment.folder));
  deployment.write("go", "");
  await deployment.succeed();
  rmSync(deployment.path("go"));
  const kept = "2 jobs were to be redone and keep their earlier outputs: locusts deploy --redo 2 3 runs them";
  const hang = (run: number) => () => {
    const words = deployment.journal(run).map(([word]) => word);
    return words.filter((word) => word === "start").length === 3 && words.includes("done");
  };

  const deploy = deployment.begin(["deploy", "--redo"]);
  await until("two jobs hang", hang(2));
  deploy.child.kill("SIGINT");
  const { stdout } = await deploy.outcome;
  assert.ok(stdout.startsWith(`stopped\n${kept}\n`), stdout);
  const next = await deployment.verb(["deploy"]);
  assert.match(next.stderr, new RegExp(`^note: ${kept}\n3 jobs, 3 done before: nothing to run\n$`));
  assert.doesNotMatch((await deployment.verb(["deploy"])).stderr, /redone/);

  await deployment.verb(["deploy", "--redo", "--detach"]);
  await until("two jobs hang", hang(3));
  const cancelled = await deployment.verb(["cancel"]);
  assert.equal(cancelled.stdout, "stopped\n3/3 done\n");
  assert.ok(cancelled.stderr.includes(`note: ${kept}\n`), cancelled.stderr);
  await deployment.assertQuiet();
});

test("status and gather send nobody to a deploy that would refuse the run, since the definition was edited", async () => {
  const deployment = new Deployment("");
  deployment.define(waiting(deployment.folder));
  await deployment.verb(["deploy", "--detach"]);
  const words = async () => {
    const { stdout } = await deployment.verb(["status"]);
    return stdout.trimEnd().split("\n").at(-1);
  };
  const follows = "it is at work; locusts deploy follows it, locusts cancel stops it";
  assert.equal(await words(), follows);
  deployment.define(waiting(deployment.folder).replace("echo", "echo changed"));
  assert.match((await words()) ?? "", /^it is at work, and the definition was edited since: if that changes no job, /);
  assert.match((await deployment.verb(["gather"])).stdout, /the swarm still runs: gather again later\n/);
  assert.match((await deployment.verb(["deploy"])).stderr, /run 1 still goes on, which is of an earlier version/);
  assert.equal(
    await words(),
    "it is at work on an earlier version of this definition: wait for it, or stop it (locusts cancel)",
  );
  await deployment.verb(["cancel"]);
});

test.run();
