import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What a second deploy does, and what it leaves alone. */
const test = suite("deploying again");

const COPY = `
  jobs: files("in/{id}.txt"),
  inputs: { text: "in/{id}.txt" },
  outputs: { copy: "out/{id}.txt" },
  command: ({ inputs, outputs }) => sh\`grep -v bad \${inputs.text} > \${outputs.copy}; echo noise\`,
`;
const FILES = { "in/a.txt": "a\n", "in/b.txt": "bb\n", "in/c.txt": "ccc\n" };

/** The names of the jobs that a run did. */
function ran(deployment: Deployment, run: number): string[] {
  const names = [...deployment.jobs().keys()];
  return deployment
    .journal(run)
    .filter(([event]) => event === "start")
    .map(([, number]) => names[Number(number) - 1] as string)
    .sort();
}

test("nothing is run twice, an edited input runs its own job alone", async () => {
  const deployment = new Deployment(COPY, FILES);
  const first = await deployment.succeed();
  assert.equal(first.jobs.cached, 0);
  assert.deepEqual(deployment.results(), ["out/a.txt", "out/b.txt", "out/c.txt"]);

  const second = await deployment.succeed();
  assert.deepEqual([second.jobs.done, second.jobs.cached], [3, 3]);
  assert.ok(!existsSync(deployment.run(2)));

  deployment.write("in/b.txt", "new\n");
  const third = await deployment.succeed();
  assert.deepEqual([third.jobs.done, third.jobs.cached], [3, 2]);
  assert.deepEqual(ran(deployment, 2), ["b"]);
  assert.equal(deployment.result("out/b.txt"), "new\n");
});

test("a job may be named by its params, or by a part of its name that no other has", async () => {
  const deployment = new Deployment(`
    jobs: matrix({ sample: ["S001", "S002"], depth: [5, 50] }),
    command: ({ params }) => sh\`echo \${params.sample} \${params.depth} >&2; exit 3\`,
  `);
  await deployment.deploy();
  const logOf = async (word: string) => {
    const { stdout, stderr } = await deployment.verb(["logs", "--job", word]);
    return stdout === "" ? stderr.split("\n", 1)[0] : stdout;
  };
  assert.equal(await logOf("sample=S002,depth=5"), "S002 5\n");
  assert.equal(await logOf("depth=50,sample=S001"), "S001 50\n");
  assert.equal(await logOf("2,depth=50"), "S002 50\n");
  assert.equal(
    await logOf("sample=S001"),
    'error: "sample=S001" may mean several jobs: sample=S001,depth=5, sample=S001,depth=50',
  );
  assert.equal(await logOf("S003"), "error: there is no job named S003");
  await deployment.deploy(["--limit", "2", "--redo", "depth=50"]);
  assert.deepEqual(ran(deployment, 2), ["sample=S001,depth=50", "sample=S002,depth=50"]);
});

test("an output that was deleted is made again", async () => {
  const deployment = new Deployment(COPY, FILES);
  await deployment.succeed();
  rmSync(deployment.path("results/out/c.txt"));
  const report = await deployment.succeed();
  assert.equal(report.jobs.cached, 2);
  assert.deepEqual(ran(deployment, 2), ["c"]);
  assert.equal(deployment.result("out/c.txt"), "ccc\n");
});

test("gather, too, tells of outputs that were deleted or edited, and leaves them so", async () => {
  const deployment = new Deployment(COPY, FILES);
  await deployment.succeed();
  rmSync(deployment.path("results/out/a.txt"));
  deployment.write("results/out/b.txt", "edited\n");
  const { stdout } = await deployment.verb(["gather"]);
  assert.equal(stdout, "0 jobs collected; 1/3 done, 0 failed\n");
  assert.deepEqual(
    [...deployment.jobs().values()].map(({ status }) => status),
    ["pending", "pending", "done"],
  );
  assert.match(deployment.read("results/outputs.tsv"), /^b\tcopy\tmissing\tout\/b\.txt\tNA$/m);
  deployment.write("results/out/b.txt", "bb\n");
  assert.equal((await deployment.succeed()).jobs.cached, 2);
});

