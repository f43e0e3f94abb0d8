import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { catAndLs } from "./pilot-checks.js";

/** The predecessor's first example, wherever it may run: host × engine × how files get there. */
const test = suite("cat-and-ls elsewhere");

const why = noCluster;

const MODES: Readonly<Record<string, (cluster: Cluster, directory: string) => string>> = {
  "in remote mode: pilots over ssh": (_, directory) =>
    `slurm({ host: "lab", directory: "${directory}", nodes: 2, cpusPerNode: 2, walltime: "10m" })`,
  "in remote-shared mode: pilots over ssh, files by a shared directory": (cluster, directory) =>
    `slurm({ host: "lab", directory: "${directory}", sharedDirectory: { here: "${cluster.home}/seen-here", there: "${cluster.home}" }, nodes: 2, cpusPerNode: 2, walltime: "10m" })`,
  "over ssh without SLURM": (_, directory) => `ssh({ host: "lab", directory: "${directory}", slots: 2 })`,
  "over ssh without SLURM, by a shared directory": (cluster, directory) =>
    `ssh({ host: "lab", directory: "${directory}", sharedDirectory: { here: "${cluster.home}", there: "${cluster.home}" }, slots: 2 })`,
  "over the user's own ssh": (_, directory) =>
    `ssh({ host: "lab", directory: "${directory}", slots: 2, ssh: "openssh" })`,
  "with SLURM without ssh": (_, directory) =>
    `slurm({ directory: "${directory.replace(/^.*\//, `${temporary()}/`)}", nodes: 2, cpusPerNode: 2, walltime: "10m" })`,
};

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  made.push(realpathSync(mkdtempSync(join(tmpdir(), "locusts-login-"))));
  return made.at(-1) as string;
}

for (const [words, target] of Object.entries(MODES)) {
  test.skipUnless(why === undefined, why ?? "", words, async () => {
    const cluster = await useCluster();
    await cluster.administer(`ln -sfn ${cluster.home} ${cluster.home}/seen-here`);
    const directory = join(cluster.home, `modes-${process.pid}-${made.length}-${words.length}`);
    await catAndLs(target(cluster, directory), cluster.environment);
  });
}

test.run();
