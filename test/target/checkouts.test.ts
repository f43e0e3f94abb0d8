import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import type { Report } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh } from "./elsewhere.js";

/** Two checkouts of one repository never run into each other; each can look at what the other has begun. */
const test = suite("checkouts");

const why = noCluster;
const JOBS = 16;

const FIELDS = `jobs: range("i", 1, ${JOBS}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`sleep 0.4; echo \${params.i} > \${outputs.text}\`,`;

/** Another checkout: what is committed, and nothing of what a deploy has left. */
function checkOutAgain(cluster: Cluster, first: Elsewhere): Elsewhere {
  const second = new Elsewhere(overSsh(cluster), FIELDS, first.target);
  for (const part of ["swarm.config.ts", "bundle"]) cpSync(first.path(part), second.path(part), { recursive: true });
  return second;
}

for (const [words, target] of [
  ["over ssh", 'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })'],
  ["under SLURM", 'slurm({ host: "lab", directory: DIRECTORY, cpusPerNode: 2, walltime: "10m" })'],
] as const) {
  test.skipUnless(
    why === undefined,
    why ?? "",
    `another checkout looks, gathers and cancels ${words}, and cannot deploy`,
    async () => {
      const cluster = await useCluster();
      const first = new Elsewhere(overSsh(cluster), FIELDS, target);
      const begun = await first.deploy(["--detach"]);
      assert.equal(begun.exitCode, 0, begun.stderr);
      const second = checkOutAgain(cluster, first);

      const status = await second.json<Report & { managers: string }>("status");
      assert.equal(status.document.jobs.total, JOBS);
      assert.equal(status.document.managers, "running");

      const refused = await second.verb(["deploy"]);
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /belongs to another checkout: .*@/);
      assert.match(refused.stderr, /--take-over/);
      assert.equal((await second.verb(["clean"])).exitCode, 1);

      for (let done = 0; done < 4; ) {
        await sleep(300);
        done = (await second.json<Report>("status")).document.jobs.done;
      }
      const some = await second.json<Report>("gather");
      assert.ok(some.document.jobs.done >= 4);
      assert.equal(second.results().length, some.document.jobs.done);

      const cancelled = await second.verb(["cancel"]);
      assert.equal(cancelled.exitCode, 0, cancelled.stderr);
      assert.equal((await first.json<{ managers: string }>("status")).document.managers, "gone");

      // The first one has lost nothing, and goes on.
      const report = await first.succeed();
      assert.equal(report.jobs.done, JOBS);
      assert.equal(first.results().length, JOBS);

      // What a run of the first one has made, the second one collects and removes: no job has failed for that.
      assert.equal((await first.deploy(["--redo", "--detach"])).exitCode, 0);
      // One that has not begun yet is withdrawn, and nothing is made by it.
      for (let running = 0; running === 0; ) running = (await first.json<Report>("status")).document.jobs.running;
      const taken = await second.deploy(["--take-over"]);
      assert.equal(taken.exitCode, 0, taken.stderr);
      const { stdout: standing } = await first.verb(["status"]);
      assert.match(standing, /of these have not been collected here: another checkout has taken them over/);
      const late = await first.json<Report>("gather");
      assert.deepEqual([late.document.jobs.done, late.document.jobs.failed], [JOBS, 0]);
      assert.match(late.stderr, /made was collected by another checkout/);
      assert.equal(first.results().length, JOBS);
      assert.equal(second.results().length, JOBS);
      assert.match((await first.verb(["deploy"])).stderr, /belongs to another checkout/);

      if (!target.startsWith("ssh")) return; // it is the same everywhere
      // Whoever takes it back has nothing of what was collected there: that runs again, and has not failed.
      assert.equal((await first.deploy(["--take-over", "--redo", "--detach"])).exitCode, 0);
      await second.succeed(["--take-over"]);
      const back = await first.deploy(["--take-over"]);
      assert.match(back.stderr, new RegExp(`what ${JOBS} jobs of run \\d+ made was collected by another checkout`));
      assert.deepEqual([back.exitCode, back.report.jobs.done], [0, JOBS], back.stderr);
      await second.deploy(["--take-over"]);

      // One that is followed from there, too, is left to who has taken it over.
      const following = second.deploy(["--redo"]);
      for (let running = 0; running === 0; ) running = (await second.json<Report>("status")).document.jobs.running;
      await first.succeed(["--take-over"]);
      const { stdout, stderr } = await following;
      assert.match(stderr, /another checkout has taken over/);
      assert.ok(!/failed: node/.test(stdout + stderr), stderr);
      assert.equal(first.results().length, JOBS);
    },
  );
}

test.run();
