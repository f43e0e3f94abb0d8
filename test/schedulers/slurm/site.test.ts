import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { reportOf, until } from "../../deploy/deployment.js";
import { suite } from "../../runner/suite.js";
import { everSubmitted, jobs, Swarm } from "./login-node.js";
import { Shims } from "./shims.js";
import { together } from "./together.js";

/** What a site, or a user's own settings, do to SLURM's programs: one set of pilots, and the right state. */
const test = suite("sites", {}, { seconds: 240 });

const realTest = (name: string, body: () => Promise<void>) => test.skipUnless(!noCluster, noCluster ?? "", name, body);

realTest("settings of the user's for SLURM's programs neither hide pilots nor change them", async () => {
  const cluster = await useCluster();
  const shims = new Shims(cluster);
  const place = shims.place({
    SQUEUE_STATES: "COMPLETED",
    SQUEUE_FORMAT: "%i",
    SQUEUE_FORMAT2: "jobid",
    SQUEUE_PARTITION: "down",
    SQUEUE_USERS: "nobody",
    SQUEUE_NAMES: "other",
    SLURM_CLUSTERS: "elsewhere",
    SLURM_TIME_FORMAT: "relative",
    SINFO_PARTITION: "down",
    SCANCEL_STATE: "SUSPENDED",
    SBATCH_PARTITION: "hidden",
    SBATCH_TIMELIMIT: "1",
    SBATCH_ACCOUNT: "nobody",
  });
  const swarm = new Swarm(
    place,
    jobs(20, "sleep 0.2;"),
    'walltime: "10m", nodes: 2, minJobsPerCpu: 5, account: "lab", silence: "4s"',
  );
  const { outcome } = swarm.beginDeploy();
  await until("it is at work", () => swarm.hasBegun(), 60);
  const { document } = await swarm.json<{ managers: string; words: string }>("status");
  assert.equal(document.managers, "running");
  assert.match(document.words, /pilots? runs?/);
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(20);
  assert.match(stderr, /note: SBATCH_PARTITION=hidden of your environment is used/);
  assert.match(stderr, /note: ignored of your environment: .*SBATCH_ACCOUNT=nobody SBATCH_TIMELIMIT=1/);
  assert.match(stderr, /SLURM_CLUSTERS=elsewhere/);
  assert.equal(shims.submissions(), 1);
  const [id] = swarm.submitted();
  const pilot = await cluster.administer(`scontrol --all show job ${id}_1`);
  assert.match(pilot, /Partition=hidden/);
  assert.match(pilot, /TimeLimit=00:10:00/);

  swarm.define(jobs(4, "sleep 60;"));
  const again = await swarm.deploy(["--redo", "--detach"]);
  assert.equal(again.exitCode, 0, again.stderr);
  const cancelled = await swarm.json<{ stopped: number }>("cancel");
  assert.equal(cancelled.exitCode, 0, cancelled.stderr);
  assert.equal(cancelled.document.stopped, 1);
  const queue = await cluster.administer("squeue --all --noheader --format='%T %Z'");
  assert.ok(!queue.includes(swarm.directory), queue);
});

realTest("a directory may be called by what SLURM reads in names of files", async () => {
  const place = new Shims(await useCluster()).place();
  const home = `${place.home} of DOM\\user's %x`;
  const swarm = new Swarm({ ...place, home }, jobs(2), 'walltime: "2m"');
  await swarm.succeed();
  swarm.assertOnce(2);
  const logs = readdirSync(join(swarm.run(), "pilots")).filter((file) => file.endsWith(".log"));
  assert.match(logs.join(" "), /^locusts-test-\S*p1\.1\.\d+_1\.log$/);
});

