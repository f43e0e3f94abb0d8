import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../runner/suite.js";
import { type Begun, Deployment, kill, reportOf, until } from "./deployment.js";

/** Whoever is killed, and whenever: the next deploy finishes the swarm. */
const test = suite("killed at any moment", {}, { seconds: 240 });

/** More jobs than two chunks hold; each tells outside of its folder that it ran to its end. */
const JOBS = 230;
const MANY = `
  jobs: range("i", 1, ${JOBS}),
  inputs: { word: "word" },
  outputs: { text: "{i}.txt" },
  command: ({ inputs, outputs, params }) => sh\`
    printf 'half ' > \${outputs.text}
    (( \${params.i} % 20 )) || sleep 0.3
    cat \${inputs.word} >> \${outputs.text}
    echo \${params.i} >> $TALLY\`,
`;
const many = () => new Deployment(MANY, { word: "whole\n" });

function starts(deployment: Deployment): number {
  return deployment.journal().filter(([event]) => event === "start").length;
}

function ends(deployment: Deployment): number {
  return deployment.journal().filter(([event]) => event === "done").length;
}

/** All is there, whole and counted once. */
async function assertWhole(deployment: Deployment): Promise<void> {
  assert.deepEqual(deployment.results(), Array.from({ length: JOBS }, (_, i) => `${i + 1}.txt`).sort());
  for (const path of deployment.results()) assert.equal(deployment.result(path), "half whole\n", path);
  const jobs = deployment.jobs();
  assert.equal(jobs.size, JOBS);
  for (const job of jobs.values()) assert.equal(job.status, "done", job.name);
  const again = await deployment.succeed();
  assert.equal(again.jobs.cached, JOBS);
  await deployment.assertQuiet();
}

/** Moments that only many jobs have; the certificate kills at each exact point of a few. */
const MOMENTS: Readonly<Record<string, (deployment: Deployment) => boolean>> = {
  "as soon as its run is staged": (deployment) => existsSync(join(deployment.run(), "run")),
  "between chunks": (deployment) => ends(deployment) > 95,
};
const VICTIMS = {
  "the manager": (deployment: Deployment) => kill(deployment.manager()),
  deploy: (_: Deployment, deploy: Begun) => kill(deploy.child.pid),
  both: (deployment: Deployment, deploy: Begun) => {
    kill(deploy.child.pid);
    kill(deployment.manager());
  },
} as const;

for (const [moment, isNow] of Object.entries(MOMENTS)) {
  for (const [victim, strike] of Object.entries(VICTIMS)) {
    test(`SIGKILL for ${victim}, ${moment}`, async () => {
      const deployment = many();
      const env = { TALLY: deployment.path("tally") };
      const deploy = deployment.beginDeploy([], env);
      await until(moment, () => isNow(deployment));
      strike(deployment, deploy);
      const first = await deploy.outcome;
      if (victim === "the manager") assert.equal(first.exitCode, 0, first.stderr);
      else assert.equal(first.signal, "SIGKILL");
      const report = await deployment.succeed([], env);
      assert.equal(report.jobs.total, JOBS);
      await assertWhole(deployment);
      // At most what was running or not yet written down has run a second time.
      const tally = deployment.read("tally").trimEnd().split("\n");
      assert.equal(new Set(tally).size, JOBS);
      assert.ok(tally.length <= JOBS + 2 * 66, `${tally.length} jobs were run`);
    });
  }
}

test("a manager that is killed again and again, and its slots too", async () => {
  const deployment = many();
  const env = { TALLY: deployment.path("tally") };
  const deploy = deployment.beginDeploy([], env);
  for (let blow = 1; blow <= 6; blow += 1) {
    await until("progress", () => ends(deployment) > blow * 20);
    if (blow % 2) kill(deployment.manager());
    else {
      const [, , slot] = deployment
        .journal()
        .filter(([event]) => event === "slot")
        .at(-1) as string[];
      kill(Number(slot));
    }
  }
  const { exitCode, report, stderr } = reportOf(await deploy.outcome);
  // A slot that dies takes its job's word with it: that one counts as killed.
  assert.ok(report.jobs.failed <= 3 && report.jobs.done + report.jobs.failed === JOBS, JSON.stringify(report.jobs));
  assert.equal(exitCode, report.jobs.failed > 0 ? 3 : 0, stderr);
  for (const { cause } of report.failures) assert.equal(cause, "signal");
  await deployment.succeed([], env);
  await assertWhole(deployment);
});

