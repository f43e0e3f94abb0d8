import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";
import { mountDisk, noDisks } from "./disks.js";
import { jobs, Pilots, tallyOf } from "./pilots.js";

/** A file system that does not answer: what waits for it does not end, whatever signal it gets. */
const test = suite("jobs that hang in the kernel", {}, { seconds: 120 });

const LIMIT = 'limits: { time: "1s", retries: 1, retryOn: ["exit"] },';

/** Has a disk on which whoever writes hangs, until it is given back. */
async function withFrozen(deployment: Deployment, use: (place: string) => Promise<void>): Promise<void> {
  const place = deployment.path("frozen");
  mkdirSync(place);
  mountDisk(place);
  execFileSync("fsfreeze", ["--freeze", place]);
  try {
    await use(place);
  } finally {
    execFileSync("fsfreeze", ["--unfreeze", place]);
    await deployment.assertQuiet();
    execFileSync("umount", ["-l", place]);
  }
}

/** The job's own shell hangs in one, a program that it has started in another; the rest has nothing to do with it. */
const hang = (place: string): string => `case $i in 2) echo > ${place}/a ;; 4) touch ${place}/b; : ;; esac`;

async function assertNamedHere(): Promise<void> {
  const deployment = new Deployment("");
  await withFrozen(deployment, async (place) => {
    deployment.define(
      `jobs: range("i", 1, 8), ${LIMIT} command: ({ params }) => sh\`i=\${params.i}; ${hang(place)}\`,`,
    );
    const { exitCode, report, stderr } = await deployment.deploy();
    assert.equal(exitCode, 3, stderr);
    assert.equal(report.jobs.done, 6);
    assert.deepEqual(
      report.failures.map(({ job, cause, detail }) => [job, cause, detail.replace(/\d+/, "N")]).sort(),
      ["bash", "touch"].map((program, i) => [
        String(2 * i + 2),
        "timeout",
        `process N (${program}) does not end, not even by SIGKILL: it waits in the kernel, as for a file system that does not answer`,
      ]),
    );
  });
}

async function assertNodeLeftOut(): Promise<void> {
  const pilots = new Pilots(`${LIMIT} ${jobs(40, "[[ $FROZEN != /* ]] || touch $FROZEN/$i; sleep 0.1")}`);
  await pilots.stage(3);
  await withFrozen(pilots, async (place) => {
    const begun = [1, 2, 3].map((n) =>
      pilots.beginPilot(n, [], { ...tallyOf(pilots), FROZEN: n === 2 ? place : "none" }),
    );
    const [first, second, third] = await Promise.all(begun.map(({ outcome }) => outcome));
    assert.equal(second?.exitCode, 8, second?.stderr);
    assert.match(second?.stderr ?? "", /stopped: node2: process \d+ \(touch\) does not end, not even by SIGKILL/);
    for (const outcome of [first, third]) assert.equal(outcome?.exitCode, 0, outcome?.stderr);
    assert.equal(pilots.read("target/bad-nodes"), "node2\t1\n");
    const next = await pilots.beginPilot(2, ["--node", "node4"], { ...tallyOf(pilots), FROZEN: "none" }).outcome;
    assert.equal(next.exitCode, 0, next.stderr);
    pilots.assertAllDone(40);
    assert.equal(pilots.lines("failed").length, 0, "no job is lost to it");
  });
}

test.skipUnless(
  noDisks === undefined,
  noDisks ?? "",
  "they time out, and their node is named and left out; all else goes on",
  async () => {
    // Neither is left in the middle of it: what was frozen would stay so.
    for (const end of await Promise.allSettled([assertNamedHere(), assertNodeLeftOut()])) {
      if (end.status === "rejected") throw end.reason;
    }
  },
);

test.run();
