import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { begin, CLI, Deployment, type Outcome } from "./deployment.js";

/** Time limits, retries, the most failures, and the least time between starts. */
const test = suite("limits");

test("a time limit ends a job and all that it has started; a quick one is not touched", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["quick", "slow", "stubborn", "family", "polite", "nearly", "late", "steps"]),
    outputs: { text: "{id}.txt" },
    limits: { time: "2s" },
    command: ({ outputs, params }) => sh\`
      echo begun > \${outputs.text}
      case \${params.id} in
        slow) sleep 60 ;;
        stubborn) trap '' TERM; while :; do sleep 0.1; done ;;
        family) bash -c 'trap "" TERM; sleep 61 & sleep 62' & bash -c 'sleep 63' ;;
        polite) trap 'exit 0' TERM; sleep 64 & wait ;;
        nearly) sleep 1.9 ;;
        late) sleep 2.9 ;;
        steps) bash -c 'trap "sleep 1; echo saved; exit" TERM; while :; do sleep 0.1; done'; echo went on ;;
      esac\`,
  `,
    {},
    undefined,
    8,
  );
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(report.failures.map(({ job, cause }) => `${job} ${cause}`).sort(), [
    "family timeout",
    "late timeout",
    "polite timeout",
    "slow timeout",
    "steps timeout",
    "stubborn timeout",
  ]);
  assert.deepEqual(deployment.results(), ["nearly.txt", "quick.txt"]);
  const seconds = (name: string) => Number(deployment.jobs().get(name)?.seconds);
  for (const name of ["slow", "polite", "steps"]) {
    assert.ok(seconds(name) >= 2 && seconds(name) < 5, `${name} was ended after ${seconds(name)} s`);
  }
  // What a shell was waiting for has its time to end, and is not gone with it.
  assert.equal(deployment.result("_logs/steps.out"), "saved\n");
  // SIGKILL comes ten seconds after SIGTERM.
  for (const name of ["stubborn", "family"]) assert.ok(seconds(name) >= 12 && seconds(name) < 16, `${seconds(name)} s`);
  assert.equal(deployment.jobs().get("stubborn")?.exit_code, "137");
  await deployment.assertQuiet();
});

test("a check of an output may take as long as a try", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["quick", "endless"]),
    outputs: { text: checked("{id}.txt", ({ output }) => sh\`grep quick \${output} || sleep 60\`) },
    limits: { time: "1s" },
    command: ({ outputs, params }) => sh\`echo \${params.id} > \${outputs.text}\`,
  `);
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, cause, detail }) => [job, cause, detail]),
    [["endless", "missing-output", "text has a check that did not end within 1 s, the limit of each try"]],
  );
  await deployment.assertQuiet();
});

test("a job that is stopped is waited for, and its time stands still meanwhile", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["STOP", "TSTP", "TTIN", "TTOU", "code"]),
    outputs: { text: "{id}.txt" },
    limits: { time: "6s" },
    command: ({ outputs, params }) => sh\`
      [[ \${params.id} != code ]] || exit 148
      me=$BASHPID
      setsid bash -c "sleep 8; kill -CONT $me" &
      kill -s \${params.id} $me
      echo ok > \${outputs.text}\`,
  `,
    {},
    undefined,
    5,
  );
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, exitCode }) => [job, exitCode]),
    [["code", 148]],
  );
  assert.equal(deployment.results().length, 4);
  await deployment.assertQuiet();
});

