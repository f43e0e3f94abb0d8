import assert from "node:assert/strict";
import type { PilotNeeds } from "../../runtime/doctor/facts/batch-examination.js";
import type { Finding } from "../../runtime/doctor/facts/finding.js";
import { readGenericResources, readMebibytes, readTime } from "../../runtime/doctor/slurm/amounts.js";
import { examineSlurm } from "../../runtime/doctor/slurm/examine-slurm.js";
import { readRequest } from "../../runtime/doctor/slurm/pilot-request.js";
import { explainRefusal } from "../../runtime/schedulers/slurm/explain-refusal.js";
import { suite } from "../runner/suite.js";
import { slurmSays } from "./cluster-answers.js";

const test = suite("doctor: SLURM");

const NEEDS: PilotNeeds = {
  nodes: 4,
  count: 4,
  slots: 2,
  cpusPerNode: 2,
  minJobsPerCpu: 10,
  walltimeSeconds: 600,
  successors: 0,
  nodesMaySubmit: true,
  nodeHours: 0.67,
  directives: ["--partition=main", "--nodes=1", "--ntasks=1", "--cpus-per-task=2", "--time=00:10:00"],
  scratch: "",
  jobMemory: 0,
  pin: false,
};

/** The findings for pilots with further directives. */
function findingsOf(
  directives: readonly string[],
  says: Parameters<typeof slurmSays> = [],
  needs: Partial<PilotNeeds> = {},
): Finding[] {
  const text = slurmSays(...says);
  const all = { ...NEEDS, ...needs, directives: [...NEEDS.directives, ...directives] };
  return examineSlurm(text, all, { user: "me", groups: ["me", "users"] });
}

function pick(findings: readonly Finding[], ...statuses: string[]): string[] {
  return findings.filter(({ status }) => statuses.includes(status)).map(({ name, message }) => `${name}: ${message}`);
}

const failsOf = (...of: Parameters<typeof findingsOf>) => pick(findingsOf(...of), "fail");
const warnsOf = (...of: Parameters<typeof findingsOf>) => pick(findingsOf(...of), "warn");

test("what fits raises no complaint", () => {
  const findings = findingsOf(["--mem=2000M"]);
  assert.deepEqual(pick(findings, "warn", "fail", "skipped"), []);
  assert.equal(findings.at(-1)?.message, "4 pilots of 00:10:00, without successors: 0.67 node-hours at most");
});

test("times, memory and resources are read in all the ways that SLURM writes them", () => {
  assert.deepEqual(["90", "1:30", "04:00:00", "2-12", "2-12:30", "1-00:00:01", "UNLIMITED", "NONE"].map(readTime), [
    5400,
    90,
    14400,
    216000,
    217800,
    86401,
    undefined,
    undefined,
  ]);
  assert.deepEqual(["2000", "512K", "1.5G", "2T", "UNLIMITED"].map(readMebibytes), [
    2000,
    0.5,
    1536,
    2 * 1024 * 1024,
    undefined,
  ]);
  assert.deepEqual(readGenericResources("gpu:a100:4(S:0-1),lscratch:800,craynetwork"), [
    { name: "gpu", type: "a100", count: 4 },
    { name: "lscratch", type: undefined, count: 800 },
    { name: "craynetwork", type: undefined, count: 1 },
  ]);
});

test("the lines of the definition's own count as much as the rest", () => {
  const request = readRequest(["--partition=a", "--time=01:00:00", "-p b,c", "-t 30", "--mem-per-cpu=2G", "-c4"]);
  assert.deepEqual([request.partitions, request.walltime, request.memory, request.cpus], [["b", "c"], 1800, 8192, 4]);
});

