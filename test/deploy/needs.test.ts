import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** Jobs that do not all need the same. */
const test = suite("needs by job");

interface Ran {
  readonly from: number;
  readonly to: number;
  readonly held: readonly string[];
}

/** The most times that anything was held at once, by what it is. */
function mostAtOnce(jobs: readonly Ran[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { from } of jobs) {
    const now = new Map<string, number>();
    const running = jobs.filter((job) => job.from <= from && from < job.to);
    for (const what of running.flatMap(({ held }) => held)) now.set(what, (now.get(what) ?? 0) + 1);
    for (const [what, count] of now) most.set(what, Math.max(count, most.get(what) ?? 0));
  }
  return most;
}

for (const [how, limits] of [
  ["beside one another", ""],
  ["beside one another, also where they begin one by one", 'limits: { stagger: "0.02s" },'],
] as const) {
  test(`wide and narrow jobs run ${how}, and never have more cores or GPUs than there are`, async () => {
    const deployment = new Deployment(
      `
    ${limits}
    jobs: matrix({ i: [1, 2, 3, 4, 5], threads: [1, 4, 2] }),
    jobName: "{i}-{threads}",
    outputs: { facts: "{i}-{threads}.txt" },
    resources: ({ params }) => ({ cpus: params.threads, gpus: params.threads === 2 ? 1 : 0 }),
    command: ({ params, outputs }) => sh\`
      began=$EPOCHREALTIME
      sleep 0.1
      echo "$began $EPOCHREALTIME \${params.threads} $OMP_NUM_THREADS $SLURM_CPUS_ON_NODE [$CUDA_VISIBLE_DEVICES]" > \${outputs.facts}\`,`,
      {},
      undefined,
      4,
    );
    await deployment.succeed([], { CUDA_VISIBLE_DEVICES: "GPU-8c,MIG-f0", SLURM_CPUS_ON_NODE: "64" });
    const jobs = deployment.results().map((path): Ran => {
      const [from, to, threads, own, ofScheduler, gpus = ""] = deployment.result(path).trim().split(" ");
      assert.deepEqual([own, ofScheduler], [threads, threads], path);
      const devices = gpus.slice(1, -1).split(",").filter(Boolean);
      assert.equal(devices.length, threads === "2" ? 1 : 0, gpus);
      return { from: Number(from), to: Number(to), held: [...Array(Number(threads)).fill("core"), ...devices] };
    });
    assert.equal(jobs.length, 15);
    const most = mostAtOnce(jobs);
    assert.ok((most.get("core") ?? 0) <= 4, `${most.get("core")} cores at once`);
    for (const device of ["GPU-8c", "MIG-f0"]) assert.ok((most.get(device) ?? 1) <= 1, device);
  });
}

test("a limit that grows with each try lets a long job through, and a table says what each try may have", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["long", "short"]),
    inputs: { data: "{id}.bin" },
    outputs: { facts: "{id}.txt" },
    resources: ({ inputs, attempt }) => ({ memory: \`\${Math.ceil(inputs.data.bytes / 100) * attempt} MB\` }),
    limits: { retries: 2, time: ({ attempt }) => \`\${2 ** (attempt - 1)}s\` },
    command: ({ params, outputs }) => sh\`
      [[ \${params.id} == short ]] || sleep 3.4
      echo "$SLURM_MEM_PER_NODE" > \${outputs.facts}\`,`,
    { "long.bin": "x".repeat(1000), "short.bin": "x".repeat(2000) },
  );
  await deployment.succeed([], { SLURM_MEM_PER_NODE: "9999" });
  const { attempts, cause } = deployment.jobs().get("long") ?? {};
  assert.deepEqual([attempts, cause, deployment.jobs().get("short")?.attempts], ["3", "ok", "1"]);
  // Its own share, which is that of its third try.
  assert.deepEqual([deployment.result("long.txt"), deployment.result("short.txt")], ["30\n", "20\n"]);
  const [header, long] = readFileSync(deployment.path("bundle/local/jobs.tsv"), "utf8").split("\n");
  assert.deepEqual(header?.split("\t").slice(-4), ["need_cpus", "need_memory", "need_gpus", "need_seconds"]);
  assert.deepEqual(long?.split("\t").slice(-4), ["1", "10,20,30", "0", "1,2,4"]);
});

test("who waits for room is let go when the deploy is stopped, and runs at the next one", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b", "c"]),
    resources: ({ params }) => ({ cpus: params.id === "a" ? 1 : 2 }),
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`
      echo x > \${outputs.text}
      [[ -e "$RELEASE" ]] || { echo \${params.id} >> "$RELEASE.begun"; sleep 60; }\`,
    environment: { variables: { RELEASE: "RELEASE_FILE" } },`.replace("RELEASE_FILE", "/dev/null/none"),
  );
  const release = deployment.path("release");
  deployment.write("swarm.config.ts", deployment.read("swarm.config.ts").replace("/dev/null/none", release));
  const first = deployment.beginDeploy();
  await until("a job begins", () => deployment.exists("release.begun"));
  await sleep(300);
  first.child.kill("SIGINT");
  await first.outcome;
  // One at a time: of two slots, each would have begun one.
  assert.equal(deployment.read("release.begun").trim().split("\n").length, 1);
  deployment.write("release", "");
  await deployment.succeed();
});

