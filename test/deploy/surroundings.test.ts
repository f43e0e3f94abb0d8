import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What a job finds around it. */
const test = suite("a job's surroundings");

test("variables hold what the definition says, and libraries are told of the cores", async () => {
  const nasty = 'it\'s "$name" `id` \\ $(ID) \n two lines\t; * ? é 日本 !x % ';
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    environment: { variables: { NASTY: ${JSON.stringify(nasty)}, NUMBER: 7, MKL_NUM_THREADS: 3, pattern: "p" } },
    resources: { cpus: 2 },
    outputs: { nasty: "nasty", rest: "rest" },
    command: ({ outputs, params }) => sh\`
      env -0 | sed -zn 's/^NASTY=//p' | tr -d '\\0' > \${outputs.nasty}
      bash -c 'echo $NUMBER $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS $FROM_USER $pattern $slot $list $http_proxy' > \${outputs.rest}; : \${params.id}\`,
  `);
  // Some are called like variables of the manager's own.
  const theirs = { FROM_USER: "yes", OMP_NUM_THREADS: "64", slot: "A", list: "B", http_proxy: "C" };
  await deployment.succeed([], theirs);
  assert.equal(deployment.result("nasty"), nasty);
  assert.equal(deployment.result("rest"), "7 2 2 3 yes p A B C\n");
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

/** No container is run here: this stand-in writes down how it was called, and runs the command in plain bash. */
const APPTAINER = `#!/bin/bash
printf '%s\\n' "$@" > called.$$
while [[ $1 != bash ]]; do shift; done
exec "$@"
`;

const odd = (name: string, value: string) => `${name}: ${JSON.stringify(value)}`;

test("what the environment says to bash and to other programs reaches the jobs, and only the jobs", async () => {
  const variables: Record<string, string> = { IFS: ",", TAR_OPTIONS: "--strip-components=1", GREP_OPTIONS: "-v" };
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { text: "in/{id}" },
    limits: { retries: 1 },
    outputs: { text: matches("{id}.txt", /^yes/), name: checked("{id}.name", ({ output }) => sh\`cd . && test -s \${output}\`) },
    environment: { variables: { ${Object.entries(variables).map(([name, value]) => odd(name, value))} } },
    command: ({ inputs, outputs }) => sh\`
      [[ -e tried ]] || cat \${inputs.text} > \${outputs.text}
      cd sub 2>/dev/null || cd .
      deep() { deeper; }; deeper() { echo deep; }; deep
      /usr/bin/env > \${outputs.name}\`,
  `,
    { "in/a": "yes\n", "in/b": "yes\n" },
  );
  deployment.write("start", `echo noise; cd /; stop() { exit 9; }\n`);
  const user: Record<string, string> = {
    BASH_ENV: deployment.path("start"),
    "BASH_FUNC_cd%%": '() { echo moved >&2; builtin cd /tmp; builtin cd "$OLDPWD"; }',
    "BASH_FUNC_stat%%": "() { echo none; }",
    "BASH_FUNC_kept%%": "() { :; }",
    FUNCNEST: "3",
    TMOUT: "1",
    POSIXLY_CORRECT: "yes",
    LC_ALL: "xx_XX.nowhere",
    TMPDIR: "/nonexistent",
    "odd.name": "odd",
  };
  await deployment.succeed([], user);
  assert.equal(deployment.result("a.txt"), "yes\n");
  const lines = deployment.result("b.name");
  for (const [name, value] of Object.entries({ ...variables, ...user })) {
    assert.ok(lines.includes(`${name}=${value}\n`) || name.startsWith("BASH_FUNC"), `${name}: ${lines}`);
  }
  assert.match(lines, /^BASH_FUNC_kept%%=/m);
  assert.doesNotMatch(lines, /LOCUSTS_ASIDE/);
});

test("a variable that bash will not set is refused, and a literal $PATH explained", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    environment: { variables: { PPID: 5, RANDOM: 5, PWD: "/tmp", PATH: "$HOME/bin:$PATH", LOCUSTS_INCARNATION: "x", param_id: "x", DOLLAR: "a$b$", LD_LIBRARY_PATH: "$ORIGIN/lib" } },
    command: ({ params }) => sh\`echo \${params.id}\`,
  `);
  const { exitCode, stdout, stderr } = await deployment.verb(["check"]);
  assert.equal(exitCode, 1);
  const words = stdout + stderr;
  for (const part of [
    /PPID is read-only/,
    /RANDOM is bash's own/,
    /PWD is bash's own/,
    /"locusts_" are Locusts' own/,
    /param_id holds a param, an input or an output of each job/,
  ])
    assert.match(words, part);
  assert.match(words, /PATH has "\$HOME" in it, which is not expanded/);
  assert.match(words, /swarm\.config\.ts:\d+:\d+/);
  assert.match(words, /^6 problems/m);
});

