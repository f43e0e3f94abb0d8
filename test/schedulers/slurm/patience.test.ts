import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { kill, reportOf, until } from "../../deploy/deployment.js";
import { suite } from "../../runner/suite.js";
import { everSubmitted, isInPilot, jobs, Swarm } from "./login-node.js";
import { Shims } from "./shims.js";
import { together } from "./together.js";

/** SLURM that is away, late or wrong about the past, and clocks that are wrong: the same answers, a little later. */
const test = suite("patience", {}, { seconds: 300 });

/** Answers that come after a minute are found by name, also if the pilots have done all by then. */
async function answerLate(cluster: Cluster): Promise<void> {
  const shims = new Shims(cluster);
  shims.say(
    "sbatch",
    `[[ " $* " != *' --test-only '* ]] || { real "$@"; return; }
     answer=$(real "$@"); sleep 62; echo "$answer"`,
  );
  const swarm = new Swarm(shims.place(), jobs(6), 'walltime: "10m"');
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(6);
  assert.equal(shims.submissions(), 1);
  assert.equal((await everSubmitted(cluster, swarm)).length, 1);
}

/** The controller is away when walltimes end: the chains go on, at the latest by pilots that are submitted anew. */
async function endWithoutController(cluster: Cluster): Promise<void> {
  const shims = new Shims(cluster);
  const swarm = new Swarm(shims.place(), jobs(76, "sleep 2;"), 'walltime: "1m", nodes: 2, minJobsPerCpu: 5');
  const { outcome } = swarm.beginDeploy();
  await until("it is at work", () => swarm.hasBegun(), 60);
  await sleep(25_000);
  await cluster.administer(`kill -TERM "$(cat ${join(cluster.state, "run/slurmctld.pid")})"`);
  await sleep(40_000);
  await cluster.administer(`setsid slurmctld -f ${cluster.slurmConf} </dev/null >/dev/null 2>&1`);
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(76);
  assert.equal(new Set(await everSubmitted(cluster, swarm)).size, swarm.submitted().length);
}

const NOT_KNOWN = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1";

/** What accounting may say of pilots that have gone without a word, and that the controller has forgotten. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  hangs: "sleep 300",
  "has not heard of it yet": "exit 0",
  "is not there": "echo 'sacct: error: Slurm accounting storage is disabled' >&2; exit 1",
  "knows an older one of that id": "echo 'another|FAILED|n9'",
};

/** A pilot is killed, and SLURM knows nothing of it, in another time zone: its jobs go on. */
async function loseWithAccount(cluster: Cluster, sacct: string): Promise<void> {
  const shims = new Shims(cluster);
  const scontrol = `if [[ " $* " == *' job '* ]]; then ${NOT_KNOWN}; else TZ=Pacific/Kiritimati real "$@"; fi`;
  shims.say("scontrol", scontrol);
  shims.say("squeue", 'TZ=Pacific/Kiritimati real "$@"');
  shims.say("sacct", sacct);
  const swarm = new Swarm(shims.place({ TZ: "America/Adak" }), jobs(12, "sleep 1;"), 'walltime: "10m", silence: "4s"');
  const { outcome } = swarm.beginDeploy();
  await until("it is at work", () => swarm.hasBegun(), 60);
  for (const pid of swarm.processes()) if (isInPilot(pid)) kill(pid);
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /the manager of run 1 was killed.*: starting it again/);
  assert.doesNotMatch(stderr, /n9/);
  assert.equal(swarm.results().length, 12);
  for (const { attempts } of swarm.jobs().values()) assert.equal(attempts, "1");
  assert.equal((await everSubmitted(cluster, swarm)).length, 2);
}

/** One node's clock goes two hours ahead, another's behind, and this machine's is three hours late. */
async function haveWrongClocks(cluster: Cluster, areAtWork: () => void): Promise<void> {
  const shims = new Shims(cluster);
  const [first, second, ...others] = cluster.nodes as [string, string, string, string];
  const library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
  writeFileSync(
    join(shims.folder, "bin/bash"),
    `#!/bin/bash -p
case \${SLURMD_NODENAME-} in
  '') ;;
  ${first}) export LD_PRELOAD=${library} FAKETIME=+2h ;;
  ${second}) export LD_PRELOAD=${library} FAKETIME=-2h ;;
  *) unset LD_PRELOAD FAKETIME ;;
esac
exec -a bash /bin/bash "$@"
`,
    { mode: 0o755 },
  );
  const wrong = { LD_PRELOAD: library, FAKETIME: "-3h", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const swarm = new Swarm(
    shims.place(wrong),
    jobs(60, "sleep 2;"),
    `walltime: "1m", nodes: 2, minJobsPerCpu: 5, cpusPerNode: 2, sbatch: ["--exclude=${others.join()}"]`,
  );
  const { outcome } = swarm.beginDeploy();
  // Both of these nodes are to have some of the jobs.
  await until("both pilots are at work", () => swarm.count("manager") >= 2, 60);
  areAtWork();
  const { exitCode, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  swarm.assertOnce(60);
  assert.doesNotMatch(stderr, /killed|anew/);
  const starts = [...swarm.journals().matchAll(/^start\t.*\t(\d{13})\t/gm)].map((match) => Number(match[1]));
  const hours = (Math.max(...starts) - Math.min(...starts)) / 3_600_000;
  assert.ok(hours > 3.9, `their clocks were wrong: ${hours} hours apart, by ${swarm.count("manager")} managers`);
}

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "away, late, forgetful, or with another clock: the same answers",
  async () => {
    const cluster = await useCluster();
    let clocks = Promise.resolve();
    const atWork = new Promise<void>((resolve) => {
      clocks = haveWrongClocks(cluster, resolve);
    });
    await Promise.race([atWork, clocks]);
    await together({
      "the answer of sbatch comes after a minute": () => answerLate(cluster),
      "the controller is away for 40 s when walltimes end": () => endWithoutController(cluster),
      "clocks that are wrong, here and on two nodes": () => clocks,
      ...Object.fromEntries(
        Object.entries(ACCOUNTS).map(([words, sacct]) => [
          `accounting ${words}`,
          () => loseWithAccount(cluster, sacct),
        ]),
      ),
    });
  },
);

test.run();
