import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Shims } from "../schedulers/slurm/shims.js";
import { Elsewhere, type Place } from "./elsewhere.js";

/** Whoever cancels has no pilot left, or is told which: none of them begins a job any more. */
const test = suite("cancel", undefined, { seconds: 240 });

const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

/** More pilots than the cluster has nodes for, on the login node itself, each with work for a minute. */
async function underWay(
  cluster: Cluster,
  nodes: number,
  place: Place = { environment: { SLURM_CONF: cluster.slurmConf }, home: join(cluster.home, "cancel") },
): Promise<Elsewhere> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, 60), command: ({ params }) => sh\`sleep 8; : \${params.i}\`,`,
    `slurm({ directory: DIRECTORY, nodes: ${nodes}, minJobsPerCpu: 1, cpusPerNode: 2, walltime: "10m", silence: "4s" })`,
  );
  const left = await deployment.deploy(["--detach"]);
  assert.equal(left.exitCode, 0, left.stderr);
  await until("some are at work", () => existsSync(deployment.run()) && startsOf(deployment) > 1, 60);
  return deployment;
}

function startsOf(deployment: Elsewhere): number {
  const folder = join(deployment.run(), "journal");
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  return texts.reduce((sum, text) => sum + (text.match(/^start\t/gm)?.length ?? 0), 0);
}

const idOf = (deployment: Elsewhere, run = 1): string => deployment.submissions(run)[0]?.[0] as string;

async function untilGone(cluster: Cluster, id: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await cluster.administer(`squeue --noheader --jobs=${id} 2>/dev/null || true`)).trim() === "") return;
    await sleep(300);
  }
  assert.fail(await cluster.administer("squeue"));
}

check("SLURM's controller is away: they are named, end by themselves, and those that wait begin nothing", async () => {
  const cluster = await useCluster();
  const deployment = await underWay(cluster, 6);
  const id = idOf(deployment);
  const away = join(deployment.folder, "away.conf");
  const conf = readFileSync(cluster.slurmConf, "utf8");
  writeFileSync(
    away,
    conf.replace(/^SlurmctldPort=.*/m, "SlurmctldPort=1").replace(/^MessageTimeout=.*/m, "MessageTimeout=1"),
  );
  const { exitCode, stderr } = await deployment.verb(["cancel"], { SLURM_CONF: away });
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, new RegExp(`^error: pilots may be left: ${id}; SLURM's controller does not answer$`, "m"));
  assert.match(stderr, /hint: none of them begins another job/);
  const { stdout } = await deployment.verb(["status"], { SLURM_CONF: away });
  assert.doesNotMatch(stdout, /go on without it|deploy follows it/);
  const before = startsOf(deployment);
  await untilGone(cluster, id); // also those that were still to begin
  assert.equal(startsOf(deployment), before);
  await deployment.assertQuiet();

  // Another pilot may not come.
  const submit = join(deployment.there, "bundle", "submit.sh");
  const refused = await deployment.beginScript(submit, "--run", deployment.run(), "--name", "late").outcome;
  assert.match(refused.stderr, /runs\/1 was cancelled/);
  // The same command again ends it.
  const again = await deployment.json<{ stopped: number }>("cancel");
  assert.equal(again.exitCode, 0, again.stderr);
  assert.equal(again.document.stopped, 0);
});

check(
  "Ctrl-C twice before SLURM was asked: said, and the same command again ends them; the next deploy goes on",
  async () => {
    const cluster = await useCluster();
    const shims = new Shims(cluster);
    const deployment = await underWay(cluster, 6, shims.place());
    const id = idOf(deployment);
    // SLURM is slow: pilots that see a mark would be gone before it answers.
    const slowly = 'sleep 3; real "$@"';
    shims.say("squeue", slowly);
    const { child, outcome } = deployment.begin(["cancel"]);
    await until("it has begun", () => existsSync(join(deployment.run(), "cancelling")));
    child.kill("SIGINT");
    await sleep(300); // within the same moment they would be one
    child.kill("SIGINT");
    const { exitCode, stderr } = await outcome;
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /they are told to end/);
    assert.match(stderr, /^error: pilots may be left; nobody has waited for SLURM's answer$/m);
    await untilGone(cluster, id);
    await deployment.assertQuiet();

    shims.say("squeue", "");
    const goesOn = await deployment.deploy(["--detach"]);
    assert.equal(goesOn.exitCode, 0, goesOn.stderr);
    await until("they are at work again", () => readdirSync(join(deployment.run(2), "journal")).length > 3, 60);
    const second = idOf(deployment, 2);
    shims.say("squeue", slowly);
    const cancelled = await deployment.json<{ stopped: number }>("cancel");
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.equal(cancelled.document.stopped, 1, "those that end quickly were there, too");
    await untilGone(cluster, second);
    await deployment.assertQuiet();
  },
);

test.run();
