import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, existsSync, lstatSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { until } from "../deploy/deployment.js";
import { assertUnharmed, NASTY_FIELDS, NASTY_FILES, NASTY_NAMES } from "../deploy/nasty-names.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh } from "./elsewhere.js";

/** What goes to another machine and back arrives as it was. */
const test = suite("there and back");

const why = noCluster;

const SSH = 'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })';

test.skipUnless(why === undefined, why ?? "", "files of any name", async () => {
  const deployment = new Elsewhere(overSsh(await useCluster()), NASTY_FIELDS, SSH, NASTY_FILES);
  const report = await deployment.succeed();
  assert.equal(report.jobs.total, NASTY_NAMES.length);
  assertUnharmed(deployment);
  assert.equal((await deployment.succeed()).jobs.cached, NASTY_NAMES.length);
});

test.skipUnless(why === undefined, why ?? "", "modes, links and empty folders in folders", async () => {
  const deployment = new Elsewhere(
    overSsh(await useCluster()),
    `jobs: list("id", ["a"]),
     inputs: { tool: "tool.sh", shared: shared("folder") },
     outputs: { tree: "tree/", link: "link" },
     command: ({ inputs, outputs, params }) => sh\`
       ./\${inputs.tool} > /dev/null
       mkdir -p \${outputs.tree}/empty \${outputs.tree}/below
       echo text > \${outputs.tree}/below/file
       ln -s below/file \${outputs.tree}/inner
       ln -s ../\${inputs.shared}/leaf \${outputs.tree}/outer
       install -m 755 \${inputs.tool} \${outputs.tree}/tool
       ln -s \${outputs.tree}/below/file \${outputs.link}
       ! echo more >> \${inputs.shared}/leaf; : \${params.id}\`,`,
    SSH,
    { "tool.sh": "#!/bin/sh\necho tool\n", "folder/leaf": "leaf\n" },
  );
  chmodSync(deployment.path("tool.sh"), 0o755);
  await deployment.succeed();
  const at = (path: string) => deployment.path("results", path);
  assert.deepEqual(deployment.results(), ["link", "tree/below/file", "tree/inner", "tree/outer", "tree/tool"]);
  assert.ok(statSync(at("tree/empty")).isDirectory());
  assert.equal(readlinkSync(at("tree/inner")), "below/file");
  assert.ok(lstatSync(at("tree/outer")).isFile(), "a link that leads out gives way to what it leads to");
  assert.equal(deployment.result("tree/outer"), "leaf\n");
  assert.ok(lstatSync(at("link")).isFile());
  assert.equal(deployment.result("link"), "text\n");
  assert.equal(statSync(at("tree/tool")).mode & 0o111, 0o111);
});

test.skipUnless(why === undefined, why ?? "", "logs of failed jobs, and of all when asked for", async () => {
  const deployment = new Elsewhere(
    overSsh(await useCluster()),
    `jobs: list("id", ["good", "bad"]),
     command: ({ params }) => sh\`echo "says \${params.id}"; [[ \${params.id} == good ]] || nonesuch\`,`,
    SSH,
  );
  const { exitCode } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual([deployment.log("good", "out"), deployment.log("bad", "out")], ["", "says bad\n"]);
  await deployment.deploy(["--redo", "all", "--keep-logs"]);
  assert.deepEqual([deployment.log("good", "out"), deployment.log("bad", "out")], ["says good\n", "says bad\n"]);
  const { stdout, stderr } = await deployment.verb(["logs", "--job", "bad"]);
  assert.match(stdout, /^says bad\n.*: nonesuch: command not found\n$/);
  assert.match(stderr, /^==> ended by swarm\.config\.ts:\d+: .*\[\[ "\$param_id" == good \]\] \|\| nonesuch$/m);

  // Once more, alone, over there.
  const again = await deployment.verb(["repro", "bad"]);
  assert.deepEqual([again.exitCode, again.stdout], [127, "says bad\n"]);
  assert.match(again.stderr, /^swarm\.config\.ts:\d+: nonesuch: command not found\n$/);

  // Of a job that runs, what it has printed so far.
  deployment.define('jobs: list("id", ["slow"]), command: () => sh`echo "so far"; sleep 100`,');
  await deployment.deploy(["--detach"]);
  const work = `${deployment.run(3)}/work/main.1/1/1`;
  await until("it has printed something", () => existsSync(`${work}.out`) && statSync(`${work}.out`).size > 0);
  assert.equal((await deployment.verb(["logs", "--job", "slow"])).stdout, "so far\n");
  const following = deployment.begin(["logs", "--follow"]);
  await once(following.child.stdout as Readable, "data");
  const { document } = await deployment.json<{ running: readonly { job: string; folder: string }[] }>("status");
  assert.deepEqual(
    document.running.map(({ job, folder }) => [job, folder]),
    [["slow", work]],
  );
  assert.equal((await deployment.verb(["cancel"])).exitCode, 0);
  assert.equal((await following.outcome).stdout, "slow| so far\n");
});