test("a partition that is not there, is down, or is for others", () => {
  assert.deepEqual(failsOf(["--partition=nope"]), ["partition: there is no partition nope"]);
  const down: Parameters<typeof slurmSays> = [{ partitions: [["State=UP", "State=DOWN"]] }];
  assert.deepEqual(failsOf([], down), ["partition: the partition main is down: it takes jobs, and starts none"]);
  const groups: Parameters<typeof slurmSays> = [{ partitions: [["AllowGroups=ALL", "AllowGroups=chem,phys"]] }];
  assert.deepEqual(failsOf([], groups), ["partition: main is for the groups chem, phys, and me is in none"]);
  const accounts: Parameters<typeof slurmSays> = [{ partitions: [["AllowAccounts=ALL", "AllowAccounts=rich"]] }];
  assert.deepEqual(failsOf([], accounts), ["partition: main is not for the account lab, but for rich"]);
});

test("of several partitions, one that will do is enough", () => {
  assert.deepEqual(failsOf(["--partition=short,main"]), []);
  assert.equal(failsOf(["--partition=short"]).length, 1);
});

test("without a partition, it is the default one's limits that count", () => {
  const other: Parameters<typeof slurmSays> = [
    {
      partitions: [
        ["Default=YES", "Default=NO"],
        [
          "AllocNodes=ALL Default=NO QoS=N/A\n   DefaultTime=00:01",
          "AllocNodes=ALL Default=YES QoS=N/A\n   DefaultTime=00:01",
        ],
      ],
    },
  ];
  const text = slurmSays(...other);
  const directives = NEEDS.directives.filter((line) => !line.includes("partition"));
  const findings = examineSlurm(text, { ...NEEDS, directives }, { user: "me", groups: [] });
  assert.deepEqual(pick(findings, "fail"), [
    "walltime: the walltime is 00:10:00, and the partition short allows 00:01:00: the pilots would wait for ever",
  ]);
});

test("what SLURM would take and never start is found", () => {
  assert.deepEqual(failsOf(["--partition=short"]), [
    "walltime: the walltime is 00:10:00, and the partition short allows 00:01:00: the pilots would wait for ever",
  ]);
  assert.deepEqual(failsOf(["--cpus-per-task=3"]), [
    "CPUs: a pilot asks for 3 CPUs, and the nodes of main have up to 2",
  ]);
  assert.deepEqual(failsOf(["--mem=5G"]), [
    "memory: a pilot asks for 5,120 MB of memory, and the nodes of main have up to 2,000 MB",
  ]);
  assert.deepEqual(failsOf(["--mem-per-cpu=1500M"]), [
    "memory: a pilot asks for 3,000 MB of memory, and the nodes of main have up to 2,000 MB",
  ]);
});

const MIXED: Parameters<typeof slurmSays> = [
  {
    nodes: [
      [
        /^main.*$/m,
        [
          "main|mixed|10|64|256000|800000|2|gpu:a100:4(S:0-1),lscratch:800|x86,ib,a100",
          "main|idle|2|128|1000000|0|2|(null)|x86,big",
          "main|drained*|8|64|256000|800000|2|gpu:v100:4|x86,v100",
        ].join("\n"),
      ],
    ],
  },
];

test("nodes differ: each thing alone may be there, and not all at once", () => {
  assert.deepEqual(failsOf(["--mem=900G", "--gpus-per-node=a100:2"], MIXED), [
    "nodes: no node of main has all of it at once: 2 CPUs, 900 GB of memory, gpu:a100:2",
  ]);
  assert.deepEqual(failsOf(["--gpus-per-node=h100:1"], MIXED), [
    "GPUs: a pilot asks for gpu:h100:1, and the nodes of main have gpu:a100:4, gpu:v100:4",
  ]);
  assert.deepEqual(failsOf(["--gpus-per-node=4", "--gres=lscratch:100", "--constraint=ib&a100"], MIXED), []);
  assert.equal(failsOf(["--constraint=ib&big"], MIXED).length, 1);
  assert.equal(failsOf(["--constraint=a100|big"], MIXED).length, 0);
  assert.equal(failsOf(["--constraint=[rack1*2&rack2]"], MIXED).length, 0, "left to sbatch");
});

