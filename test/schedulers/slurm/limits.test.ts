import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { reportOf } from "../../deploy/deployment.js";
import { suite } from "../../runner/suite.js";
import { Elsewhere, overSsh } from "../../target/elsewhere.js";
import { together } from "./together.js";

/** Limits of a site: as many pilots as they allow, and patience with those that may be lifted. */
const test = suite("limits", {}, { seconds: 180 });

const jobs = (count: number) => `
  jobs: range("i", 1, ${count}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,
`;

const slurm = (options: string) => `slurm({ host: "lab", directory: DIRECTORY, walltime: "10m", ${options} })`;

function submittedBy(swarm: Elsewhere): number {
  return readFileSync(join(swarm.run(), "pilots/submitted.tsv"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t").map(Number))
    .reduce((sum, [, first = 0, last = 0]) => sum + last - first + 1, 0);
}

async function submitMoreThanAllowed(cluster: Cluster): Promise<void> {
  const swarm = new Elsewhere(
    overSsh(cluster),
    jobs(8),
    slurm('cpusPerNode: 1, nodes: 7, minJobsPerCpu: 1, qos: "tight"'),
  );
  const { exitCode, report, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 8);
  assert.equal(submittedBy(swarm), 5);
  assert.match(stderr, /note: a limit of jobs lets SLURM take 5 of the 7 pilots: .*lower nodes/);
}

async function submitChainsBeyondLimit(cluster: Cluster): Promise<void> {
  const swarm = new Elsewhere(
    overSsh(cluster),
    jobs(8),
    slurm('cpusPerNode: 1, nodesMaySubmit: false, successors: 9, qos: "few"'),
  );
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.equal(submittedBy(swarm), 3);
  assert.match(stderr, /note: a limit of jobs lets SLURM take 3 of the 10 pilots/);
}

async function waitForBudget(cluster: Cluster): Promise<void> {
  const swarm = new Elsewhere(overSsh(cluster), jobs(8), slurm('cpusPerNode: 1, qos: "spent"'));
  const { outcome } = swarm.beginDeploy();
  let words = "";
  const end = Date.now() + 60_000;
  while (!/budget/.test(words)) {
    if (Date.now() > end) assert.fail(`it says ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const looked = await swarm.begin(["status", "--json"]).outcome;
    words = looked.exitCode === 0 ? (JSON.parse(looked.stdout) as { words: string }).words : "";
  }
  assert.match(words, /1 waits: the budget of the account or qos is used up, QOSGrpCPUMinutesLimit \(.*locusts cancel/);
  await cluster.administer("sacctmgr --immediate --quiet modify qos spent set GrpTRESMins=cpu=-1");
  const { exitCode, report, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 8);
}

test.skipUnless(!noCluster, noCluster ?? "", "limits lessen the pilots, or delay them, and fail nothing", async () => {
  const cluster = await useCluster();
  await cluster.administer(`
    sacctmgr --immediate --quiet add qos few MaxSubmitJobsPerUser=3
    sacctmgr --immediate --quiet add qos tight MaxSubmitJobsPerUser=5
    sacctmgr --immediate --quiet add qos spent
    sacctmgr --immediate --quiet modify qos spent set GrpTRESMins=cpu=0
    sacctmgr --immediate --quiet modify user ${cluster.user} set qos+=few,tight,spent`);
  await together({
    "more pilots than may be submitted": () => submitMoreThanAllowed(cluster),
    "chains that are longer than may be submitted": () => submitChainsBeyondLimit(cluster),
    "a budget that is used up, and raised": () => waitForBudget(cluster),
  });
});

test.run();