test("what a scheduler says of the whole allocation is a job's own share", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    resources: { cpus: 2, memory: "100 MB" },
    environment: { variables: { SLURM_NNODES: 4 } },
    outputs: { text: "text" },
    command: ({ outputs }) => sh\`env | grep -E '^(SLURM|PBS|NSLOTS)' | sort > \${outputs.text}\`,
  `);
  await deployment.succeed([], {
    ...{ SLURM_JOB_ID: "77", SLURM_NTASKS: "8", SLURM_CPUS_PER_TASK: "8", SLURM_JOB_CPUS_PER_NODE: "8(x2)" },
    ...{
      SLURM_ARRAY_TASK_ID: "3",
      SLURM_MEM_PER_NODE: "64000",
      SLURM_MEM_PER_CPU: "8000",
      NSLOTS: "8",
      PBS_ARRAYID: "2",
    },
  });
  assert.deepEqual(deployment.result("text").trimEnd().split("\n"), [
    "NSLOTS=2",
    "SLURM_CPUS_PER_TASK=2",
    "SLURM_JOB_CPUS_PER_NODE=2",
    "SLURM_JOB_ID=77",
    "SLURM_MEM_PER_NODE=100",
    "SLURM_NNODES=4",
    "SLURM_NTASKS=1",
  ]);
});

test("a command of any length runs in a container too", async () => {
  const lines = "a line of a table that is longer than an argument of a program may be\\n".repeat(3000);
  const deployment = new Deployment(
    `
    jobs: list("id", ["a"]),
    outputs: { text: "{id}.txt" },
    environment: { container: { image: "image.sif" }, prepare: "cat > table <<'END'\\n${lines}END" },
    command: ({ outputs }) => sh\`wc -l < table > \${outputs.text}\`,
  `,
    { "bin/apptainer": APPTAINER },
  );
  chmodSync(deployment.path("bin/apptainer"), 0o755);
  await deployment.succeed([], { PATH: `${deployment.path("bin")}:${process.env.PATH}` });
  assert.equal(deployment.result("a.txt").trim(), "3000");
});

/** Runs managers and slots as a bash would that has no such variable. */
const BASH_WITHOUT_CLOCK = `#!/bin/bash -p
words=("$@")
if [[ $1 == -p ]]; then shift; fi
if [[ $1 == -- ]]; then shift; fi
[[ $1 == */manager.sh ]] || exec /bin/bash "\${words[@]}"
exec -a "$0" /bin/bash -p -c 'unset EPOCHREALTIME; script=$1; shift; . "$script" "$@"' bash "$@"
`;

test("where bash has no clock finer than seconds, as before 5.0, jobs are timed in seconds", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["quick", "slow"]),
    command: ({ params }) => sh\`[[ \${params.id} != slow ]] || sleep 2; [[ ! $EPOCHREALTIME ]]\`,
  `);
  deployment.write("bin/bash", BASH_WITHOUT_CLOCK);
  chmodSync(deployment.path("bin/bash"), 0o755);
  const before = Math.floor(Date.now() / 1000);
  await deployment.succeed([], { PATH: `${deployment.path("bin")}:${process.env.PATH}` });
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
    jobs: matrix({ word: ["a b", "-x"], n: [1, 2, 3] }),
    jobName: "{word}-{n}",
    inputs: { text: "text" },
    outputs: { text: "{word}_{n}.txt" },
    command: () => node("./program.ts"),
  `,
    {
      text: "text ",
      "program.ts": `import { readFileSync, writeFileSync } from "node:fs";
        import { program } from "locusts";
        export default program(({ inputs, outputs, params }: any) => {
          if (params.n > 2) throw new Error("too many");
          writeFileSync(outputs.text, readFileSync(inputs.text, "utf8") + params.word + (params.n + 1));
        });`,
    },
  );
  const { report } = await deployment.deploy();
  assert.deepEqual([report.jobs.done, report.jobs.failed], [4, 2]);
  assert.equal(deployment.result("a b_1.txt"), "text a b2");
  assert.equal(deployment.result("-x_2.txt"), "text -x3");
  const { stderr } = await deployment.verb(["logs", "--job", "-x-3"]);
  assert.match(stderr, /^==> ended by swarm\.config\.ts:\d+: node /m);
});

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
  assert.equal(report.failures.map(({ job, exitCode }) => `${job} ${exitCode}`).join(), "fails 5");
  assert.ok(!(await deployment.verb(["logs", "--job", "fails"])).stderr.includes("ended by"));
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
  assert.deepEqual(words.slice(11, 14), [
    "images/my image.sif",
    "bash",
    deployment.path(".locusts/local/bundle/manager.sh"),
  ]);
});

test.run();
