import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
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
  return swarm.submissions().reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0);
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

/** Pilots that wait for something that may pass are left to wait, with words, and go on when it has passed. */
async function waitFor(options: string, words: RegExp, pass: () => Promise<unknown>): Promise<void> {
  const swarm = new Elsewhere(overSsh(await useCluster()), jobs(8), slurm(`cpusPerNode: 1, ${options}`));
  const { child, outcome } = swarm.beginDeploy();
  let said = "";
  const end = Date.now() + 60_000;
  while (!words.test(said)) {
    if (Date.now() > end) {
      child.kill("SIGINT");
      assert.fail(`it says ${said}; ${(await outcome).stderr}`);
    }
    await sleep(500);
    const looked = await swarm.verb(["status", "--json"]);
    said = looked.exitCode === 0 ? (JSON.parse(looked.stdout) as { words: string }).words : "";
  }
  await pass();
  const { exitCode, report, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 8);
}

function waitForBudget(cluster: Cluster): Promise<void> {
  return waitFor(
    'qos: "spent"',
    /1 waits: the budget of the account or qos is used up, QOSGrpCPUMinutesLimit \(.*locusts cancel/,
    () => cluster.administer("sacctmgr --immediate --quiet modify qos spent set GrpTRESMins=cpu=-1"),
  );
}

async function waitForLicence(cluster: Cluster): Promise<void> {
  // Settings have just been changed: for a moment SLURM may know no licence.
  const holder = await cluster.administer(
    "cd / && for _ in {1..20}; do sbatch --parsable --licenses=scarce:1 --output=/dev/null --wrap='sleep 100' && break; sleep 1; done",
  );
  await waitFor('sbatch: ["--licenses=scarce:1"]', /1 waits: for a licence: scontrol show licenses/, () =>
    cluster.administer(`scancel ${holder}`),
  );
}

async function waitForDrainedNode(cluster: Cluster): Promise<void> {
  const node = cluster.nodes[3] as string;
  await cluster.administer(`scontrol update nodename=${node} state=drain reason=test`);
  const resume = () => cluster.administer(`scontrol update nodename=${node} state=resume`);
  try {
    await waitFor(`sbatch: ["--nodelist=${node}"]`, /1 waits: for nodes that are not available, .*sinfo -R/, resume);
  } finally {
    await resume().catch(() => {}); // it is in service already
  }
}

async function askForNoLicence(cluster: Cluster): Promise<void> {
  const swarm = new Elsewhere(overSsh(cluster), jobs(8), slurm('cpusPerNode: 1, sbatch: ["--licenses=none:1"]'));
  const { exitCode, stderr } = await swarm.verb(["deploy"]);
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /Invalid license specification/);
  assert.match(stderr, /scontrol show licenses/);
}

/** A single node that seems to be bad, and no other: it is used again, and what fails there has failed. */
async function failOnOnlyNode(cluster: Cluster): Promise<void> {
  const others = cluster.nodes.slice(1).join();
  const swarm = new Elsewhere(
    overSsh(cluster),
    // What succeeds in the end takes its time, so that the failures before it are noticed.
    jobs(12).replace("sh`echo", "sh`((${params.i} > 9)) || exit 9; sleep 2; echo"),
    slurm(`cpusPerNode: 1, sbatch: ["--exclude=${others}"]`),
  );
  const { exitCode, report, stderr } = await swarm.deploy();
  assert.equal(exitCode, 3, stderr);
  assert.equal(report.jobs.done, 3, stderr);
  assert.equal(report.jobs.failed, 9, stderr);
  assert.match(stderr, new RegExp(`a node takes no more work: ${cluster.nodes[0]}: 8 jobs failed there`));
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
    "a licence that another has": () => waitForLicence(cluster),
    "a licence of which there is none": () => askForNoLicence(cluster),
    "a node that is drained": () => waitForDrainedNode(cluster),
    "no other node than one that seems to be bad": () => failOnOnlyNode(cluster),
  });
});

test.run();
