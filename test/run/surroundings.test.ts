import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What a job finds around it. */
const test = suite("a job's surroundings");

test("variables hold what the definition says, and libraries are told of the cores", async () => {
  const nasty = 'it\'s "$HOME" `id` \\ $(id) \n two lines\t; * ? é 日本 !x % ';
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    environment: { variables: { NASTY: ${JSON.stringify(nasty)}, NUMBER: 7, MKL_NUM_THREADS: 3 } },
    resources: { cpus: 2 },
    outputs: { nasty: "nasty", rest: "rest" },
    command: ({ outputs, params }) => sh\`
      env -0 | sed -zn 's/^NASTY=//p' | tr -d '\\0' > \${outputs.nasty}
      bash -c 'echo $NUMBER $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS $FROM_USER' > \${outputs.rest}; : \${params.id}\`,
  `);
  await deployment.succeed([], { FROM_USER: "yes", OMP_NUM_THREADS: "64" });
  assert.equal(deployment.result("nasty"), nasty);
  assert.equal(deployment.result("rest"), "7 2 2 3 yes\n");
});

test("prepare runs for each job, and what it sets is seen by the command", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a", "b"]),
    environment: { prepare: ["greet() { echo \\"hello $1\\"; }", "export WHO=world", "count=$((count + 1)); cd .; set -u"] },
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`greet "$WHO" > \${outputs.text}; echo $count \${params.id} >> \${outputs.text}\`,
  `);
  await deployment.succeed();
  assert.equal(deployment.result("a.txt"), "hello world\n1 a\n");
  assert.equal(deployment.result("b.txt"), "hello world\n1 b\n");
});

test("a prepare that fails is a failure of the job", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    environment: { prepare: "false" },
    command: ({ params }) => sh\`echo \${params.id}\`,
  `);
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ cause, exitCode }) => [cause, exitCode]),
    [["exit", 1]],
  );
});

test("standard input is empty, no other file is open, no signal is ignored, the locale is the user's", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 4),
    outputs: { open: "{i}.open", rest: "{i}.rest" },
    limits: { time: "60s", stagger: "0.01s" },
    command: ({ outputs, params }) => sh\`
      ls -l /proc/self/fd | sed 's/.* \\([0-9]*\\) -> /\\1 /' > \${outputs.open}
      { [[ -z $(cat) ]]; grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '0 \\t\\n'; echo " $LANG $LC_ALL $(umask) $RANDOM"; } > \${outputs.rest}
      : \${params.i}\`,
  `,
    {},
    undefined,
    3,
  );
  await deployment.succeed([], { LANG: "C.UTF-8", LC_ALL: "C" });
  const random = new Set<string>();
  for (let i = 1; i <= 4; i += 1) {
    const open = deployment
      .result(`${i}.open`)
      .trimEnd()
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(" ") as [string, string]);
    // ls itself has the folder that it lists open; sed is behind a pipe.
    const fds = open.filter(([, to]) => !to.startsWith("/proc/") && !to.startsWith("pipe:")).map(([fd]) => fd);
    assert.deepEqual(fds, ["0", "2"], JSON.stringify(open));
    assert.equal(open.find(([fd]) => fd === "0")?.[1], "/dev/null");
    assert.equal(open.length, 4, JSON.stringify(open));
    const [masks, lang, all, umask, number] = deployment.result(`${i}.rest`).trimEnd().split(" ");
    assert.deepEqual([masks, lang, all, umask], ["SigBlk:SigIgn:", "C.UTF-8", "C", "0022"]);
    random.add(number as string);
  }
  assert.ok(random.size > 1, "all jobs draw the same random numbers");
});