realTest("what runs a job alone asks SLURM for what pilots ask for, by variables too", async () => {
  const place = new Shims(await useCluster()).place({ SBATCH_PARTITION: "hidden", SBATCH_ACCOUNT: "nobody" });
  const swarm = new Swarm(
    place,
    jobs(1, "echo $SLURM_JOB_PARTITION $SLURM_JOB_ACCOUNT;"),
    'walltime: "2m", account: "lab"',
  );
  await swarm.succeed();
  const { exitCode, stdout, stderr } = await swarm.verb(["repro", "1"]);
  assert.deepEqual([exitCode, stdout], [0, "hidden lab\n"], stderr);
});

/** Whatever sbatch says, pilots and their successors are submitted once. */
async function submitThroughChatter(cluster: Cluster): Promise<void> {
  const chatty = new Shims(cluster);
  // Of the calls that submit, the first two fail, and the first two of each successor; the third is taken, and its
  // answer never comes.
  chatty.say(
    "sbatch",
    `[[ " $* " != *' --test-only '* ]] || { real "$@"; return; }
     n=$(grep -c $'\\tsbatch\\t.*--array=' ${chatty.folder}/calls)
     case $n in
       1 | 2 | 4 | 5) echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1 ;;
     esac
     echo 'Welcome to lab: 42 nodes are free'; echo 'sbatch: info: 7 fair shares' >&2
     real "$@" | sed 's/$/;lab/'
     echo '*** Maintenance on 2026-12-24 ***'
     [[ $n != 3 ]] || { echo 'sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received' >&2; exit 1; }`,
  );
  const swarm = new Swarm(chatty.place(), jobs(24, "sleep 2;"), 'walltime: "1m", silence: "5s"');
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(24);
  assert.equal(swarm.submitted().length, 2, swarm.submitted().join(" "));
  assert.equal((await everSubmitted(cluster, swarm)).length, 2);
}

/** Ways in which a queue may answer wrongly. */
const WRONG_QUEUES: Readonly<Record<string, string>> = {
  "it is empty, and scontrol knows nothing": `real "$@" | head -n 1`,
  "it says why it cannot answer, with exit code 0": `echo 'slurm_load_jobs error: Unable to contact slurm controller'`,
  "it has half of the list, and one that is COMPLETING for ever": `real "$@" | awk 'NR != 2'
     cat $SUBMITTED | while read -r id _; do echo "locusts|\${id}_1|COMPLETING|$NAME|lab1||None"; done`,
};

/** A queue that answers wrongly neither ends a deploy nor doubles its pilots. */
async function deployWithQueue(cluster: Cluster, squeue: string): Promise<void> {
  const shims = new Shims(cluster);
  const options = 'walltime: "10m", nodes: 2, minJobsPerCpu: 3, silence: "4s"';
  const swarm = new Swarm(shims.place(), jobs(12, "sleep 2;"), options);
  shims.say(
    "scontrol",
    `if [[ " $* " == *' job '* ]]; then echo 'slurm_load_jobs error: Socket timed out'; else real "$@"; fi`,
  );
  const { outcome } = swarm.beginDeploy();
  await until("it is at work", () => swarm.hasBegun(), 60);
  const name = (await cluster.administer(`scontrol -o show job ${swarm.submitted()[0]}_1`)).match(/JobName=(\S+)/)?.[1];
  const noted = join(swarm.run(), "pilots/submitted.*.tsv");
  shims.say("squeue", squeue.replace("$NAME", name ?? "").replace("$SUBMITTED", noted));
  // Those who ask only once are to know as well.
  const { document } = await swarm.json<{ managers: string; words: string }>("status");
  assert.equal(document.managers, "running", document.words);
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(12);
  assert.equal(swarm.submitted().length, 1);
  assert.equal((await everSubmitted(cluster, swarm)).length, 2);
}

realTest("each pilot is submitted once, whatever sbatch, squeue and scontrol say", async () => {
  const cluster = await useCluster();
  await together({
    "sbatch fails and chatters": () => submitThroughChatter(cluster),
    ...Object.fromEntries(
      Object.entries(WRONG_QUEUES).map(([words, squeue]) => [words, () => deployWithQueue(cluster, squeue)]),
    ),
  });
});

test.run();