test.skipUnless(
  why === undefined,
  why ?? "",
  "jobs on a node's own disk: outputs and logs are collected all the same, and shown when they have ended",
  async () => {
    const cluster = await useCluster();
    const go = join(cluster.home, "go-7");
    const deployment = new Elsewhere(
      overSsh(cluster),
      `jobs: range("i", 1, 30),
     inputs: { data: shared("data") },
     outputs: { place: "{i}.txt" },
     command: ({ inputs, outputs, params }) => sh\`pwd > \${outputs.place}; cat \${inputs.data} >> \${outputs.place}; [[ \${params.i} != 7 ]] || { until [[ -e ${go} ]]; do sleep 0.1; done; echo seven >&2; exit 7; }\`,`,
      'slurm({ host: "lab", directory: DIRECTORY, cpusPerNode: 2, walltime: "10m", scratch: "/tmp/scratch-of-$SLURM_JOB_ID" })',
      { data: "data\n" },
    );
    await deployment.deploy(["--detach"]);
    const following = deployment.begin(["logs", "--follow"]);
    let heard = "";
    for await (const words of following.child.stderr as Readable) {
      heard += words;
      if (/==> 7 runs on the own disk/.test(heard)) writeFileSync(go, "");
    }
    assert.match(heard, /7\| seven\n(.*\n)*==> 7 failed: exit, exit code 7/);
    const { exitCode, report } = await deployment.deploy();
    assert.equal(exitCode, 3);
    assert.deepEqual(
      report.failures.map(({ job, cause }) => [job, cause]),
      [["7", "exit"]],
    );
    assert.match(deployment.result("1.txt"), /^\/tmp\/scratch-of-\d+\/.*\ndata\n$/);
    assert.equal(deployment.results().length, 29);
    // Once more, alone, in an allocation of its own.
    const again = await deployment.verb(["repro", "7"]);
    assert.deepEqual([again.exitCode, again.stderr], [7, "seven\n"]);
    assert.equal(await cluster.administer("ls -d /tmp/scratch-of-* 2>/dev/null || true"), "", "scratch is left clean");
  },
);

test.skipUnless(why === undefined, why ?? "", "a job over its memory is called oom, and the others go on", async () => {
  const cluster = await useCluster();
  const deployment = new Elsewhere(
    overSsh(cluster),
    `jobs: range("i", 1, 6),
     command: ({ params }) => sh\`if ((\${params.i} == 3)); then head -c 600M /dev/zero | tail > /dev/null; fi\`,`,
    'slurm({ host: "lab", directory: DIRECTORY, cpusPerNode: 2, walltime: "10m", memory: "150 MB" })',
  );
  const { exitCode, report, stderr } = await deployment.deploy();
  assert.equal(exitCode, 3, stderr);
  assert.deepEqual([report.jobs.done, report.jobs.failed], [5, 1]);
  if (cluster.memoryControl) assert.equal(report.failures[0]?.cause, "oom");
});

test.run();
