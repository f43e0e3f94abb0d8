import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { MeantJobs } from "../../runtime/results/meant-jobs.js";
import { suite } from "../runner/suite.js";
import { Deployment, type DeployOutcome, until } from "./deployment.js";

/** Which jobs a deploy is asked to run: --only, --redo, --limit and --dry-run. */
const test = suite("choosing jobs");

const SAMPLES = `
  jobs: matrix({ sample: ["S001", "S002", "it's"], depth: [1, 2, 3] }),
  outputs: { copy: "out/{sample}-{depth}.txt" },
  command: ({ params, outputs }) => sh\`
    echo "depth \${params.depth}" \${params.sample} > \${outputs.copy}
    if (( \${params.depth} == 3 )); then exit 7; fi
  \`,
`;

/** The jobs that a run has begun, by their numbers. */
function begun(deployment: Deployment, run: number): number[] {
  const starts = deployment.journal(run).filter(([event]) => event === "start");
  return starts.map(([, number]) => Number(number)).sort((a, b) => a - b);
}

interface Preview {
  readonly left: number;
  readonly cached: number;
  readonly jobs: readonly { readonly job: string; readonly why: string }[];
  readonly command: string;
}

async function preview(deployment: Deployment, ...words: string[]): Promise<Preview> {
  const { stdout, stderr, exitCode } = await deployment.verb(["deploy", "-n", "--json", ...words]);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as Preview;
}

test("a dry run writes nothing, and shows the first job's command with its values", async () => {
  const deployment = new Deployment(SAMPLES);
  const { stdout, exitCode } = await deployment.verb(["deploy", "--dry-run", "--only", "sample=it*"]);
  assert.equal(exitCode, 0);
  assert.equal(
    stdout,
    `9 jobs: 3 to run (3 new); 6 more are left for another deploy
  new  sample=it's,depth=1
  new  sample=it's,depth=2
  new  sample=it's,depth=3
the command of sample=it's,depth=1:
  echo "depth 1" 'it'\\''s' > 'out/it'\\''s-1.txt'
  if (( 1 == 3 )); then exit 7; fi
`,
  );
  assert.ok(!deployment.exists("bundle") && !deployment.exists(".locusts"));
});

test("--only restricts what runs, --redo runs again what is done; what is named by --redo comes first", async () => {
  const deployment = new Deployment(SAMPLES);
  await deployment.deploy(["--redo", "sample=S002,depth=2", "--limit", "1"]);
  assert.deepEqual(begun(deployment, 1), [5]);
  await deployment.deploy(["--only", "sample=S00?,depth=[23]", "it's,depth=1"]);
  assert.deepEqual(begun(deployment, 2), [2, 3, 6, 7]);
  const reasons = async (...words: string[]) =>
    (await preview(deployment, ...words)).jobs.map(({ job, why }) => `${job}: ${why}`);
  assert.deepEqual(await reasons("--only", "failed"), [
    "sample=S001,depth=3: failed before",
    "sample=S002,depth=3: failed before",
  ]);
  assert.deepEqual(await reasons("--only", "exit", "--limit", "1"), ["sample=S001,depth=3: failed before"]);
  assert.deepEqual(await reasons("--only", "depth=2", "--redo"), [
    "sample=S001,depth=2: redo",
    "sample=S002,depth=2: redo",
    "sample=it's,depth=2: new",
  ]);
  const named = await preview(deployment, "--only", "sample=S001,depth=2");
  assert.deepEqual([named.jobs, named.left, named.cached], [[], 6, 3]);
  assert.deepEqual((await preview(deployment, "--only", "changed")).jobs, [], "that there are none is no mistake");
  const nobody = await deployment.verb(["deploy", "--only", "S009", "timeout"]);
  assert.equal(nobody.exitCode, 1);
  assert.match(
    nobody.stderr,
    /^error: --only: there is no job named S009, timeout, and none that ended by such a cause/,
  );
  const misspelt = await deployment.verb(["deploy", "--only", "dept=2"]);
  assert.match(misspelt.stderr, /^error: dept=2: jobs have no param "dept"\n +hint: they have sample, depth$/m);
  const twice = await deployment.verb(["deploy", "--only", "depth=2,depth=3", ""]);
  assert.match(twice.stderr, /^error: --only: there is no job named 'depth=2,depth=3', '', and none/);
  assert.equal((await preview(deployment, "--only", "ok")).jobs.length, 0, "they are done");
  // Who has mended what failed still calls it by that.
  deployment.define(SAMPLES.replace("exit 7", "echo 7"));
  const mended = ["sample=S001,depth=3: changed", "sample=S002,depth=3: changed"];
  for (const words of ["--only failed", "--only exit failed", "--only exit --redo exit"])
    assert.deepEqual(await reasons(...words.split(" ")), mended, words);
});

