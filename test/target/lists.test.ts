import assert from "node:assert/strict";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";
import { linesInFolder } from "./pilot-checks.js";

/** `jobs: commands("tasks.txt")` on a cluster: the lines run over there. */
const test = suite("lists of commands elsewhere");

const why = noCluster;
const PILOTS = 'host: "lab", directory: DIRECTORY, nodes: 2, cpusPerNode: 2, minJobsPerCpu: 1, walltime: "10m"';

test.skipUnless(why === undefined, why ?? "", "lines run in the folder over there, in pilots", async () => {
  const cluster = await useCluster();
  const project = join(cluster.home, `project-${process.pid}`);
  await cluster.administer(`mkdir -p ${project} && chown ${cluster.user} ${project}`);
  const place = { environment: cluster.environment, home: cluster.home };
  await linesInFolder(place, `slurm({ ${PILOTS} })`, project, "[[ $SLURM_JOB_ID ]]");
  await cluster.administer(`rm -r ${project}`);
});

test.skipUnless(why === undefined, why ?? "", "a folder that is not over there is told as what it is", async () => {
  const cluster = await useCluster();
  const swarm = new Elsewhere(
    { environment: cluster.environment, home: cluster.home },
    'jobs: commands("tasks.txt", { folder: "/nowhere/at/all" }),',
    `slurm({ ${PILOTS} })`,
    { "tasks.txt": "echo hi" },
  );
  const doctor = await swarm.verb(["doctor"]);
  assert.match(doctor.stdout, /folder .*\/nowhere\/at\/all, in which the lines are to run, is no folder there/);
  assert.match(doctor.stdout, /give commands\(…, { folder }\) the path that it has on the target/);
  const { exitCode, stderr } = await swarm.verb(["deploy"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /the folder \/nowhere\/at\/all, in which the lines are to run, is not there/);
  for (const text of [doctor.stdout, stderr]) assert.doesNotMatch(text, /tree|root/);
});

test.run();
