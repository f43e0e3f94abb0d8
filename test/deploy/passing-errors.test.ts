import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { begin, CLI, Deployment, reportOf } from "./deployment.js";

/** Programs of the machine that fail, once or always, and a machine that refuses to start any more. */
const test = suite("passing errors");

/** A PATH on which each of these programs fails as often as is said, before it works. */
function failing(deployment: Deployment, programs: readonly string[], times: number): string {
  const folder = join(deployment.folder, "programs");
  mkdirSync(folder);
  for (const program of programs) {
    const script = `#!/bin/bash
for ((i = 1; i <= ${times}; i++)); do
  (set -C; : >'${folder}/${program}.'$i) 2>/dev/null || continue
  echo '${program}: Input/output error' >&2
  exit 1
done
exec /usr/bin/${program} "$@"
`;
    writeFileSync(join(folder, program), script);
    chmodSync(join(folder, program), 0o755);
  }
  return `${folder}:${process.env.PATH}`;
}

test("one passing error of each program that is used is nobody's failure", async () => {
  const programs = ["tar", "mkdir", "cp", "chmod", "stat", "rm"];
  const swarm = new Deployment(
    `
    jobs: range("i", 1, 6),
    inputs: { own: copied("own") },
    outputs: { text: "{i}.txt" },
    command: ({ inputs, outputs, params }) => sh\`cat \${inputs.own}/* > \${outputs.text}; : \${params.i}\`,
  `,
    { "own/a": "a\n", "own/b": Buffer.alloc(2_000_000) },
  );
  await swarm.succeed([], { PATH: failing(swarm, programs, 1) });
  assert.equal(swarm.result("6.txt").length, 2_000_002);
  assert.deepEqual(
    programs.filter((program) => !swarm.exists(`programs/${program}.1`)),
    [],
    "never called",
  );
});

test("a program that always fails is named with what it says, and no disk is called full", async () => {
  const swarm = new Deployment('jobs: range("i", 1, 3), command: ({ params }) => sh`: ${params.i}`,');
  const { report } = await swarm.deploy([], { PATH: failing(swarm, ["tar"], 9) });
  assert.equal(report.end.reason, "error");
  assert.match(report.end.detail ?? "", /chunks\/1\.tar cannot be unpacked to .*: tar: Input\/output error$/);
  assert.equal(report.jobs.failed, 0);
});

/** A PATH on which a program is killed, as often as it is asked about what jobs have made. */
function dying(deployment: Deployment, program: string): string {
  const folder = join(deployment.folder, `dying-${program}`);
  mkdirSync(folder);
  const script = `#!/bin/bash
[[ "$PWD/ $*" != */work/main.* ]] || kill -KILL $$
exec /usr/bin/${program} "$@"
`;
  writeFileSync(join(folder, program), script);
  chmodSync(join(folder, program), 0o755);
  return `${folder}:${process.env.PATH}`;
}

test("a program that is killed while it looks at what a job has made says nothing of the job", async () => {
  const plain = new Deployment(`
    jobs: range("i", 1, 3),
    outputs: { many: "many/{i}/", log: matches("{i}.log", /^done/), large: minBytes("{i}.large", 4) },
    command: ({ outputs, params }) => sh\`mkdir -p \${outputs.many}; echo \${params.i} > \${outputs.many}/a
      echo done > \${outputs.log}; echo large > \${outputs.large}\`,
  `);
  const tree = new Deployment(
    `
    jobs: range("i", 1, 3),
    environment: { tree: tree({ root: "env", select: ["**"], mode: "perJob" }) },
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`cat base.txt > \${outputs.text}; echo \${params.i} >> \${outputs.text}\`,
  `,
    { "env/base.txt": "base\n" },
  );
  const helpers = [
    { swarm: plain, programs: ["find", "grep", "stat"] },
    { swarm: tree, programs: ["comm", "grep"] },
  ];
  await Promise.all(
    helpers.map(async ({ swarm, programs }) => {
      for (const program of programs) {
        const { report } = await swarm.deploy([], { PATH: dying(swarm, program) });
        assert.deepEqual([report.jobs.done, report.jobs.failed, report.end.reason], [0, 0, "error"], program);
        assert.match(report.end.detail ?? "", /ended with exit code 137$/);
      }
      await swarm.succeed();
    }),
  );
  assert.equal(plain.result("many/3/a"), "3\n");
});

/** Somebody whom the limit of processes holds for; it does not for root. */
const SOMEBODY = "61003";
const root = process.getuid?.() === 0;

test.skipUnless(
  root,
  "only root can be somebody else",
  "where processes are refused, no job is called failed",
  async () => {
    const swarm = new Deployment(
      `
    jobs: range("i", 1, 70),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`sleep 0.2; echo \${params.i} > \${outputs.text}\`,
  `,
      {},
      undefined,
      32,
    );
    execFileSync("chown", ["-R", `${SOMEBODY}:${SOMEBODY}`, swarm.folder]);
    const become = ["--reuid", SOMEBODY, "--regid", SOMEBODY, "--clear-groups"];
    const words = [
      ...become,
      "bash",
      "-c",
      'ulimit -u 60; exec "$@"',
      "bash",
      process.execPath,
      CLI,
      "deploy",
      "--json",
    ];
    const { report } = reportOf(await begin("setpriv", words, swarm.folder, { HOME: swarm.folder }).outcome);
    assert.deepEqual(report.failures, []);
    if (report.end.how !== "complete")
      assert.match(report.end.detail ?? "", /refuses to start more processes: raise 'ulimit -u'/);
  },
);

test.run();