/** Makes a control group of 500 MB, of whichever version; undefined where this is not allowed. */
function makeMemoryGroup(): string | undefined {
  for (const [parent, limit] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const) {
    const group = join(parent, `locusts_test_${process.pid}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, limit), "500M");
      return group;
    } catch {
      rmdirSync(group);
    }
  }
  return undefined;
}

const canMakeGroup = (() => {
  const group = makeMemoryGroup();
  if (group !== undefined) rmdirSync(group);
  return group !== undefined;
})();

/** Deploys in a control group of its own, with 500 MB. */
async function deployInGroup({ folder }: Deployment): Promise<Outcome> {
  const group = makeMemoryGroup() as string;
  try {
    const words = ["-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group, process.execPath, CLI, "deploy", "."];
    return await begin("bash", words, folder).outcome;
  } finally {
    for (const pid of readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) {
      writeFileSync(join(group, "..", "cgroup.procs"), pid);
    }
    rmdirSync(group);
  }
}

const ofMemory = "what is killed for want of memory is told of the try that it happened in, and of no other";
test.skipUnless(canMakeGroup, "no control group can be made here", ofMemory, async () => {
  const deployment = new Deployment(
    `
      jobs: list("id", ["1swallows", "2killed", "3exits", "4killed", "5forgets"]),
      outputs: { text: "{id}.txt" },
      command: ({ outputs, params }) => sh\`
        eat() { awk 'BEGIN { s = "x"; while (length(s) < 1e9) s = s s; print length(s) }'; }
        case \${params.id} in
          1swallows) eat || true ;;
          *killed) kill -KILL $BASHPID ;;
          3exits) eat || exit 1 ;;
          5forgets) eat || exit 0 ;;
        esac
        echo ok > \${outputs.text}\`,
    `,
    {},
    undefined,
    1,
  );
  const { stderr } = await deployInGroup(deployment);
  assert.deepEqual(
    [...deployment.jobs().values()].map(({ name, cause }) => `${name} ${cause}`),
    ["1swallows ok", "2killed signal", "3exits oom", "4killed signal", "5forgets oom"],
  );
  assert.match(stderr, /1swallows is done, but something was killed for want of memory/);
});

const ofMore = "jobs that ran out of memory together get more at their next try, and then run one at a time";
test.skipUnless(canMakeGroup, "no control group can be made here", ofMore, async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a", "b"]),
    outputs: { text: "{id}.txt" },
    resources: ({ attempt }) => ({ memory: attempt === 1 ? "150 MB" : "400 MB" }),
    limits: { retries: 1, retryOn: ["oom"] },
    command: ({ outputs }) => sh\`
      head -c 320000000 /dev/zero | tail -c 320000000 | { sleep 1.5; wc -c > \${outputs.text}; }\`,
  `);
  const { stderr } = await deployInGroup(deployment);
  const jobs = [...deployment.jobs().values()];
  assert.deepEqual([...new Set(jobs.map(({ cause }) => cause))], ["ok"], stderr);
  assert.ok(jobs.some(({ attempts }) => attempts === "2"));
});

test("each retry starts from pristine inputs, and tries are counted", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b", "never"]),
    inputs: { text: "in/{id}.txt", large: copied("large") },
    outputs: { copy: "out/{id}.txt" },
    limits: { retries: 2 },
    command: ({ inputs, outputs, params }) => sh\`
      [[ $(cat \${inputs.text}) == pristine && $(wc -c < \${inputs.large}) == 2000000 ]] || exit 99
      [[ ! -e soiled && ! -e \${outputs.copy} ]] || exit 98
      echo spoilt > \${inputs.text}; echo spoilt > \${inputs.large}; : > soiled; echo torn > \${outputs.copy}
      echo try >> $HOME/tries_\${params.id}
      [[ \${params.id} != never && $(wc -l < $HOME/tries_\${params.id}) == 2 ]]
      echo whole > \${outputs.copy}\`,
  `,
    { "in/a.txt": "pristine", "in/b.txt": "pristine", "in/never.txt": "pristine", large: "x".repeat(2_000_000) },
  );
  const { exitCode, report } = await deployment.deploy([], { HOME: deployment.folder });
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, exitCode: code }) => [job, code]),
    [["never", 1]],
  );
  assert.deepEqual(
    [...deployment.jobs().values()].map(({ name, attempts }) => `${name} ${attempts}`),
    ["a 2", "b 2", "never 3"],
  );
  assert.deepEqual(deployment.results(), ["out/a.txt", "out/b.txt"]);
  assert.equal(deployment.result("out/a.txt"), "whole\n");
  assert.equal(deployment.read("in/a.txt"), "pristine");
});

