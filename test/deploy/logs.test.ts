import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import type { Readable } from "node:stream";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** What `logs --job` tells of one job: one that runs, and one that has failed. */
const test = suite("the logs of one job");

const COMMAND = `
  jobs: list("job", ["silent", "unknown", "function", "exit", "last", "runs"]),
  outputs: { table: "{job}/table.tsv" },
  command: ({ params, outputs }) => sh\`
    helper() {
      false
    }
    [[ $(false; echo no) ]] # it ends nothing
    echo x > \${params.job}/tabel.tsv
    case \${params.job} in
      silent) grep -q nothing \${params.job}/tabel.tsv ;;
      unknown) nonesuch --x ;;
      function) helper ;;
      exit) exit 9 ;;
      runs) echo "so far"; until [[ -e "$locusts_bundle/../go" ]]; do sleep 0.1; done; nonesuch || : ;;
    esac
    sort --no-such-option \${outputs.table}
  \`,
`;

/** What is said of a job before its logs, without its time, and what it has printed. */
async function told(deployment: Deployment, job: string) {
  const { stdout, stderr } = await deployment.verb(["logs", "--job", job]);
  return { stdout, words: stderr.replace(/; after .* on \S+$/m, "").replace(/, for .* in slot \d$/m, "") };
}

test("a job that puts something else in the place of its logs keeps no other one from being collected", async () => {
  // In one slot: another one would take a job whose log is gone for one that nobody has.
  const fields = `
    jobs: range("i", 1, 5),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`
      echo > \${outputs.text}
      case \${params.i} in
        2) rm ../2.out; mkdir ../2.out; exit 4 ;;
        3) rm ../3.err; mkfifo ../3.err; exit 4 ;;
        4) rm ../4.out; ln -s /etc/passwd ../4.out; exit 4 ;;
      esac\`,
  `;
  const deployment = new Deployment(fields, {}, undefined, 1);
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual([report.jobs.done, report.jobs.failed], [2, 3]);
  assert.ok(!deployment.exists("results/_logs"));
  deployment.write("results/_logs/3.err", "what the job itself has printed before");
  assert.equal((await deployment.deploy()).exitCode, 3);
  rmSync(deployment.path("results/_logs"), { recursive: true, force: true });
  deployment.write("results/_logs", "mine");
  const refused = await deployment.deploy();
  assert.match(refused.stderr, /results\/_logs is no folder, and logs go there/);
});

test("a file of the user's own is not replaced by a log", async () => {
  const deployment = new Deployment(
    `jobs: range("i", 1, 3), command: ({ params }) => sh\`echo >&2; [[ \${params.i} != 3 ]]\`,`,
    {
      "results/_logs/2.err": "mine",
      "results/_logs/notes": "mine, too",
    },
  );
  const refused = await deployment.deploy();
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /results\/_logs\/2\.err is a file of yours, where Locusts puts what the job 2 prints/);
  rmSync(deployment.path("results/_logs/2.err"));
  assert.equal((await deployment.deploy()).exitCode, 3);
  rmSync(deployment.path(".locusts"), { recursive: true });
  assert.equal((await deployment.deploy()).exitCode, 3, "they are Locusts' own, though nobody knows any more");
  assert.equal(deployment.read("results/_logs/notes"), "mine, too");
});