test("a job that was renamed, and then gets another command or other outputs, is changed and not new", async () => {
  const first = SAMPLES.replace("exit 7", "echo 7").replace("> $", "| tee $");
  const renamed = `${first}  jobName: "job-{sample}-{depth}",\n`;
  const deployment = new Deployment(first);
  await deployment.deploy(["--keep-logs"]);
  const [log] = readdirSync(deployment.path("results/_logs"));
  deployment.define(renamed);
  assert.deepEqual((await preview(deployment)).jobs, []);
  deployment.define(renamed.replace("echo 7", "echo 8").replaceAll("out/", "elsewhere/"));
  const { jobs } = await preview(deployment, "--only", "changed");
  assert.deepEqual([jobs.length, ...new Set(jobs.map(({ why }) => why))], [9, "changed"]);
  const { stderr } = await deployment.deploy(["--only", "changed"]);
  assert.ok(!stderr.includes("stale"), stderr);
  assert.match(stderr, /9 outputs of earlier versions moved/);
  assert.ok(log !== undefined && !deployment.exists(`results/_logs/${log}`) && !deployment.exists("results/out"));
});

test("a pattern may have any character in it; a set that no character is in fits nothing", () => {
  for (const character of "!\"#$%&'()+,-./:;<=>@\\]^_`{|}~ é😀") {
    const names = [`a${character}b`, "acb", "ab"];
    const jobs = names.map((name) => ({ name, params: [] }) as unknown as BundledJob);
    const meant = (word: string) => new MeantJobs([word], jobs, []).jobsOf(word).map(({ name }) => name);
    assert.deepEqual(meant(`a${character}*`), names.slice(0, 1), character);
    assert.deepEqual(meant(`?${character}[a-c]`), names.slice(0, 1), character);
    assert.deepEqual(meant(`*${character}[!c]`), names.slice(0, 1), character);
    assert.deepEqual(meant(`a${character}[z-a]`), [], character);
    if (!"]!".includes(character)) assert.deepEqual(meant(`a[${character}]b`), names.slice(0, 1), character);
  }
});

test("many jobs are chosen by their names, params or parts of names", () => {
  const jobs = Array.from({ length: 2000 }, (_, i) => {
    const params = [`S${Math.floor(i / 10)}`, String(i % 10)];
    return { name: `sample=${params[0]},depth=${params[1]}`, params } as unknown as BundledJob;
  });
  const words = jobs.flatMap(({ name, params: [sample, depth] }) => [
    name,
    `depth=${depth},sample=${sample}`,
    `${sample},d`,
  ]);
  const meant = new MeantJobs([...words, "S77", "S7?,depth=3"], jobs, ["sample", "depth"]);
  const job = jobs[1234] as BundledJob;
  assert.deepEqual([...meant.jobsOf(job.name), ...meant.jobsOf("depth=4,sample=S123")], [job, job]);
  assert.throws(() => meant.jobsOf("S123,d"), /may mean several jobs: sample=S123,depth=0, .*,depth=4 and more/);
  assert.deepEqual(meant.jobsOf("S7?,depth=3"), []);
});

test("where a run is gone on with, nothing can be chosen, and that is said", async () => {
  const deployment = new Deployment(
    'jobs: range("i", 1, 3), command: () => sh`while [[ ! -e "$locusts_bundle/../go" ]]; do sleep 0.1; done`,',
  );
  await deployment.deploy(["--detach"]);
  const refused: DeployOutcome = await deployment.deploy(["--limit", "1", "--redo", "2"]);
  assert.equal(refused.exitCode, 1);
  assert.deepEqual(refused.report.errors, [
    {
      message: "run 1 of an earlier deploy still goes on, and --redo and --limit cannot change which jobs it has",
      hint: "follow it (locusts deploy) or stop it (locusts cancel), then give --redo and --limit again",
    },
  ]);
  const dry = await deployment.verb(["deploy", "-n"]);
  assert.match(
    dry.stdout,
    /^run 1 of an earlier deploy still goes on: it would be followed first; 0 of its 3 jobs have/,
  );
  deployment.write(".locusts/local/go", "");
  const all = await deployment.deploy();
  assert.deepEqual([all.exitCode, all.report.jobs.done], [0, 3]);
  await until("the manager has left", () => deployment.processes().length === 0);
});

test("what goes on of an earlier version is no run that a deploy would follow, and a dry run says the same", async () => {
  const jobs = (word: string) => `jobs: range("i", 1, 2), command: () => sh\`echo ${word}; sleep 600\`,`;
  const deployment = new Deployment(jobs("a"));
  await deployment.deploy(["--detach"]);
  deployment.define(jobs("b"));
  for (const words of [["deploy"], ["deploy", "--dry-run"]]) {
    const { exitCode, stderr } = await deployment.verb(words);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: run 1 still goes on, which is of an earlier version of this definition, or of Locusts/m,
    );
  }
  await deployment.verb(["cancel"]);
});

test("with maxFailures, jobs that have failed before come last: each deploy comes to others", async () => {
  const deployment = new Deployment(
    `jobs: range("i", 1, 30), limits: { maxFailures: 2 },
    command: ({ params }) => sh\`((\${params.i} == 5))\`,`,
    {},
    undefined,
    1,
  );
  let ended = 0;
  for (const run of [1, 2, 3]) {
    await deployment.deploy();
    const [, first] = deployment.journal(run).find(([event]) => event === "start") ?? [];
    assert.equal(Number(first), ended + 1);
    ended = [...deployment.jobs().values()].filter(({ status }) => status !== "pending").length;
  }
});

test.run();
