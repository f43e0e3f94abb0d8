import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { copySwarm } from "../swarms/swarm-folders.js";

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
    const folder = copySwarm("cat-and-ls");
    const definition = join(folder, "swarm.config.ts");
    const directory = join(cluster.home, `modes-${process.pid}-${made.length}-${words.length}`);
    const text = readFileSync(definition, "utf8")
      .replace("import {", "import { slurm, ssh,")
      .replace("targets: { local: local() }", `targets: { there: ${target(cluster, directory)} }`);
    writeFileSync(definition, text);

    const deployed = await locusts(["deploy", "--json"], { cwd: folder, env: cluster.environment });
    assert.equal(deployed.exitCode, 0, `${deployed.stdout}\n${deployed.stderr}`);
    const { jobs } = JSON.parse(deployed.stdout);
    assert.deepEqual([jobs.total, jobs.done, jobs.failed, jobs.cached], [101, 101, 0, 0]);

    const results = readdirSync(join(folder, "results"));
    const inputs = join(folder, "inputs");
    const read = (path: string) => readFileSync(path, "utf8");
    for (const name of readdirSync(inputs).filter((file) => file.startsWith("inputfile_"))) {
      const id = name.slice("inputfile_".length, -".txt".length);
      const expected = [name, `second${name}`, "sharedfile.txt"].map((file) => read(join(inputs, file))).join("");
      assert.equal(read(join(folder, "results", `cat_output_${id}.txt`)), expected);
      assert.equal(
        read(join(folder, "results", `ls_output_${id}.txt`))
          .trimEnd()
          .split("\n").length,
        3,
      );
    }
    assert.equal(results.filter((name) => name.startsWith("cat_output_")).length, 101);
    assert.deepEqual(readdirSync(folder).sort(), [
      ".locusts",
      "README.md",
      "bundle",
      "inputs",
      "results",
      "swarm.config.ts",
    ]);

    const again = await locusts(["deploy", "--json"], { cwd: folder, env: cluster.environment });
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(JSON.parse(again.stdout).jobs.cached, 101);

    const cleaned = await locusts(["clean"], { cwd: folder, env: cluster.environment });
    assert.equal(cleaned.exitCode, 0, cleaned.stderr);
    assert.equal(readdirSync(join(folder, "results")).length, results.length, "results stay");
  });
}

test.run();
