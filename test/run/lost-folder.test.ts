import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, renameSync } from "node:fs";
import { noCluster } from "../cluster/availability.js";
import { suite } from "../runner/suite.js";
import { type Outcome, until } from "./deployment.js";
import { Pilots } from "./pilots.js";

/** The folder that all nodes share goes away under pilots: they end before others take their jobs, and say why. */
const test = suite("lost folders");

const SILENCE = 5;

/** Two pilots that are at work on jobs that take longer than the test. */
async function atWork(prepare: (pilots: Pilots) => void = () => {}) {
  const folder = realpathSync(mkdtempSync("/tmp/locusts-lost-"));
  const pilots = new Pilots(
    'jobs: range("i", 1, 8), command: ({ params }) => sh`sleep 60; : ${params.i}`,',
    `nodes: 2, silence: "${SILENCE}s"`,
    {},
    2,
    folder,
  );
  prepare(pilots);
  await pilots.stage(2);
  const begun = pilots.beginAll([], { SLURM_JOB_ID: "1" });
  await until("both are at work", () => pilots.lines("start").length === 4);
  return { pilots, outcomes: Promise.all(begun.map(({ outcome }) => outcome)) };
}

/** Both have ended within their silence, with these words on standard error, and nothing of theirs still runs. */
async function assertEnded(pilots: Pilots, outcomes: Promise<Outcome[]>, words: RegExp): Promise<void> {
  const since = performance.now();
  for (const { exitCode, stderr } of await outcomes) {
    assert.equal(exitCode, 9, stderr);
    assert.match(stderr, /others could not see that this manager is alive/);
    assert.match(stderr, words);
  }
  // One interval until the next beat, one second for the jobs to end.
  assert.ok(performance.now() - since < (SILENCE + 2) * 1000, "not within the silence");
  await pilots.assertQuiet();
}

test("a folder that is renamed; when it is back, the journals say why, and the next pilots go on", async () => {
  const { pilots, outcomes } = await atWork();
  renameSync(pilots.path("target"), pilots.path("elsewhere"));
  await assertEnded(
    pilots,
    outcomes,
    /target\/runs\/1 on node\d: it is not there any more: it was unmounted, moved or/,
  );
  renameSync(pilots.path("elsewhere"), pilots.path("target"));
  assert.deepEqual(pilots.ends(), { "p1.1": "lost", "p2.1": "lost" });
  assert.equal(pilots.lines("stopped").length, 4, "no job has used up a try");
});

test.skipUnless(!noCluster, noCluster ?? "", "a folder that is unmounted", async () => {
  let mount = "";
  const { pilots, outcomes } = await atWork((made) => {
    mount = made.path("target");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", mount]);
  });
  execFileSync("umount", ["-l", mount]);
  await assertEnded(pilots, outcomes, /it is not there any more/);
});

test.run();