const hasTaskset = (() => {
  try {
    execFileSync("taskset", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipUnless(hasTaskset, "taskset is not installed", "limits.pin binds each job to cores of its own", async () => {
  for (const resources of ["{ cpus: 1 }", "() => ({ cpus: 1 })"]) {
    const deployment = new Deployment(
      `
      jobs: range("i", 1, 4),
      outputs: { facts: "{i}.txt" },
      resources: ${resources},
      limits: { pin: true },
      command: ({ outputs }) => sh\`
        began=$EPOCHREALTIME
        core=$(grep Cpus_allowed_list /proc/self/status)
        sleep 0.1
        echo "$began $EPOCHREALTIME \${core#*:}" > \${outputs.facts}\`,`.replace("${core", "\\${core"),
    );
    await deployment.succeed();
    const jobs = deployment.results().map((path): Ran => {
      const [from, to, core = ""] = deployment.result(path).trim().split(/\s+/);
      assert.match(core, /^\d+$/);
      return { from: Number(from), to: Number(to), held: [core] };
    });
    assert.equal(jobs.length, 4);
    assert.deepEqual([...new Set(mostAtOnce(jobs).values())], [1]);
  }
});

const hasCores = hasTaskset && availableParallelism() > 1;

test.skipUnless(
  hasCores,
  "there are no two cores, or no taskset",
  "in an allocation that is not bound to cores of its own, limits.pin binds jobs only where it has the whole node",
  async () => {
    const deployment = new Deployment(
      `jobs: range("i", 1, 2), outputs: { core: "{i}.txt" }, limits: { pin: true },
       command: ({ outputs }) => sh\`grep Cpus_allowed_list /proc/self/status > \${outputs.core}\`,`,
      { scontrol: "#!/bin/sh\necho 'NodeName=n1 CPUAlloc=1 CPUEfctv=1 CPUTot=2 CPULoad=0.1'\n" },
    );
    const inAllocation = { SLURMD_NODENAME: "n1", SLURM_CPUS_ON_NODE: "1" };
    const whole = readFileSync("/proc/self/status", "utf8").match(/^Cpus_allowed_list:.*\n/m)?.[0];
    await deployment.succeed([], inAllocation);
    assert.deepEqual([deployment.result("1.txt"), deployment.result("2.txt")], [whole, whole]);
    chmodSync(deployment.path("scontrol"), 0o755);
    await deployment.succeed(["--redo"], { ...inAllocation, PATH: `${deployment.folder}:${process.env.PATH}` });
    for (const file of ["1.txt", "2.txt"]) assert.match(deployment.result(file), /:\t\d+\n$/);
  },
);

test("a job finds its own GPUs in all that a scheduler says of them, and none if it has asked for none", async () => {
  const said = {
    CUDA_VISIBLE_DEVICES: "GPU-8c,MIG-f0",
    GPU_DEVICE_ORDINAL: "4,5",
    ROCR_VISIBLE_DEVICES: "0,1",
    SLURM_GPUS_ON_NODE: "2",
  };
  const gpus = { some: ["GPU-8c 4 0,1 1", "MIG-f0 5 0,1 1"], none: ["   0"] };
  for (const [resources, seen] of [
    ["({ params }) => ({ gpus: params.i % 2 })", [...gpus.some, ...gpus.none]],
    ["{ gpus: 1 }", gpus.some],
  ] as const) {
    const command = `sh\`echo "$${Object.keys(said).join(" $")}" > \${outputs.gpu}; sleep 0.1\``;
    const fields = `jobs: range("i", 1, 6), outputs: { gpu: "{i}" }, resources: ${resources}, command: ({ outputs }) => ${command},`;
    const swarm = new Deployment(fields, {}, undefined, 4);
    await swarm.succeed([], said);
    const found = new Set(swarm.results().map((path) => swarm.result(path).trimEnd()));
    for (const line of found) assert.ok((seen as readonly string[]).includes(line), line);
    assert.equal(found.size, seen.length, [...found].join("; "));
  }
});

test("a list of GPUs ends where CUDA takes it to end", async () => {
  const swarm = new Deployment(
    'jobs: range("i", 1, 2),\n  outputs: { gpu: "{i}" },\n  resources: { gpus: 1 },\n  command: ({ outputs }) => sh`echo "$CUDA_VISIBLE_DEVICES" > ${outputs.gpu}`,',
  );
  const none = await swarm.deploy([], { CUDA_VISIBLE_DEVICES: "-1" });
  assert.match(JSON.stringify(none.report), /GPUs: a job needs 1, and there are 0/);
  await swarm.succeed([], { CUDA_VISIBLE_DEVICES: "7,-1,8" });
  assert.deepEqual([swarm.result("1"), swarm.result("2")], ["7\n", "7\n"]);
});

test("one job that needs more GPUs than there are fails for that, and keeps no other one from running", async () => {
  const swarm = new Deployment(
    `jobs: range("i", 0, 3), resources: ({ params }) => ({ gpus: params.i, cpus: 1 + 9 * params.i }),
    limits: { retries: 2 }, outputs: { gpus: "{i}" }, command: ({ outputs }) => sh\`echo "$CUDA_VISIBLE_DEVICES" > \${outputs.gpus}\`,`,
    {},
    undefined,
    2,
  );
  const { exitCode, stdout } = await swarm.verb(["deploy"], { CUDA_VISIBLE_DEVICES: "7, 8" });
  assert.equal(exitCode, 3, stdout);
  assert.match(stdout, /3: GPUs: it needs 3, and there are 2/);
  assert.deepEqual(
    ["0", "1", "2"].map((path) => swarm.result(path)),
    ["\n", "7\n", "7,8\n"],
  );
  assert.equal(swarm.jobs().get("3")?.cause, "node");
});

test.run();