test("resources say how many jobs fit; a target's slots say it outright", async () => {
  const most = async (resources: string, slots?: number) => {
    const deployment = new Deployment(`
      jobs: range("i", 1, 12),
      resources: ${resources},
      command: ({ params }) => sh\`sleep 0.2; : \${params.i}\`,
    `);
    const text = deployment.read("swarm.config.ts");
    deployment.write(
      "swarm.config.ts",
      text.replace("{ slots: 2 }", slots === undefined ? "{}" : `{ slots: ${slots} }`),
    );
    await deployment.succeed();
    return deployment.journal().filter(([event]) => event === "slot").length;
  };
  const cores = availableParallelism();
  const gigabytes = Math.floor(totalmem() / 1024 ** 3);
  assert.equal(await most("{}"), cores);
  assert.equal(await most(`{ cpus: ${cores} }`), 1);
  assert.equal(await most(`{ cpus: ${cores * 8} }`), 1);
  assert.equal(await most(`{ memory: "${gigabytes} GB" }`), 1);
  assert.equal(await most(`{ cpus: ${cores} }`, 3), 3);
});

test("variables by which bash itself is changed do no harm", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { common: shared("common") },
    outputs: { text: "{id}.txt" },
    command: ({ inputs, outputs }) => sh\`cat \${inputs.common} > \${outputs.text}\`,
  `,
    { common: "common\n" },
  );
  await deployment.succeed([], {
    SHELLOPTS: "errexit:nounset:noglob",
    CDPATH: "/tmp:/",
    POSIXLY_CORRECT: "1",
    IFS: "x",
  });
  assert.equal(deployment.result("a.txt"), "common\n");
});

test("where bash has no clock finer than seconds, as before 5.0, jobs are timed in seconds", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["quick", "slow"]),
    command: ({ params }) => sh\`[[ \${params.id} != slow ]] || sleep 2; [[ ! $EPOCHREALTIME ]]\`,
  `);
  deployment.write("without-clock.sh", "unset EPOCHREALTIME\n");
  const before = Math.floor(Date.now() / 1000);
  await deployment.succeed([], { BASH_ENV: deployment.path("without-clock.sh") });
  const done = deployment.journal().filter(([event]) => event === "done");
  assert.equal(done.length, 2);
  for (const [, , , , , start, end] of done) {
    assert.match(`${start} ${end}`, /^\d+000 \d+000$/);
    assert.ok(Number(start) / 1000 >= before && Number(end) <= Date.now(), `${start} to ${end}`);
  }
  const longest = Math.max(...done.map(([, , , , , start, end]) => Number(end) - Number(start)));
  assert.ok(longest >= 1000 && longest <= 4000, `${longest} ms`);
});

test("node() runs a program that is bundled with the definition", async () => {
  const deployment = new Deployment(
    `
    jobs: matrix({ word: ["a b", "-x"], n: [1, 2] }),
    inputs: { text: "text" },
    outputs: { text: "{word}_{n}.txt" },
    command: () => node("./program.ts"),
  `,
    {
      text: "text ",
      "program.ts": `import { readFileSync, writeFileSync } from "node:fs";
        import { program } from "locusts";
        export default program(({ inputs, outputs, params }: any) => {
          writeFileSync(outputs.text, readFileSync(inputs.text, "utf8") + params.word + (params.n + 1));
        });`,
    },
  );
  await deployment.succeed();
  assert.equal(deployment.result("a b_1.txt"), "text a b2");
  assert.equal(deployment.result("-x_2.txt"), "text -x3");
});

/** No container is run here: this stand-in writes down how it was called, and runs the command in plain bash. */
const APPTAINER = `#!/bin/bash
printf '%s\\n' "$@" > called.$$
while [[ $1 != bash ]]; do shift; done
exec "$@"
`;

