import assert from "node:assert/strict";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { SWARMS } from "../swarms/swarm-folders.js";
import { checkPerJob, checkShared, copyClassify, snapshot } from "./classify.js";

/** The example of a tree, wherever it may run, and however jobs have it. */
const test = suite("trees elsewhere");

const why = noCluster;

type TargetText = (cluster: Cluster, directory: string) => string;

const TARGETS: Readonly<Record<string, TargetText>> = {
  "in remote mode: pilots over ssh": (_, directory) =>
    `slurm({ host: "lab", directory: "${directory}", nodes: 2, cpusPerNode: 2, walltime: "10m" })`,
  "in remote-shared mode: pilots over ssh, files by a shared directory": (cluster, directory) =>
    `slurm({ host: "lab", directory: "${directory}", sharedDirectory: { here: "${cluster.home}/seen-here", there: "${cluster.home}" }, nodes: 2, cpusPerNode: 2, walltime: "10m" })`,
  "over ssh without SLURM": (_, directory) => `ssh({ host: "lab", directory: "${directory}", slots: 2 })`,
  "over ssh without SLURM, by a shared directory": (cluster, directory) =>
    `ssh({ host: "lab", directory: "${directory}", sharedDirectory: { here: "${cluster.home}", there: "${cluster.home}" }, slots: 2 })`,
};

let count = 0;

/** Deploys the example; its folder, and the folder of the target. */
async function deploy(target: TargetText, ...changes: readonly (readonly [string | RegExp, string])[]) {
  const cluster = await useCluster();
  await cluster.administer(`ln -sfn ${cluster.home} ${cluster.home}/seen-here`);
  count += 1;
  const directory = join(cluster.home, `trees-${process.pid}-${count}`);
  const folder = copyClassify(
    ["import {", "import { slurm, ssh,"],
    ["targets: { local: local() }", `targets: { there: ${target(cluster, directory)} }`],
    ...changes,
  );
  const { exitCode, stdout, stderr } = await locusts(["deploy", "--json"], { cwd: folder, env: cluster.environment });
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  assert.equal(JSON.parse(stdout).jobs.done, 20);
  return { folder, directory, cluster };
}

for (const [words, target] of Object.entries(TARGETS)) {
  test.skipUnless(why === undefined, why ?? "", `copied, ${words}`, async () => {
    const { folder, directory } = await deploy(target);
    checkShared(folder);
    assert.deepEqual(snapshot(join(folder, "environment")), snapshot(join(SWARMS, "classify/environment")));
    const there = readdirSync(directory, { recursive: true }).map(String);
    assert.deepEqual(
      there.filter((path) => path.includes("important") || path.includes("incoming")),
      [],
      "nothing of it is left",
    );
  });

  test.skipUnless(why === undefined, why ?? "", `a tree for each job, ${words}`, async () => {
    const { folder } = await deploy(target, ["select: [", 'mode: "perJob", select: [']);
    checkPerJob(folder);
  });

  test.skipUnless(why === undefined, why ?? "", `in place, ${words}`, async () => {
    const cluster = await useCluster();
    const root = join(cluster.home, `environment-${process.pid}-${count}`);
    cpSync(join(SWARMS, "classify/environment"), root, { recursive: true });
    await cluster.administer(`chown -R ${cluster.user} ${root}`);
    const { folder } = await deploy(
      target,
      [/select: \[[\s\S]*?\],\n/, 'mode: "inPlace",\n'],
      ['root: "environment"', `root: "${root}"`],
    );
    checkShared(folder, join(folder, "results/tree"), "changed");
    checkShared(folder, root, "changed");
  });
}

test.run();
