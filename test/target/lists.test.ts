import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
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

test.run();