test("a failed job: its cause, the command that ended it, and what it has written; a running one: what it printed", async () => {
  const deployment = new Deployment(COMMAND, {}, undefined, 6);
  const lines = deployment.read("swarm.config.ts").split("\n");
  const at = (text: string) => `swarm.config.ts:${lines.findIndex((line) => line.includes(text)) + 1}`;
  const { outcome } = deployment.begin(["deploy"]);
  await until(
    "one runs, five have failed",
    () => {
      const words = deployment.journal().map(([word]) => word);
      const out = ".locusts/local/runs/1/work/main.1/1/6.out";
      const hasFailed = words.filter((word) => word === "failed").length === 5;
      return hasFailed && deployment.exists(out) && deployment.read(out) !== "";
    },
    60,
  );

  const running = await told(deployment, "runs");
  assert.equal(running.stdout, "so far\n");
  assert.match(
    running.words,
    /^==> runs runs\n==> folder: \.locusts\/.*\/6\n==> it has written runs\/tabel\.tsv \(2 bytes\)\n/,
  );
  // Followed, alone and with whatever runs, before it goes on.
  const alone = deployment.begin(["logs", "--follow", "--job", "runs"]);
  const all = deployment.begin(["logs", "--follow"]);
  await Promise.all([alone, all].map(({ child }) => once(child.stdout as Readable, "data")));
  deployment.write(".locusts/local/go", "");
  assert.equal((await outcome).exitCode, 3);
  const [followed, named] = [await alone.outcome, await all.outcome];
  assert.equal(followed.stdout, "so far\n");
  const missing = `${at("runs)")}: nonesuch: command not found\n`;
  assert.ok(followed.stderr.startsWith(missing), followed.stderr);
  assert.match(
    followed.stderr.slice(missing.length),
    /^sort: .*no-such-option.*\n(?:.*\n)*==> runs failed: exit, exit code 2; after /,
  );
  assert.equal(named.stdout, "runs| so far\n");
  assert.ok(named.stderr.startsWith(`runs| ${missing}`), named.stderr);
  assert.match(named.stderr, /\nruns\| sort: .*\n(?:runs\| .*\n)*==> runs failed: /);

  const ends = {
    silent: [1, at("silent)")],
    unknown: ["127: command not found", at("unknown)")],
    function: [1, at("  false")],
    exit: [9, at("exit 9")],
    last: [2, at("sort --no-such")],
    runs: [2, at("sort --no-such")],
  } as const;
  for (const [job, [code, place]] of Object.entries(ends)) {
    const { words } = await told(deployment, job);
    const [first, second, , third] = words.split("\n");
    assert.equal(first, `==> ${job} failed: exit, exit code ${code}`);
    assert.ok(second?.startsWith(`==> ended by ${place}: `), `${job}: ${second}, not ${place}`);
    assert.equal(third, `==> it has written ${job}/tabel.tsv (2 bytes), where ${job}/table.tsv was declared`);
  }
  // Bash names its script: it is told as the line that was written.
  const unknown = `${at("unknown)")}: nonesuch: command not found\n`;
  assert.equal((await told(deployment, "unknown")).stdout, unknown);
  assert.equal((await deployment.verb(["repro", "unknown"])).stderr, unknown);
  const { stdout } = await deployment.verb(["logs", "--job", "silent", "--json"]);
  const document = JSON.parse(stdout);
  assert.deepEqual(document.endedBy, {
    place: at("silent)"),
    text: 'silent) grep -q nothing "$param_job"/tabel.tsv ;;',
  });
  assert.deepEqual([document.failure.cause, document.wrote], ["exit", [{ path: "silent/tabel.tsv", bytes: 2 }]]);
});

