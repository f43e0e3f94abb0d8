import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { reportOf, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh } from "./elsewhere.js";

/** What happens to pilots costs time, and nothing else: nothing is lost, nothing counted twice. */
const test = suite("troubles of pilots", undefined, { seconds: 240 });

const why = noCluster;
const JOBS = 48;

/** Two pilots of two slots, with work for some 4 s. */
function deploymentOn(cluster: Cluster): Elsewhere {
  return new Elsewhere(
    overSsh(cluster),
    `jobs: range("i", 1, ${JOBS}),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 0.3; echo \${params.i} > \${outputs.text}\`,`,
    'slurm({ host: "lab", directory: DIRECTORY, nodes: 2, cpusPerNode: 2, walltime: "10m", silence: "4s" })',
  );
}

/** The job id of a pilot, as SLURM has it. */
function pilotOf(deployment: Elsewhere): string {
  return `${deployment.submissions()[0]?.[0]}_1`;
}

async function whenUnderWay(deployment: Elsewhere): Promise<void> {
  await until(
    "both pilots have done some jobs",
    () => {
      try {
        return [...deployment.shares().values()].filter((share) => share > 1).length === 2;
      } catch {
        return false;
      }
    },
    90,
  );
}

function assertAllThere(deployment: Elsewhere): void {
  assert.equal(deployment.results().length, JOBS);
  for (const file of deployment.results()) assert.equal(deployment.result(file), `${file.replace(".txt", "")}\n`);
  const rows = [...deployment.jobs().values()];
  assert.equal(rows.length, JOBS);
  assert.ok(
    rows.every(({ status, attempts }) => status === "done" && attempts === "1"),
    "no job has used up a try",
  );
}

const TROUBLES: Readonly<Record<string, (cluster: Cluster, id: string, node: string) => Promise<unknown>>> = {
  "a pilot that is cancelled": (cluster, id) => cluster.administer(`scancel ${id}`),
  "a pilot that is put back into the queue": (cluster, id) => cluster.administer(`scontrol requeue ${id}`),
  "a node that is set down": async (cluster, _id, node) => {
    await cluster.administer(`scontrol update nodename=${node} state=down reason=test`);
    await sleep(3000);
    await cluster.administer(`scontrol update nodename=${node} state=resume || true`);
  },
  "a pilot whose processes are all killed": (cluster, _id, node) =>
    cluster.administer(
      `for each in /proc/[0-9]*; do if grep -qz "^SLURMD_NODENAME=${node}$" "$each/environ" 2>/dev/null; then kill -KILL "\${each#/proc/}"; fi; done 2>/dev/null; true`,
    ),
};

for (const [words, cause] of Object.entries(TROUBLES)) {
  test.skipUnless(why === undefined, why ?? "", words, async () => {
    const cluster = await useCluster();
    const deployment = deploymentOn(cluster);
    const { outcome } = deployment.beginDeploy();
    await whenUnderWay(deployment);
    const id = pilotOf(deployment);
    const node = (await cluster.administer(`squeue --noheader --jobs=${id} --format=%N`)).trim();
    await cause(cluster, id, node);
    const { exitCode, report, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, JOBS, stderr);
    assertAllThere(deployment);
  });
}

test.skipUnless(why === undefined, why ?? "", "a slurmd that is killed", async () => {
  const cluster = await useCluster();
  const deployment = deploymentOn(cluster);
  const { outcome } = deployment.beginDeploy();
  await whenUnderWay(deployment);
  const node = (await cluster.administer(`squeue --noheader --jobs=${pilotOf(deployment)} --format=%N`)).trim();
  try {
    await cluster.administer(`kill -KILL "$(cat ${join(cluster.state, "run", `slurmd.${node}.pid`)})"`);
    const { exitCode, report, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, JOBS, stderr);
    assertAllThere(deployment);
  } finally {
    await cluster.administer(`slurmd -N ${node}; sleep 1; scontrol update nodename=${node} state=resume || true`);
  }
});

test.skipUnless(
  why === undefined,
  why ?? "",
  "cancel leaves no process and no allocation, and keeps what is done",
  async () => {
    const cluster = await useCluster();
    const deployment = deploymentOn(cluster);
    const left = await deployment.deploy(["--detach"]);
    assert.equal(left.exitCode, 0, left.stderr);
    await whenUnderWay(deployment);
    const cancelled = await deployment.json<{ jobs: { done: number } }>("cancel");
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.ok(cancelled.document.jobs.done > 0);
    const name = readdirSync(join(deployment.run(), "pilots"))
      .find((file) => file.endsWith(".log"))
      ?.split(".")[0];
    assert.equal(await cluster.administer(`squeue --noheader --name=${name}`), "");
    for (let tries = 0; tries < 40 && deployment.processes().length > 0; tries += 1) await sleep(100);
    assert.deepEqual(deployment.processes(), []);
    // What was done is not run again.
    const report = await deployment.succeed();
    assert.equal(report.jobs.cached, cancelled.document.jobs.done);
    assertAllThere(deployment);
  },
);

test.run();