test("a job that is tried again stays with its slot", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["slow", "again", "x", "y"]),
    outputs: { text: "{id}.txt" },
    limits: { retries: 1 },
    command: ({ outputs, params }) => sh\`
      case \${params.id} in
        slow) sleep 0.6 ;;
        again) [[ -e $HOME/tried ]] || { : > $HOME/tried; exit 1; }; sleep 1.5 ;;
      esac
      : > \${outputs.text}\`,
  `);
  await deployment.succeed([], { HOME: deployment.folder });
  const starts = deployment.journal().filter(([event]) => event === "start");
  assert.deepEqual(starts.map(([, number, attempt]) => `${number} ${attempt}`).sort(), [
    "1 1",
    "2 1",
    "2 2",
    "3 1",
    "4 1",
  ]);
});

test("retryOn: only these causes are worth another try", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["exits", "dies", "killed", "forgets"]),
    outputs: { text: "{id}.txt" },
    limits: { retries: 1, retryOn: ["signal", "missing-output"] },
    command: ({ params }) => sh\`
      case \${params.id} in
        exits) exit 4 ;;
        dies) kill -9 $BASHPID ;;
        killed) kill -9 $$; sleep 5 ;;
      esac\`,
  `);
  await deployment.deploy();
  assert.deepEqual(
    [...deployment.jobs().values()].map(({ name, cause, attempts }) => `${name} ${cause} ${attempts}`),
    ["exits exit 1", "dies signal 2", "killed signal 2", "forgets missing-output 2"],
  );
});

test("maxFailures stops the swarm, and says so; the next deploy goes on", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 40),
    limits: { maxFailures: 3 },
    command: ({ params }) => sh\`sleep 0.05; [[ -e $HOME/fixed ]] || (( \${params.i} > 20 ))\`,
  `,
  );
  const { exitCode, report, stderr } = await deployment.deploy([], { HOME: deployment.folder });
  assert.equal(exitCode, 1, "jobs are left, which 3 does not say");
  assert.equal(report.end.reason, "too-many-failures");
  assert.match(stderr, /too many failures: fix them/); // how many there are is told with them
  assert.ok(report.jobs.failed >= 3 && report.jobs.failed <= 12, `${report.jobs.failed} failed`);
  assert.equal(report.jobs.pending, 40 - report.jobs.failed);
  deployment.write("fixed", "");
  await deployment.succeed([], { HOME: deployment.folder });
});

for (const [words, needs, jobs] of [
  ["", "", 6],
  [", where they wait for cores as well", "resources: ({ params }) => ({ cpus: params.i === 1 ? 2 : 1 }),", 4],
] as const) {
  test(`stagger keeps starts apart${words}, without keeping jobs from running side by side`, async () => {
    const deployment = new Deployment(
      `
    jobs: range("i", 1, ${jobs}),
    limits: { stagger: "0.25s" }, ${needs}
    command: ({ params }) => sh\`sleep 0.8; : \${params.i}\`,
  `,
      {},
      undefined,
      6,
    );
    const begun = performance.now();
    await deployment.succeed();
    const starts = deployment
      .journal()
      .filter(([event]) => event === "start")
      .map((fields) => Number(fields[5]))
      .sort((a, b) => a - b);
    const gaps = starts.slice(1).map((start, i) => start - (starts[i] as number));
    assert.equal(gaps.length, jobs - 1);
    // A slot notes a start a little after it was allowed, on a busy machine later than usual.
    const said = `starts lie ${gaps.join(", ")} ms apart`;
    assert.ok(Math.min(...gaps) >= 125, said);
    assert.ok(gaps.reduce((sum, gap) => sum + gap) >= (jobs - 1) * 250 - 125, said);
    assert.ok(performance.now() - begun < 15_000);
  });
}

test("the folder of a retried job that failed for good is kept, with its logs", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    limits: { retries: 1 },
    command: ({ params }) => sh\`echo why >&2; : > trace_\${params.id}; exit 5\`,
  `);
  await deployment.deploy();
  assert.ok(existsSync(join(deployment.run(), "work/main.1/1.2/1/trace_a")));
  assert.equal(deployment.log("a"), "why\n");
});

test.run();