test("logs of jobs that are gone are stale; what a deploy would move is told before; what runs again has not failed", async () => {
  const swarm = (jobs: string, word: string) => `
    jobs: list("id", [${jobs}]),
    outputs: { out: "{id}.txt" },
    command: ({ params, outputs }) => sh\`
      echo ${word}; echo > \${outputs.out}; [[ \${params.id} == [ab] ]]
    \`,`;
  const deployment = new Deployment(swarm('"a", "b", "c", "d"', "one"), { "results/_logs/mine.out": "" });
  const logs = () => readdirSync(deployment.path("results/_logs")).sort();
  const say = async (...words: string[]) => await deployment.verb(words);
  assert.equal((await deployment.deploy(["--keep-logs"])).report.jobs.failed, 2);
  assert.deepEqual(logs(), ["a.out", "b.out", "c.out", "d.out", "mine.out"]);

  deployment.define(swarm('"a", "c"', "two; [[ ! -e $GATE ]] || until [[ -e $GATE.open ]]; do sleep 0.1; done"));
  const { stdout } = await say("deploy", "-n", "--only", "c");
  assert.match(stdout, /\n1 output of earlier versions would be moved from results to \.locusts\/kept: /);
  assert.match(stdout, /\nwould be stale: 1 output and 2 logs of jobs .* \(results\/b\.txt, results\/_logs\/b\.out, /);
  const { report } = await deployment.deploy(["--only", "c"], { GATE: deployment.path("none") });
  const { stale } = report as unknown as { readonly stale: readonly string[] };
  assert.deepEqual(stale, ["b.txt", "_logs/b.out", "_logs/d.out"]);
  assert.match((await say("clean", "--stale")).stdout, /^moved 3 stale outputs and logs to \.locusts\/stale\n/);
  assert.deepEqual(logs(), ["a.out", "c.out", "mine.out"]);

  // What has failed before runs again now: of that nothing is known.
  deployment.write("gate", "");
  const detached = await deployment.deploy(["--detach"], { GATE: deployment.path("gate") });
  assert.deepEqual([detached.exitCode, detached.report.jobs.failed, detached.report.failures], [0, 0, []]);
  for (const verb of ["status", "gather"]) {
    const { exitCode, stdout: document } = await say(verb, "--json");
    const { jobs, failures } = JSON.parse(document);
    assert.deepEqual([exitCode, jobs.failed, failures], [0, 0, []], verb);
  }
  deployment.write("gate.open", "");
  assert.equal((await deployment.deploy()).report.jobs.failed, 1);
});

test("in a tree, a file that is called like a log is none; a folder that is gone is not named as if it were there", async () => {
  const deployment = new Deployment(
    `jobs: list("id", ["a"]),
    environment: { tree: tree({ root: "env", select: ["**"], mode: "copy" }) },
    command: () => sh\`[[ ! -e $GATE ]] || until [[ -e $GATE.open ]]; do sleep 0.1; done\`,`,
    { "env/logs/1.out": "not the job\n", gate: "" },
  );
  await deployment.deploy(["--detach"], { GATE: deployment.path("gate") });
  await until("it runs", () => deployment.journal().some(([word]) => word === "start"), 60);
  const { running } = JSON.parse((await deployment.verb(["logs", "--job", "a", "--json"])).stdout);
  assert.ok(running);
  assert.deepEqual(await told(deployment, "a").then(({ stdout }) => stdout), "");
  deployment.write("gate.open", "");
  await deployment.succeed();
  assert.equal(JSON.parse((await deployment.verb(["logs", "--job", "a", "--json"])).stdout).folder, null);
});

test("a log of another version of a job, or of another job that had its name, is not shown as its own", async () => {
  const fields = (version: string, rest = "") => `
    jobs: range("i", 1, 3),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`echo \${params.i} ${version}; echo ${version} > \${outputs.text} ${rest}\`,`;
  const deployment = new Deployment(fields("one"));
  await deployment.succeed(["--keep-logs"]);
  assert.equal((await told(deployment, "2")).stdout, "2 one\n");
  // The first job fails in its second version; then its first one comes back.
  deployment.define(fields("two", "; (( ${params.i} > 1 ))"));
  await deployment.deploy(["--only", "1"]);
  assert.equal((await told(deployment, "1")).stdout, "1 two\n");
  const other = "is of another version of this job, or of another job that had its name";
  const pending = await told(deployment, "2");
  assert.equal(pending.stdout, "");
  assert.match(pending.words, new RegExp(`^results/_logs/2.out ${other}$`, "m"));
  deployment.define(fields("one"));
  await deployment.succeed();
  const back = await told(deployment, "1");
  assert.equal(back.stdout, "");
  assert.match(back.words, new RegExp(`^results/_logs/1.out ${other}$`, "m"));
  assert.equal((await told(deployment, "3")).stdout, "3 one\n");
});

test.run();