test("one thread a core halves what a node has", () => {
  assert.deepEqual(failsOf(["--cpus-per-task=100", "--threads-per-core=1"], MIXED), [
    "CPUs: a pilot asks for 100 CPUs, and the nodes of main have up to 64",
  ]);
  assert.deepEqual(failsOf(["--cpus-per-task=100"], MIXED), []);
});

test("nodes that are away are a warning, and no failure", () => {
  assert.deepEqual(warnsOf(["--gpus-per-node=v100:1"], MIXED), [
    "nodes: 0 of the 8 nodes of main that a pilot fits on are up (drained*)",
  ]);
});

test("account and qos are those that the user may use", () => {
  assert.deepEqual(failsOf(["--account=other"]), ["account: you have no association with the account other"]);
  assert.deepEqual(failsOf(["--qos=nope"]), ["qos: there is no qos nope"]);
  const fewer: Parameters<typeof slurmSays> = [{ associations: [["normal,tiny", "normal"]] }];
  assert.ok(failsOf(["--qos=tiny"], fewer).includes("qos: you may not use the qos tiny"));
});

test("every pilot counts as a job, with those that are in the queue already", () => {
  const limitOf = (says: Parameters<typeof slurmSays>, needs: Partial<PilotNeeds> = {}) =>
    warnsOf(["--qos=tiny"], says, needs).find((words) => words.startsWith("submit limit"));
  assert.equal(
    limitOf([], { count: 11 }),
    "submit limit: the qos tiny allows 10 jobs in the queue; the pilots are 11: 10 of them will be submitted",
  );
  const busy = (jobs: number): Parameters<typeof slurmSays> => [
    { queue: [[/^$/, "tiny|lab|main|RUNNING\n".repeat(jobs)]] },
  ];
  assert.equal(
    limitOf(busy(7)),
    "submit limit: the qos tiny allows 10 jobs in the queue, and 7 of yours are there already; the pilots are 4: 3 of them will be submitted",
  );
  assert.deepEqual(failsOf(["--qos=tiny"], busy(10)), [
    "submit limit: the qos tiny allows 10 jobs in the queue, and 10 of yours are there already; the pilots are 4",
  ]);
  assert.equal(
    limitOf([], { nodesMaySubmit: false, successors: 2 }),
    "submit limit: the qos tiny allows 10 jobs in the queue; the pilots are 12, with all their successors: 10 of them will be submitted",
  );
  assert.deepEqual(warnsOf(["--qos=tiny"]), [
    "limits: the qos tiny lets 2 jobs run at a time, and 4 pilots are wanted",
  ]);
});

test("what variables say to sbatch counts where the definition does not, and is named", () => {
  const site: Parameters<typeof slurmSays> = [
    { chosen: [[/^$/, "--partition=short"]], ignored: [[/^$/, "SBATCH_TIMELIMIT=1"]] },
  ];
  const findings = findingsOf([], site);
  assert.ok(pick(findings, "ok").includes("variables: the environment there adds --partition=short"));
  assert.ok(
    pick(findings, "warn").includes("variables: the environment there has SBATCH_TIMELIMIT=1, which does not count"),
  );
  assert.match(pick(findings, "fail")[0] ?? "", /the partition short allows 00:01:00/);
});

test("accounting that does not answer is said, and no failure", () => {
  const silent: Parameters<typeof slurmSays> = [{}, { associations: 124, qos: 124, user: 124 }];
  const findings = findingsOf([], silent);
  assert.deepEqual(pick(findings, "fail", "warn"), []);
  assert.deepEqual(
    findings.filter(({ status }) => status === "skipped").map(({ name }) => name),
    ["account", "submit limit"],
  );
});

test("where no limits are enforced, none is complained of", () => {
  const loose: Parameters<typeof slurmSays> = [{ config: [["associations,limits,qos,safe", "none"]] }];
  assert.deepEqual(failsOf(["--qos=tiny"], loose, { count: 11 }), []);
});