test("a container gets the command, its variables and its folders (with a stand-in for apptainer)", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["it's", "-b", "fails"]),
    inputs: { own: "in/{id}", common: shared("common") },
    outputs: { text: "{id}.txt" },
    environment: {
      container: { image: "images/my image.sif", binds: ["/data:/mnt:ro"] },
      prepare: "greet() { echo hello; }",
    },
    command: ({ inputs, outputs, params }) => sh\`
      [[ \${params.id} != fails ]] || exit 5
      greet > \${outputs.text}; cat \${inputs.own} \${inputs.common} >> \${outputs.text}\`,
  `,
    { "bin/apptainer": APPTAINER, "in/it's": "1\n", "in/-b": "2\n", "in/fails": "3\n", common: "common\n" },
  );
  chmodSync(deployment.path("bin/apptainer"), 0o755);
  const { report } = await deployment.deploy([], { PATH: `${deployment.path("bin")}:${process.env.PATH}` });
  assert.deepEqual(
    report.failures.map(({ job, exitCode }) => [job, exitCode]),
    [["fails", 5]],
  );
  assert.equal(deployment.result("it's.txt"), "hello\n1\ncommon\n");
  assert.equal(deployment.result("-b.txt"), "hello\n2\ncommon\n");
  const failed = `${deployment.run()}/work/main.1/1/3`;
  const called = readdirSync(failed).find((name) => name.startsWith("called.")) as string;
  const words = readFileSync(`${failed}/${called}`, "utf8").split("\n");
  assert.deepEqual(words.slice(0, 11), [
    "exec",
    "--pwd",
    failed,
    "--bind",
    failed,
    "--bind",
    deployment.path(".locusts/local/shared"),
    "--bind",
    deployment.path(".locusts/local/bundle"),
    "--bind",
    "/data:/mnt:ro",
  ]);
  assert.deepEqual(words.slice(11, 14), ["images/my image.sif", "bash", "-c"]);
});

const MODULES = `
  jobs: list("id", ["a", "b"]),
  outputs: { text: "{id}.txt" },
  environment: { modules: ["tool/1.2"] },
  command: ({ outputs }) => sh\`echo $TOOL_HOME > \${outputs.text}\`,
`;

/** A stand-in for the start file of a module system: its \`module load\` knows one module. */
const MODULE_INIT = `module() {
  [[ "$*" == "load tool/1.2" ]] || { echo "no module $*" >&2; return 1; }
  export TOOL_HOME=/opt/tool
  echo loaded >> "$LOADED"
}
`;

test("modules are loaded once, when the manager starts (with a stand-in for the module system)", async () => {
  const deployment = new Deployment(MODULES, { "modules/init/bash": MODULE_INIT });
  await deployment.succeed([], { MODULESHOME: deployment.path("modules"), LOADED: deployment.path("loaded") });
  assert.equal(deployment.result("a.txt"), "/opt/tool\n");
  assert.equal(deployment.result("b.txt"), "/opt/tool\n");
  assert.equal(deployment.read("loaded"), "loaded\n");
});

test("a module that is not there stops the manager, which says so", async () => {
  const deployment = new Deployment(MODULES.replace("tool/1.2", "tool/9"), { "modules/init/bash": MODULE_INIT });
  const { exitCode, report, stderr } = await deployment.deploy([], { MODULESHOME: deployment.path("modules") });
  assert.equal(exitCode, 1);
  assert.equal(report.end.reason, "error");
  assert.match(stderr, /module load tool\/9 failed/);
  assert.equal(report.jobs.pending, 2);
});

const moduleSystem = ["/usr/share/modules/init/bash", "/usr/share/lmod/lmod/init/bash"].find((path) =>
  existsSync(path),
);

test.skipUnless(
  moduleSystem !== undefined,
  "no module system is installed",
  "a real module system loads a module",
  async () => {
    const deployment = new Deployment(MODULES, {
      "modulefiles/tool/1.2": "#%Module1.0\nsetenv TOOL_HOME /opt/tool\n",
    });
    await deployment.succeed([], { MODULEPATH: deployment.path("modulefiles") });
    assert.equal(deployment.result("a.txt"), "/opt/tool\n");
  },
);

test.run();
