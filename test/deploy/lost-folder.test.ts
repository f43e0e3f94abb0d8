import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../runner/suite.js";
import { Deployment, type Outcome, until } from "./deployment.js";
import { findError, mountDisk, noDisks } from "./disks.js";
import { Pilots } from "./pilots.js";

/** The folder that all nodes share goes away under pilots: they end before others take their jobs, and say why. */
const test = suite("lost folders");

const SILENCE = 5;

/** Two pilots that are at work on jobs that take longer than the test. */
async function atWork(prepare: (pilots: Pilots) => void = () => {}, seconds = 60) {
  const folder = realpathSync(mkdtempSync("/tmp/locusts-lost-"));
  const pilots = new Pilots(
    `jobs: range("i", 1, 40), command: ({ params }) => sh\`sleep ${seconds}; : \${params.i}\`,`,
    `nodes: 2, silence: "${SILENCE}s"`,
    {},
    2,
    folder,
  );
  prepare(pilots);
  await pilots.stage(2);
  const begun = pilots.beginAll(["--allocation", "1"]);
  await until("both are at work", () => pilots.lines("start").length >= 4);
  return { pilots, outcomes: Promise.all(begun.map(({ outcome }) => outcome)) };
}

/** Both have ended within their silence, with these words on standard error, and nothing of theirs still runs. */
async function assertEnded(pilots: Pilots, outcomes: Promise<Outcome[]>, words: RegExp): Promise<void> {
  for (const { exitCode, stderr } of await outcomes) {
    assert.equal(exitCode, 9, stderr);
    const [, seconds] = /for (\d+) s, others could not see that this manager is alive/.exec(stderr) ?? [];
    assert.ok(Number(seconds) < SILENCE, stderr);
    assert.match(stderr, words);
  }
  await pilots.assertQuiet();
}

test("a folder that is renamed; when it is back, the journals say why, and the next pilots go on", async () => {
  const { pilots, outcomes } = await atWork();
  renameSync(pilots.path("target"), pilots.path("elsewhere"));
  await assertEnded(
    pilots,
    outcomes,
    /runs\/1 on node\d: it is not there any more: it was unmounted, moved or removed/,
  );
  renameSync(pilots.path("elsewhere"), pilots.path("target"));
  assert.deepEqual(pilots.ends(), { "p1.1": "lost", "p2.1": "lost" });
  assert.equal(pilots.lines("stopped").length, 4, "no job has used up a try");
});

test.skipUnless(noDisks === undefined, noDisks ?? "", "a folder that is unmounted, or read-only", async () => {
  // One that is busy finds out by its work, one that only waits for its jobs by its next heartbeat.
  await Promise.all([assertUnmounted(), assertReadOnly(60), assertReadOnly(0.2)]);
});

async function assertUnmounted(): Promise<void> {
  let mount = "";
  const { pilots, outcomes } = await atWork((made) => {
    mount = made.path("target");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", mount]);
  });
  execFileSync("umount", ["-l", mount]);
  await assertEnded(pilots, outcomes, /it is not there any more/);
}

async function assertReadOnly(seconds: number): Promise<void> {
  let mount = "";
  let device = "";
  const { pilots, outcomes } = await atWork((made) => {
    mount = made.path("target");
    mkdirSync(mount);
    device = mountDisk(mount);
  }, seconds);
  try {
    if (seconds > 1) await sleep(1000); // what is made ready ahead is there by then: it would be work
    findError(device);
    if (seconds > 1) return await assertEnded(pilots, outcomes, /target\/runs\/1 on node\d: it cannot be written to/);
    for (const { exitCode, stderr } of await outcomes) {
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, /stopped: \S+ on node\d cannot be written to: Read-only file system/);
    }
  } finally {
    execFileSync("umount", ["-l", mount]);
  }
}

test("who removes a swarm's folder on this machine ends its manager, and all that it runs", async () => {
  const deployment = new Deployment(
    'jobs: range("i", 1, 3), command: ({ params }) => sh`while :; do sleep ${params.i}; done`,',
  );
  await deployment.deploy(["--detach"]);
  await until("two jobs run", () => deployment.journal().filter(([event]) => event === "start").length === 2);
  rmSync(deployment.folder, { recursive: true, force: true });
  await until("all have ended", () => deployment.processes().length === 0, 60);
});

test("slots that cannot be started again are not tried for ever", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 3),
    outputs: { text: "{i}.txt" },
    command: ({ outputs }) => sh\`echo > \${outputs.text}; rm -r $BUNDLE; kill -KILL $$\`,
  `,
    {},
    undefined,
    1,
  );
  const { exitCode, report } = await deployment.deploy([], { BUNDLE: deployment.path(".locusts/local/bundle") });
  assert.equal(exitCode, 1);
  assert.equal(report.end.how, "stopped");
  assert.match(
    report.end.detail ?? "",
    /^on \S+ slots end before they take a job: .*manager\.sh: No such file or directory$/,
  );
  assert.deepEqual([report.jobs.failed, report.jobs.pending], [1, 2]);
  const again = await deployment.deploy([], { BUNDLE: deployment.path("nothing") });
  assert.equal(again.report.jobs.failed, 3);
  await deployment.assertQuiet();
});

test.run();