test("gather tells when it has collected results of a definition that was edited since", async () => {
  const deployment = new Deployment(COPY, FILES);
  await deployment.verb(["deploy", "--detach"]);
  while (!(await deployment.verb(["status"])).stdout.includes("3 jobs have ended"));
  deployment.write("swarm.config.ts", deployment.read("swarm.config.ts").replace("cat", "cat -n"));
  const { stdout } = await deployment.verb(["gather"]);
  const since = "these are results of the definition as it was deployed: it was edited since";
  assert.equal(stdout, `3 jobs collected; 3/3 done, 0 failed\n${since}\n`);
});

test("what was done before is counted right where a run of before is collected first, whatever was edited or is redone", async () => {
  const deployment = new Deployment(COPY, FILES);
  await deployment.succeed();
  const detach = async (content: string) => {
    deployment.write("in/b.txt", content);
    await deployment.verb(["deploy", "--detach"]);
    while (!(await deployment.verb(["status"])).stdout.includes("1 job has ended"));
  };
  await detach("second\n");
  deployment.write("in/b.txt", "third\n");
  const { stderr, stdout } = await deployment.verb(["deploy"]);
  assert.match(stderr, /^3 jobs, 2 done before: 1 to run \(1 changed\)$/m);
  assert.match(stdout, /^3\/3 done \(2 of them before\): results$/m);
  await detach("fourth\n");
  assert.equal((await deployment.succeed(["--redo", "b"])).jobs.cached, 2);
  await detach("bad\n");
  assert.equal(JSON.parse((await deployment.verb(["gather", "--json"])).stdout).jobs.cached, 2);
});

test("--redo: all, a job, a cause; --limit", async () => {
  const deployment = new Deployment(COPY, { ...FILES, "in/b.txt": "bad\n" });
  const limited = await deployment.deploy(["--limit", "1"]);
  assert.deepEqual([limited.exitCode, limited.report.jobs.done, limited.report.jobs.pending], [0, 1, 2]);
  assert.deepEqual(ran(deployment, 1), ["a"]);

  const rest = await deployment.deploy();
  assert.equal(rest.exitCode, 3);
  assert.deepEqual(ran(deployment, 2), ["b", "c"]);

  await deployment.deploy(["--redo", "exit"]);
  assert.deepEqual(ran(deployment, 3), ["b"]);

  const one = await deployment.deploy(["--redo", "c"]);
  assert.deepEqual(ran(deployment, 4), ["b", "c"]);
  assert.equal(one.report.jobs.cached, 1);

  const all = await deployment.deploy(["--redo"]);
  assert.deepEqual(ran(deployment, 5), ["a", "b", "c"]);
  assert.equal(all.report.jobs.cached, 0);

  await deployment.deploy(["--redo", "id=a"]);
  assert.deepEqual(ran(deployment, 6), ["a", "b"]);
  const unknown = await deployment.deploy(["--redo", "nobody"]);
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /no job named nobody/);
});

test("after clean no run has an earlier one's number: what took as long as before is collected all the same", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 100),
    outputs: { o: "{i}.txt" },
    command: ({ outputs }) => sh\`echo $RANDOM > \${outputs.o}\`,
  `);
  await deployment.succeed();
  assert.equal((await deployment.verb(["clean"])).exitCode, 0);
  rmSync(deployment.path("results"), { recursive: true });
  const { jobs } = await deployment.succeed(["--redo"]);
  assert.deepEqual([jobs.done, jobs.cached], [100, 0]);
  assert.equal(deployment.results().length, 100);
  assert.ok(existsSync(deployment.run(2)) && !existsSync(deployment.run(1)));
});

