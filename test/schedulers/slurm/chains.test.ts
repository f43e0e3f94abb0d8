import assert from "node:assert/strict";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { until } from "../../deploy/deployment.js";
import { suite } from "../../runner/suite.js";
import { everSubmitted, jobs, Swarm } from "./login-node.js";
import { Shims } from "./shims.js";
import { together } from "./together.js";

/** Swarms that last for some minutes: how often they ask SLURM, and what becomes of pilots that nobody may follow. */
const test = suite("chains", {}, { seconds: 300 });

/** The calls of SLURM's programs from one second to another, in words. */
function callsBetween(shims: Shims, from: number, to: number): string[] {
  const calls = shims.calls().filter(({ second }) => second >= from && second < to);
  return calls.map(({ second, program, words }) => `${second - from} s: ${program} ${words}`);
}

/** Once it is at work, a swarm asks SLURM once a minute; a chain's pilots besides, when their time ends. */
async function countCalls(cluster: Cluster): Promise<void> {
  const shims = new Shims(cluster);
  const options = 'walltime: "10m", nodes: 2, minJobsPerCpu: 5';
  const swarm = new Swarm(shims.place(), jobs(150, "sleep 2;"), options);
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(150);
  const from = (shims.calls("sbatch").at(-1)?.second ?? 0) + 60;
  const to = from + 80;
  const last = shims.calls().at(-1)?.second ?? 0;
  assert.ok(last >= to, "it has lasted long enough");
  const between = callsBetween(shims, from, to);
  assert.ok(between.length <= 2, between.join("\n"));
  assert.ok(shims.calls().length <= 30, callsBetween(shims, from - 60, last + 1).join("\n"));
}

/** The one pilot may have no successor, since its own place counts until it ends. */
async function submitAtLimit(cluster: Cluster): Promise<void> {
  const shims = new Shims(cluster);
  const swarm = new Swarm(shims.place(), jobs(35, "sleep 2;"), 'walltime: "1m", qos: "full"');
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /note: the pilot p1: no successor: .*you may have no further job in the queue/);
  assert.match(stderr, /note: pilots are submitted anew for what is left/);
  swarm.assertOnce(35);
  assert.equal(new Set(await everSubmitted(cluster, swarm)).size, swarm.submitted().length);
}

/** A chain that broke while nobody followed is named by `status` and by the next deploy, which goes on. */
async function mendChain(cluster: Cluster): Promise<void> {
  const shims = new Shims(cluster);
  shims.say(
    "sbatch",
    `[[ " $* " != *' --dependency='* ]] || { echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; exit 1; }
     real "$@"`,
  );
  const swarm = new Swarm(shims.place(), jobs(35, "sleep 2;"), 'walltime: "1m"');
  const left = await swarm.deploy(["--detach"]);
  assert.equal(left.exitCode, 0, left.stderr);
  await until("the chain breaks", () => /^finish\tbroken-chain\t/m.test(swarm.journals()), 120);
  const { document } = await swarm.json<{ managers: string; words: string }>("status");
  assert.match(document.words, /successors could not be submitted \(no successor: .*Unable to contact/);
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /note: the pilot p1: no successor: .*Unable to contact slurm controller/);
  swarm.assertOnce(35);
  assert.equal((await everSubmitted(cluster, swarm)).length, 2);
}

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "one question a minute; chains that break are named, and go on",
  async () => {
    const cluster = await useCluster();
    await cluster.administer(`
    sacctmgr --immediate --quiet add qos full MaxSubmitJobsPerUser=1
    sacctmgr --immediate --quiet modify user root set qos+=full`);
    await together({
      "a swarm of two pilots, counted": () => countCalls(cluster),
      "no more pilots than may be submitted": () => submitAtLimit(cluster),
      "a chain that breaks, and nobody follows": () => mendChain(cluster),
    });
  },
);

test.run();
