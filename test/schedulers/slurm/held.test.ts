import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { kill, reportOf, until } from "../../deploy/deployment.js";
import { suite } from "../../runner/suite.js";
import { Elsewhere, overSsh } from "../../target/elsewhere.js";
import { isInPilot } from "./login-node.js";
import { together } from "./together.js";

/** Pilots that SLURM holds, puts back, suspends or takes away: nothing is lost, and no try is used up. */
const test = suite("held and preempted", {}, { seconds: 300 });

const JOBS = 24;
const fields = (before: string) => `
  jobs: range("i", 1, ${JOBS}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`${before}; echo \${params.i} > \${outputs.text}\`,
`;

function swarmOn(cluster: Cluster, options = "", before = "sleep 1"): Elsewhere {
  return new Elsewhere(
    overSsh(cluster),
    fields(before),
    `slurm({ host: "lab", directory: DIRECTORY, cpusPerNode: 2, walltime: "10m", silence: "8s", ${options} })`,
  );
}

/** Waits until the jobs of its only pilot run. @returns the pilot's id */
async function whenAtWork(swarm: Elsewhere): Promise<string> {
  const isAtWork = () => {
    try {
      const folder = join(swarm.run(), "journal");
      return readdirSync(folder).some((name) => /^done\t/m.test(readFileSync(join(folder, name), "utf8")));
    } catch {
      return false;
    }
  };
  await until("it is at work", isAtWork, 150); // there are more pilots than nodes
  return `${swarm.submissions()[0]?.[0]}_1`;
}

async function assertAllThere(swarm: Elsewhere, outcome: ReturnType<Elsewhere["beginDeploy"]>["outcome"]) {
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(swarm.results().length, JOBS);
  for (const file of swarm.results()) assert.equal(swarm.result(file), `${file.replace(".txt", "")}\n`);
  for (const { name, attempts } of swarm.jobs().values()) assert.equal(attempts, "1", `the job ${name}`);
  return stderr;
}

async function requeueTwice(cluster: Cluster): Promise<void> {
  const swarm = swarmOn(cluster);
  const { outcome } = swarm.beginDeploy();
  const id = await whenAtWork(swarm);
  for (let life = 2; life <= 3; life += 1) {
    await cluster.administer(`scontrol requeue ${id}`);
    await until("it has begun again", () => existsSync(join(swarm.run(), "managers", `p1.${life}`)), 60);
  }
  await assertAllThere(swarm, outcome);
}

async function suspend(cluster: Cluster): Promise<void> {
  const swarm = swarmOn(cluster);
  const { outcome } = swarm.beginDeploy();
  const id = await whenAtWork(swarm);
  await cluster.administer(`scontrol suspend ${id}`);
  await sleep(12_000);
  const { document } = await swarm.json<{ words: string }>("status");
  assert.match(document.words, /^1 pilot is suspended/);
  await cluster.administer(`scontrol resume ${id}`);
  await assertAllThere(swarm, outcome);
}

/** Another's job takes the node of a pilot whose partition says what becomes of it. */
async function preempt(cluster: Cluster, partition: "requeued" | "cancelled" | "suspended"): Promise<void> {
  // Most jobs wait until the other's job has begun, however long that takes.
  const gate = join(cluster.home, `gate-${randomUUID()}`);
  const before = `sleep 0.5; [[ \${params.i} -le 4 ]] || until [[ -e ${gate} ]]; do sleep 0.3; done`;
  const swarm = swarmOn(cluster, `partition: "${partition}"`, before);
  const { outcome } = swarm.beginDeploy();
  await whenAtWork(swarm);
  let node = "";
  // Its manager is at work; on a busy machine the queue says so later.
  for (let looks = 0; node === "" && looks < 60; looks += 1) {
    if (looks > 0) await sleep(500);
    const ids = swarm.submissions().map(([id]) => id);
    const query = `squeue --noheader --jobs=${ids.join()} --states=RUNNING --format=%N`;
    node = (await cluster.administer(query)).trim().split("\n")[0] ?? "";
  }
  await cluster.administer(
    `cd / && sbatch --partition=urgent --nodelist=${node} --exclusive --output=/dev/null --time=1 --wrap='touch ${gate}; sleep ${partition === "suspended" ? 12 : 4}'`,
  );
  const said = await assertAllThere(swarm, outcome);
  if (partition === "cancelled") assert.match(said, new RegExp(`PREEMPTED on ${node}`));
}

/** A node hangs, as where a file system does not answer: its pilot is given up, and its jobs go on elsewhere. */
async function hang(cluster: Cluster): Promise<void> {
  const swarm = swarmOn(cluster);
  const { outcome } = swarm.beginDeploy();
  const id = await whenAtWork(swarm);
  for (const pid of swarm.processes()) if (isInPilot(pid)) kill(pid, "SIGSTOP");
  const said = await assertAllThere(swarm, outcome);
  const [, node] =
    new RegExp(`the pilot ${id} on (\\S+) has given no heartbeat for 16 s.*: cancelled`).exec(said) ?? [];
  assert.ok(node && cluster.nodes.includes(node), said);
  assert.match(said, new RegExp(`these nodes are left out, since nothing worked there: ${node}`));
}

async function failProlog(cluster: Cluster): Promise<void> {
  const [node] = cluster.nodes as [string];
  const mark = join(cluster.state, "bad-prolog");
  writeFileSync(mark, `${node}\n`);
  try {
    const swarm = swarmOn(cluster);
    const said = await assertAllThere(swarm, swarm.beginDeploy().outcome);
    assert.match(said, new RegExp(`note: a node could not start the pilot \\d+_1 \\(.*${node}.*: released`));
  } finally {
    rmSync(mark);
    await cluster.administer(`scontrol update nodename=${node} state=resume`);
  }
}

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "held, put back, suspended, preempted: no job is lost or tried again",
  async () => {
    const cluster = await useCluster();
    await failProlog(cluster);
    await together({
      "put back into the queue twice": () => requeueTwice(cluster),
      "on a node that hangs": () => hang(cluster),
      "suspended for longer than a pilot may be silent": () => suspend(cluster),
      "preempted, and put back": () => preempt(cluster, "requeued"),
      "preempted, and cancelled": () => preempt(cluster, "cancelled"),
      "preempted, and suspended for longer than a pilot may be silent": () => preempt(cluster, "suspended"),
    });
  },
);

test.run();
