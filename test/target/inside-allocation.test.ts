import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { begin, CLI } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** Locusts started in a shell that SLURM has given to somebody: it does there what it does outside. */
const test = suite("inside an allocation");

/** What of a job's environment is another for each pilot. */
const OWN =
  /^(SLURM_(JOB_?ID|JOB_NAME|JOB_(START|END)_TIME|(JOB_)?NODELIST|TOPOLOGY_ADDR|TASK_PID)|SLURMD_NODENAME|LOCUSTS_\w+|HOSTNAME|PWD|OLDPWD|SHLVL)=/;

/** The environment that the first job has seen. */
function seen(deployment: Elsewhere): string[] {
  return deployment
    .result("1.env")
    .split("\n")
    .filter((line) => line !== "" && !OWN.test(line))
    .sort();
}

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "slurm() is the same, local() has the allocation's own cores",
  async () => {
    const cluster = await useCluster();
    const deployment = new Elsewhere(
      { environment: { SLURM_CONF: cluster.slurmConf }, home: join(cluster.home, "inside") },
      `jobs: range("i", 1, 2), outputs: { env: "{i}.env" },
     command: ({ outputs, params }) => sh\`env > \${outputs.env}; : \${params.i}\`,`,
      'slurm({ directory: DIRECTORY, cpusPerNode: 2, walltime: "2m", memory: "800 MB" }), here: local()',
    );
    await deployment.succeed(["--target", "there"]);
    const outside = seen(deployment);
    assert.ok(outside.includes("SLURM_JOB_PARTITION=main"));

    const deploy = `${process.execPath} ${CLI} deploy --redo`;
    // What sites and their prologs put around such a shell besides.
    const script = `export TMPDIR=/tmp/locusts.$SLURM_JOB_ID CUDA_VISIBLE_DEVICES=0 PMI_RANK=0 PMIX_RANK=0
    mkdir "$TMPDIR" && trap 'rm -r "$TMPDIR"' EXIT
    ${deploy} --target there && cp results/1.env there.env && ${deploy} --target here`;
    const words = ["--ntasks=1", "--cpus-per-task=1", "--mem=700", "bash", "-c", script];
    const inside = await begin("srun", words, deployment.folder, { SLURM_CONF: cluster.slurmConf }).outcome;
    assert.equal(inside.exitCode, 0, inside.stderr);
    const local = seen(deployment);
    deployment.write("results/1.env", deployment.read("there.env"));
    assert.deepEqual(
      seen(deployment).filter((line) => !line.startsWith("TMPDIR=")),
      outside.filter((line) => !line.startsWith("TMPDIR=")),
    );
    assert.doesNotMatch(deployment.read("there.env"), /^TMPDIR=\/tmp\/locusts\./m);

    assert.deepEqual(
      local.filter((line) => /^(SLURM_(STEP|SRUN|PTY|LAUNCH|PROCID|CPU_BIND)|PMI)/.test(line)),
      [],
      "a job is no task of the step",
    );
    const journals = deployment.path(".locusts/here/runs/1/journal");
    const texts = readdirSync(journals).map((file) => readFileSync(join(journals, file), "utf8"));
    assert.match(texts.join(""), /^manager\t(\S+\t){3}1\t\.$/m, "one core");
    assert.doesNotMatch(texts.join(""), /^slot\t2\t/m);
  },
);

test.run();