test("of jobs that run each time when the manager is killed, the one that is to blame fails alone", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["hog", "a", "b"]),
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`
      [[ \${params.id} != hog ]] || { sleep 0.4; kill -KILL $PPID; sleep 60; }
      sleep 1
      echo \${params.id} > \${outputs.text}\`,
    `,
    {},
    undefined,
    3,
  );
  const { report, stderr } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, cause }) => [job, cause]),
    [["hog", "node"]],
    stderr,
  );
  assert.equal(report.jobs.done, 2);
});

test("deploy killed leaves its manager at work; the next one finds it and follows it", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 6),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`until [[ -e $HOME/go ]]; do sleep 0.1; done; echo \${params.i} > \${outputs.text}\`,
  `);
  // A variable of that name may come from another machine.
  const env = { HOSTNAME: "elsewhere", HOME: deployment.folder };
  const deploy = deployment.beginDeploy([], env);
  await until("jobs run", () => starts(deployment) > 0);
  kill(deploy.child.pid);
  await deploy.outcome;
  const manager = deployment.manager();
  const next = deployment.beginDeploy([], env);
  let said = "";
  next.child.stderr?.on("data", (text: string) => {
    said += text;
  });
  await until("it follows the run", () => said.includes("run 1 of an earlier deploy still goes on: following it"));
  deployment.write("go", "");
  const { exitCode, report, stderr } = reportOf(await next.outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 6);
  assert.equal(deployment.manager(), manager);
  assert.ok(!existsSync(deployment.run(2)));
  assert.equal(starts(deployment), 6);
});

for (const victim of ["the manager", "both"] as const) {
  test(`orphans are ended before their jobs run again, wherever they have gone: SIGKILL for ${victim}`, async () => {
    const deployment = new Deployment(
      `
    jobs: list("id", ["stays", "moves", "leaves"]),
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`
      [[ ! -e $MARK.\${params.id} ]] || { echo second > \${outputs.text}; exit; }
      : > $MARK.\${params.id}
      case \${params.id} in
        moves) cd /; exec sleep 600 > /dev/null 2>&1 ;;
        leaves) setsid sleep 600 > /dev/null 2>&1 & ;;
      esac
      sleep 600\`,
  `,
      {},
      undefined,
      3,
    );
    const env = { MARK: deployment.path("mark") };
    const deploy = deployment.beginDeploy([], env);
    await until("all of them run", () => ["stays", "moves", "leaves"].every((id) => deployment.exists(`mark.${id}`)));
    await sleep(100);
    VICTIMS[victim](deployment, deploy);
    await deploy.outcome;
    await deployment.succeed([], env);
    assert.equal(deployment.result("stays.txt"), "second\n");
    await deployment.assertQuiet();
  });
}

test("SIGTERM ends what runs; by hand it goes on, and deploy gathers it", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 9),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`
      text=\${outputs.text}
      trap 'echo torn > $text; exit 0' TERM
      sleep 0.6 & wait
      echo \${params.i} > \${outputs.text}\`,
  `);
  const deploy = deployment.beginDeploy();
  await until("some are done, some run", () => starts(deployment) > 4);
  kill(deployment.manager(), "SIGTERM");
  const first = reportOf(await deploy.outcome);
  assert.equal(first.exitCode, 1);
  assert.equal(first.report.end.reason, "signal");
  assert.match(first.stderr, /somebody stopped the manager/);
  assert.equal(first.report.jobs.failed, 0, first.stdout);
  assert.ok(first.report.jobs.pending > 0 && first.report.jobs.done > 0, first.stdout);
  await deployment.assertQuiet();
  // Between two jobs a slot has nothing to stop.
  const stopped = deployment.journal().filter(([event]) => event === "stopped").length;
  assert.ok(stopped === 1 || stopped === 2, `${stopped} were stopped`);

  const byHand = deployment.beginManager();
  await until("it is at work", () => deployment.journal().filter(([event]) => event === "manager").length === 2);
  const second = await deployment.beginManager().outcome;
  assert.equal(second.exitCode, 4);
  assert.match(second.stderr, /already running: process \d+ on .* runs 1/);
  assert.equal((await byHand.outcome).exitCode, 0);

  // In a process that ends with it: as long as it lives, it is taken to gather.
  const last = reportOf(await deployment.beginDeploy().outcome);
  assert.deepEqual([last.exitCode, last.report.jobs.done], [0, 9]);
  assert.ok(!existsSync(deployment.run(2)), "jobs that were done by hand were run again");
  for (let i = 1; i <= 9; i += 1) assert.equal(deployment.result(`${i}.txt`), `${i}\n`);
  const over = await deployment.beginManager().outcome;
  assert.equal(over.exitCode, 0);
  assert.match(over.stderr, /is over, and its results are gathered/);
});

