import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** `jobs: commands("tasks.txt")` on a cluster: the lines run over there. */
const test = suite("lists of commands elsewhere");

const why = noCluster;
const PILOTS = 'host: "lab", directory: DIRECTORY, nodes: 2, cpusPerNode: 2, minJobsPerCpu: 1, walltime: "10m"';

test.skipUnless(why === undefined, why ?? "", "lines run in the folder over there, in pilots", async () => {
  const cluster = await useCluster();
  const project = join(cluster.home, `project-${process.pid}`);
  await cluster.administer(`mkdir -p ${project} && chown ${cluster.user} ${project}`);
  const tasks = Array.from({ length: 8 }, (_, i) => `echo "$SLURM_JOB_PARTITION" | wc -l > ${i}.txt; pwd >> ${i}.txt`);
  const swarm = new Elsewhere(
    { environment: cluster.environment, home: cluster.home },
    `jobs: commands("tasks.txt", { folder: ${JSON.stringify(project)} }),
     command: ({ line }) => sh\`[[ $SLURM_JOB_ID ]]; \${line}\`,`,
    `slurm({ ${PILOTS} })`,
    { "tasks.txt": tasks.join("\n") },
  );
  assert.equal((await swarm.succeed()).jobs.done, 8);
  const names = readdirSync(project).sort();
  assert.deepEqual(
    names,
    tasks.map((_, i) => `${i}.txt`),
  );
  assert.equal(readFileSync(join(project, "3.txt"), "utf8"), `1\n${project}\n`);
  // A line that has failed tells so with its text, and its logs come along.
  swarm.write("tasks.txt", `${tasks.join("\n")}\necho why >&2; exit 9\n`);
  const { exitCode, report } = await swarm.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    [report.jobs.cached, report.failures.map(({ job, exitCode: code }) => [job, code])],
    [8, [["9", 9]]],
  );
  const [log] = readdirSync(swarm.path("results/_logs"));
  assert.match(log ?? "", /^9\.[0-9a-f]{8}\.err$/);
  assert.equal(swarm.read(`results/_logs/${log}`), "why\n");
  await cluster.administer(`rm -r ${project}`);
});

test.run();
