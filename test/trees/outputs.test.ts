import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** Outputs in trees, containers around them, and what doctor says. */
const test = suite("trees: outputs, containers, doctor");

const FILES = { "env/work/there.1": "before\n", "env/work/there.2": "before\n", "env/data/x": "x\n" };

function inTree(options: string, fields: string): Deployment {
  return new Deployment(
    `jobs: range("i", 1, 4),
  environment: { tree: tree({ root: "env", workdir: "work", select: ["**"], ${options} }), prepare: "greeting=hello" },
  ${fields}`,
    FILES,
  );
}

/** A stand-in for a container's runtime, and an \`unshare\` that fails, if there is to be no overlay. */
function programs(deployment: Deployment, withOverlay: boolean): NodeJS.ProcessEnv {
  const scripts: Record<string, string> = {
    apptainer: 'while [[ $1 != image.sif ]]; do [[ $1 != --pwd ]] || cd "$2"; shift; done; shift; exec "$@"',
    ...(withOverlay ? {} : { unshare: "exit 1" }),
  };
  for (const [name, text] of Object.entries(scripts)) {
    deployment.write(`bin/${name}`, `#!/bin/bash\n${text}\n`);
    chmodSync(deployment.path("bin", name), 0o755);
  }
  return { PATH: `${deployment.path("bin")}:${process.env.PATH}` };
}

const COMMAND = "command: ({ params }) => sh`: ${params.i}`,";

const FIELDS = `outputs: { text: nonEmpty("out_{i}.txt"), below: "../data/{i}/", there: optional("there.{i}"), lines: matches("lines.{i}", /^hello/) },
  command: ({ outputs, params }) => sh\`
    echo "$greeting" | tee \${outputs.text} > \${outputs.lines}
    mkdir -p \${outputs.below}/deeper; echo in > \${outputs.below}/deeper/in
    if ((\${params.i} == 2)); then rm \${outputs.there}; fi
    if ((\${params.i} == 3)); then rm \${outputs.text}; fi
    if ((\${params.i} == 4)); then echo bad > \${outputs.lines}; fi
  \`,`;

for (const [words, options, withOverlay, container] of [
  ["one copy for all", "", true, ""],
  ["one for each job", 'mode: "perJob"', true, ""],
  ["one for each job, copied", 'mode: "perJob"', false, ""],
  ["one copy for all, in a container", "", true, 'container: { image: "image.sif" },'],
  ["one for each job, in a container", 'mode: "perJob"', true, 'container: { image: "image.sif" },'],
] as const) {
  test(`outputs are checked where they are: ${words}`, async () => {
    const deployment = inTree(options, FIELDS);
    const definition = deployment.read("swarm.config.ts");
    deployment.write("swarm.config.ts", definition.replace("prepare:", `${container} prepare:`));
    const { exitCode, stderr } = await deployment.deploy([], programs(deployment, withOverlay));
    assert.equal(exitCode, 3, stderr);
    const jobs = [...deployment.jobs().values()].map(({ status, cause }) => `${status} ${cause}`);
    assert.deepEqual(jobs, ["done ok", "done ok", "failed missing-output", "failed missing-output"]);
    assert.match(stderr, /text is missing/);
    assert.match(stderr, /lines has no line that matches/);
    const outputs = deployment.table("outputs.tsv").filter(({ job }) => job === "1" || job === "2");
    assert.deepEqual(
      outputs.map(({ status, path, bytes }) => [status, path, bytes]),
      [
        ["present", "tree/work/out_1.txt", "6"],
        ["present", "tree/data/1", "3"],
        ["present", "tree/work/there.1", "7"],
        ["present", "tree/work/lines.1", "6"],
        ["present", "tree/work/out_2.txt", "6"],
        ["present", "tree/data/2", "3"],
        ["missing", "tree/work/there.2", "NA"],
        ["present", "tree/work/lines.2", "6"],
      ],
    );
    assert.equal(deployment.result("tree/work/out_1.txt"), "hello\n");
    assert.equal(deployment.result("tree/data/2/deeper/in"), "in\n");
    await deployment.assertQuiet();
  });
}

test("doctor says how each job will have its tree", async () => {
  const deployment = inTree('mode: "perJob"', COMMAND);
  const { exitCode, stdout, stderr } = await deployment.verb(["doctor"], programs(deployment, false));
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /tree +each job gets a (plain copy of \d+ bytes|copy by reflinks)/);
  const other = inTree('mode: "perJob", readOnly: ["data/**"]', COMMAND);
  const shared = await other.verb(["doctor"], programs(other, false));
  assert.match(shared.stdout, /tree +each job gets (hard links to what is only read|a copy by reflinks)/);
  assert.deepEqual(await other.verb(["build"]).then((built) => built.exitCode), 0);
});

test("a tree in place that is not there is said by doctor, and by deploy before anything runs", async () => {
  const deployment = inTree("", COMMAND);
  const text = deployment.read("swarm.config.ts");
  deployment.write(
    "swarm.config.ts",
    text.replace('root: "env"', 'root: "/nowhere/at/all"').replace('select: ["**"],', 'mode: "inPlace",'),
  );
  const looked = await deployment.verb(["doctor"]);
  assert.equal(looked.exitCode, 1);
  assert.match(looked.stdout, /tree +\/nowhere\/at\/all is no folder there/);
  const { exitCode, stdout } = await deployment.deploy();
  assert.equal(exitCode, 1);
  assert.match(stdout, /the tree \/nowhere\/at\/all is no folder/);
});

test("a job in a tree of its own has its time to end", async () => {
  const deployment = inTree(
    'mode: "perJob"',
    "command: ({ params }) => sh`: ${params.i}; trap 'sleep 0.5; exit 5' TERM; while :; do sleep 0.2 || :; done`,",
  );
  deployment.write(
    "swarm.config.ts",
    deployment.read("swarm.config.ts").replace("jobs:", 'limits: { time: "1s" }, jobs:'),
  );
  const { report } = await deployment.deploy();
  assert.deepEqual(
    new Set(report.failures.map(({ cause, exitCode }) => `${cause} ${exitCode}`)),
    new Set(["timeout 5"]),
  );
});

test.run();