test("a manager that is asked to stop when its only slot has just died does not wait for it", async () => {
  const deployment = new Deployment(
    'jobs: range("i", 1, 2), command: ({ params }) => sh`sleep 60; : ${params.i}`,',
    {},
    undefined,
    1,
  );
  const deploy = deployment.beginDeploy();
  await until("a job runs", () => starts(deployment) === 1);
  const slot = deployment.journal().find(([event]) => event === "slot");
  kill(Number(slot?.[2]));
  kill(deployment.manager(), "SIGTERM");
  const { exitCode, report } = reportOf(await deploy.outcome);
  assert.equal(exitCode, 1);
  assert.equal(report.end.reason, "signal");
  await deployment.assertQuiet();
});

test("the manager by hand: --help, wrong options, a bare bundle, another name, another folder", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 3),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,
  `);
  const built = await deployment.verb(["build"]);
  assert.equal(built.exitCode, 0, built.stderr);
  const script = deployment.path("bundle/local/manager.sh");
  const run = (...words: string[]) => deployment.beginScript(script, ...words).outcome;
  const help = await run("--help");
  assert.equal(help.exitCode, 0);
  assert.match(help.stdout, /Usage: bash manager\.sh \[options\]/);
  assert.deepEqual(
    [...help.stdout.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option]) => option),
    ["--run", "--slots", "--name", "--stop", "--is-running", "--version", "--help"],
  );
  const bare = await run();
  assert.equal(bare.exitCode, 1);
  assert.match(bare.stderr, /there is no run list in .*bundle\/runs: 'locusts deploy' puts the inputs and a run list/);
  for (const words of [["--slots", "0"], ["--slots", "x"], ["--name", "a/b"], ["--nonsense"], ["--run"]]) {
    const wrong = await run(...words);
    assert.equal(wrong.exitCode, 1, words.join(" "));
    assert.match(wrong.stderr, /--/);
  }
  await deployment.succeed();
  const missing = await run("--run", deployment.path("nowhere"));
  assert.equal(missing.exitCode, 1);
});

test("what a killed staging or gathering leaves behind is cleared away", async () => {
  const deployment = many();
  const env = { TALLY: deployment.path("tally") };
  const deploy = deployment.beginDeploy([], env);
  await until("staging begins", () => existsSync(deployment.run()));
  kill(deploy.child.pid);
  await deploy.outcome;
  await deployment.succeed([], env);
  for (const number of readdirSync(deployment.path(".locusts/local/runs"))) {
    assert.ok(existsSync(join(deployment.run(Number(number)), "gathered")), `run ${number} was left`);
  }
  assert.deepEqual(
    readdirSync(deployment.path("results")).filter((name) => name.startsWith(".")),
    [],
  );
  const lines = readFileSync(deployment.path(".locusts/ledger.tsv"), "utf8").split("\n");
  assert.equal(lines.filter((line) => line.endsWith("\t.")).length, JOBS);
});

test("what a run that was cut off has left is removed while jobs run already", async () => {
  const swarm = new Deployment(
    `
  jobs: range("i", 1, 3),
  inputs: { all: shared("all.txt") },
  outputs: { text: "{i}.txt" },
  command: ({ inputs, outputs, params }) => sh\`
    [[ \${params.i} == 1 ]] || until [[ -e $GATE ]]; do sleep 0.1; done
    touch $BEGUN; [[ \${params.i} != 3 ]] || until [[ -e $REMOVED ]]; do sleep 0.1; done
    sleep 0.3; cat \${inputs.all} > \${outputs.text}\`,
`,
    { "all.txt": "all\n" },
  );
  const env = { GATE: swarm.path("gate"), BEGUN: swarm.path("begun"), REMOVED: swarm.path("removed") };
  const deploy = swarm.beginDeploy([], env);
  await until("a job is done", () => ends(swarm) > 0);
  kill(deploy.child.pid);
  kill(swarm.manager());
  await deploy.outcome;
  rmSync(env.BEGUN, { force: true });
  // As if there were a hundred thousand folders: it does not end before a job has.
  swarm.write(
    "bin/rm",
    '#!/bin/bash\n[[ "$*" != *discarded* ]] || until [[ -e $BEGUN ]]; do sleep 0.1; done\n/bin/rm "$@"; [[ "$*" != *discarded* ]] || touch $REMOVED\n',
  );
  chmodSync(swarm.path("bin/rm"), 0o755);
  writeFileSync(env.GATE, "");
  const report = await swarm.succeed([], { ...env, PATH: `${swarm.path("bin")}:${process.env.PATH}` });
  assert.equal(report.jobs.done, 3);
  assert.deepEqual(readdirSync(join(swarm.run(1), "work")), []);
});

test.run();