test("limits of a qos on time and size", () => {
  const row = "tiny|0|00:00:00|||cluster|DenyOnLimit||1.000000|||||||cpu=1|||00:05:00|cpu=4|||||||";
  const strict: Parameters<typeof slurmSays> = [{ qos: [[/^tiny.*$/m, row]] }];
  assert.deepEqual(failsOf(["--qos=tiny"], strict), [
    "walltime: the walltime is 00:10:00, and the qos tiny allows 00:05:00: the pilots would wait for ever",
    "limits: the qos tiny allows 1 CPUs, and a pilot asks for 2 CPUs: the pilots would wait for ever",
  ]);
});

test("arrays that are too long are submitted in parts", () => {
  const small: Parameters<typeof slurmSays> = [{ config: [["1001", "3"]] }];
  const words = findingsOf([], small).find(({ name }) => name === "arrays")?.message;
  assert.equal(words, "up to 2 pilots in one; 2 are submitted");
});

test("where few nodes may submit, successors are in danger", () => {
  const few: Parameters<typeof slurmSays> = [{ partitions: [["AllocNodes=ALL", "AllocNodes=login1,login2"]] }];
  const [warning, ...others] = findingsOf([], few, { successors: 3 }).filter(({ status }) => status !== "ok");
  assert.deepEqual(others, []);
  assert.match(warning?.message ?? "", /from login1,login2 alone/);
  assert.match(warning?.hint ?? "", /nodesMaySubmit: false/);
});

test("sbatch has the last word, and the controller the first", () => {
  const refused: Parameters<typeof slurmSays> = [
    { sbatch: [[/^.*$/s, "allocation failure: Invalid reservation specified"]] },
    { sbatch: 1 },
  ];
  assert.deepEqual(failsOf([], refused), ["sbatch: sbatch has refused the pilots: Invalid reservation specified"]);
  const limited = [
    "sbatch: error: QOSMaxCpuMinutesPerJobLimit",
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  ].join("\n");
  assert.match(explainRefusal(limited).hint ?? "", /^shorten walltime, lower cpusPerNode/);
  assert.equal(
    explainRefusal(limited).message,
    "sbatch has refused the pilots: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits) (QOSMaxCpuMinutesPerJobLimit)",
  );
  const drained: Parameters<typeof slurmSays> = [
    { sbatch: [[/^.*$/s, "allocation failure: Requested node configuration is not available"]] },
    { sbatch: 1 },
  ];
  assert.deepEqual(failsOf([], drained), [], "that may pass");
  assert.match(warnsOf([], drained).join(), /sbatch: it finds no node for the pilots at the moment/);
  const away: Parameters<typeof slurmSays> = [
    { ping: [["is UP", "is DOWN\n****\n** RESTORE SLURMCTLD DAEMON TO SERVICE **\n****"]] },
    { ping: 1 },
  ];
  assert.deepEqual(failsOf([], away), [
    "controller: SLURM's controller does not answer: Slurmctld(primary) at vm is DOWN",
  ]);
});

test("cores that SLURM does not bind pilots to are said where jobs are to have their own", () => {
  const unbound: Parameters<typeof slurmSays> = [
    { config: [["ConstrainRAMSpace", "ConstrainCores = no\nConstrainRAMSpace"]] },
  ];
  assert.deepEqual(warnsOf([], unbound), []);
  assert.deepEqual(warnsOf([], [], { pin: true }), []);
  assert.match(warnsOf([], unbound, { pin: true }).join(), /^cores: SLURM binds no pilot to cores of its own there: /);
});

test("memory that nobody limits, and jobs that need more than they are given", () => {
  const loose: Parameters<typeof slurmSays> = [{ config: [["task/cgroup", "task/affinity"]] }];
  assert.deepEqual(warnsOf(["--mem=1G"], loose), ["memory limit: nobody keeps jobs within their memory here"]);
  assert.deepEqual(warnsOf([], [], { jobMemory: 500 }), [
    "memory: the target asks for none, and main gives a pilot 200 MB; 2 jobs at a time need 1,000 MB",
  ]);
});

test.run();