test("a failed job runs again; tables, logs and work folders tell of it", async () => {
  const deployment = new Deployment(COPY, { ...FILES, "in/b.txt": "bad\n" });
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(report.failures, [{ job: "b", cause: "exit", exitCode: 1, detail: "" }]);
  assert.deepEqual(deployment.results(), ["out/a.txt", "out/c.txt"]);

  const { seconds, cpu_seconds, peak_memory, read_bytes, written_bytes, host, ...row } = deployment
    .jobs()
    .get("b") as Record<string, string>;
  assert.deepEqual(row, { name: "b", id: "b", status: "failed", cause: "exit", exit_code: "1", attempts: "1" });
  for (const measured of [seconds, cpu_seconds]) assert.match(measured as string, /^\d+(\.\d+)?$/);
  for (const measured of [peak_memory, read_bytes, written_bytes]) assert.match(measured as string, /^(\d+|NA)$/);
  assert.notEqual(host, "");
  assert.equal(deployment.jobs().get("a")?.status, "done");
  assert.deepEqual(deployment.table("outputs.tsv"), [
    { job: "a", output: "copy", status: "present", path: "out/a.txt", bytes: "2" },
    { job: "b", output: "copy", status: "missing", path: "out/b.txt", bytes: "NA" },
    { job: "c", output: "copy", status: "present", path: "out/c.txt", bytes: "4" },
  ]);

  const work = join(deployment.run(1), "work/main.1/1");
  assert.deepEqual(readdirSync(work).sort(), ["2", "2.end", "2.err", "2.out"]);
  assert.deepEqual(readdirSync(join(work, "2")).sort(), ["in", "out"]);
  assert.deepEqual(readdirSync(deployment.path("results")).sort(), [
    "jobs.parquet",
    "jobs.tsv",
    "out",
    "outputs.tsv",
    "report.html",
  ]);

  deployment.write("in/b.txt", "good\n");
  const fixed = await deployment.succeed();
  assert.equal(fixed.jobs.cached, 2);
  assert.equal(deployment.result("out/b.txt"), "good\n");
});

test("logs of failed jobs are collected, and go when the job is fixed", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["x", "y"]),
    inputs: { flag: "flag" },
    command: ({ inputs, params }) => sh\`
      echo "out of" \${params.id}
      echo "err of" \${params.id} >&2
      [[ \${params.id} != y ]] || cat \${inputs.flag} | grep -q fine\`,
  `,
    { flag: "bad\n" },
  );
  const { exitCode } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(readdirSync(deployment.path("results/_logs")).sort(), ["y.err", "y.out"]);
  assert.equal(deployment.log("y"), "err of y\n");
  assert.equal(deployment.log("y", "out"), "out of y\n");

  deployment.write("flag", "fine\n");
  await deployment.succeed();
  assert.deepEqual(readdirSync(deployment.path("results/_logs")), []);
  await deployment.succeed(["--redo", "--keep-logs"]);
  assert.deepEqual(readdirSync(deployment.path("results/_logs")).sort(), ["x.err", "x.out", "y.err", "y.out"]);
});

test("a job that fails when redone keeps its place: the next one may replace what it had made", async () => {
  const deployment = new Deployment(COPY, FILES);
  await deployment.succeed();
  deployment.write("in/b.txt", "bad\n");
  assert.equal((await deployment.deploy()).exitCode, 3);
  deployment.write("in/b.txt", "good\n");
  await deployment.succeed();
  assert.equal(deployment.result("out/b.txt"), "good\n");
});

test("jobs that took long come first the next time; the others keep their order", async () => {
  const fields = (word: string) => `
    jobs: range("i", 1, 6),
    command: ({ params }) => sh\`
      : ${word}
      case \${params.i} in 3) sleep 0.5 ;; 5) sleep 1.2 ;; esac\`,`;
  const deployment = new Deployment(fields("first"), {}, undefined, 1);
  const order = (run: number) =>
    deployment.journal(run).flatMap(([event, job]) => (event === "start" ? [Number(job)] : []));
  await deployment.succeed();
  assert.deepEqual(order(1), [1, 2, 3, 4, 5, 6]);
  deployment.define(fields("second"), 1);
  await deployment.succeed();
  assert.deepEqual(order(2), [5, 3, 1, 2, 4, 6]);
});

test.run();
