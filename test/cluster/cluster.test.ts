import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { suite } from "../runner/suite.js";
import { noCluster } from "./availability.js";
import { useCluster } from "./cluster.js";

const test = suite("test cluster");

function onLoginNode(config: string, script: string): string {
  return execFileSync("ssh", ["-F", config, "-o", "BatchMode=yes", "lab", script], { encoding: "utf8" });
}

test.skipUnless(!noCluster, noCluster ?? "", "runs a job on each of its nodes at once", async () => {
  const cluster = await useCluster();
  const script =
    "sbatch --wait --quiet --nodes=4 --exclusive --output=nodes.txt --wrap 'srun printenv SLURMD_NODENAME'";
  const printed = onLoginNode(cluster.sshConfig, `${script}; sort nodes.txt`);
  assert.deepEqual(printed.trim().split("\n"), [...cluster.nodes]);
});

test.skipUnless(!noCluster, noCluster ?? "", "keeps accounts, and what a job used too much of", async () => {
  const cluster = await useCluster();
  const grow =
    "sbatch --wait --parsable --mem=20 --output=/dev/null --wrap 'x=$(head -c 300000000 /dev/zero | tr \"\\0\" x)'";
  const job = onLoginNode(cluster.sshConfig, `${grow}; true`).trim();
  let state = "";
  for (let tries = 0; tries < 50 && !/^[OFC]/.test(state); tries++) {
    state = await cluster.administer(`sleep 0.2; sacct --noheader --parsable2 --allocations --format=State -j ${job}`);
  }
  assert.equal(state.trim(), cluster.memoryControl ? "OUT_OF_MEMORY" : "FAILED");
});

test.run();
