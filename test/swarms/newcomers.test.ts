import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { locusts } from "./command-line.js";
import { folderOf } from "./swarm-folders.js";

/** What four people do on their first day, with what the README and its pages say, and nothing else. */
const test = suite("newcomers", {}, { seconds: 120 });

class Day {
  constructor(
    readonly folder: string,
    readonly definition = "swarm.config.ts",
  ) {}

  async run(command: string) {
    const [first = "", ...words] = command.split(" ");
    return await locusts([first, ...words], { cwd: this.folder });
  }

  /** Runs what has to go well. @returns what it reports */
  async good(command: string, code = 0): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(command);
    assert.equal(exitCode, code, `${command}\n${stdout}\n${stderr}`);
    return stdout;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  change(from: string, to: string): void {
    const text = this.read(this.definition);
    assert.ok(text.includes(from), from);
    this.write(this.definition, text.replace(from, to));
  }
}

test("a bioinformatician: 300 samples, each with two files and a row of a table", async () => {
  const samples = Array.from({ length: 300 }, (_, i) => `S${String(i + 1).padStart(3, "0")}`);
  const reads = samples.flatMap((sample) => [1, 2].map((n) => [`reads/${sample}_R${n}.fq`, `${sample} ${n}\n`]));
  const day = new Day(folderOf(Object.fromEntries(reads)));
  // init sees the pairs; a table says more of each sample, so its rows become the jobs.
  assert.match(
    await day.good("init"),
    /it is about what is there: 300 pairs reads\/\{id\}_R1\.fq, reads\/\{id\}_R2\.fq/,
  );
  const row = (sample: string, i: number) => `${sample},${i % 7}`;
  day.write("samples.csv", `${["sample,dose", ...samples.map(row)].join("\n")}\n`);
  day.write(
    "swarm.config.ts",
    `import { defineSwarm, local, sh, table } from "locusts";

export default defineSwarm({
  name: "align",
  jobs: table("samples.csv", { sample: "string", dose: "number" }),
  jobName: "{sample}",
  inputs: { r1: "reads/{sample}_R1.fq", r2: "reads/{sample}_R2.fq" },
  outputs: { bam: "{sample}.bam" },
  command: ({ inputs, outputs, params }) => sh\`
    if [[ \${params.sample} == S007 ]]; then echo "bad quality" >&2; exit 9; fi
    cat \${inputs.r1} \${inputs.r2} > \${outputs.bam}; echo \${params.dose} >> \${outputs.bam}
  \`,
  targets: { local: local() },
});
`,
  );
  assert.match(
    await day.good("deploy", 3),
    /job failed: exit, exit code 9\n {2}S007\n {2}S007\| bad quality\ntook .*\n299\/300 done, 1 failed/,
  );
  assert.equal(day.read("results/S300.bam"), "S300 1\nS300 2\n5\n");
  assert.match((await day.run("logs --job S007")).stderr, /ended by swarm\.config\.ts:10: /);
  day.write("reads/S008_R1.fq", "S008 anew\n");
  const dry = await day.good("deploy --dry-run");
  assert.match(
    dry,
    /^300 jobs, 298 done before: 2 to run \(1 changed, 1 failed before\)\n {2}failed before {2}S007\n {2}changed {8}S008\n/,
  );
});

test("a physicist: 20,000 points, of which a part runs", async () => {
  const day = new Day(folderOf({ "model.awk": "BEGIN { print x * y }\n" }));
  day.write(
    "swarm.config.ts",
    `import { defineSwarm, linspace, local, logspace, sh, shared } from "locusts";

export default defineSwarm({
  name: "points",
  jobs: linspace("x", 0, 1, 101).times(logspace("y", -3, 3, 199)).filter(({ x }) => x > 0),
  inputs: { model: shared("model.awk") },
  outputs: { value: "values/{x}/{y}.txt" },
  command: ({ inputs, outputs, params }) => sh\`
    awk -v x=\${params.x} -v y=\${params.y} -f \${inputs.model} > \${outputs.value}
  \`,
  targets: { local: local() },
});
`,
  );
  const report = await day.good("deploy --only x=0.5,y=1 x=1,y=1000 --limit 10");
  assert.match(report, /^2\/19,900 done, 19,898 pending: results\n/m);
  assert.deepEqual(
    ["0.5/1", "1/1000"].map((point) => day.read(`results/values/${point}.txt`)),
    ["0.5\n", "1000\n"],
  );
  assert.equal(
    await day.good("status"),
    "points on local: 2/19,900 done, 0 running, 0 failed, 19,898 pending\nno manager is at work; locusts deploy goes on\n",
  );
});

test("an engineer: a pull request, and what it changes", async () => {
  const day = new Day(folderOf({}));
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...words], { cwd: day.folder, stdio: "ignore" });
  await day.good("init");
  await day.good("build");
  git("init");
  git("add", "-A");
  git("commit", "-m", "a swarm");
  assert.match(
    execFileSync("git", ["ls-files"], { cwd: day.folder, encoding: "utf8" }),
    /^bundle\/local\/manager\.sh$/m,
  );
  git("checkout", "-b", "lines");
  day.change("wc -w", "wc -l");
  await day.good("build");
  git("commit", "-am", "lines, not words");
  rmSync(join(day.folder, "inputs"), { recursive: true }); // where it is reviewed there are no data
  const comment = await day.good("diff --against HEAD~1 --no-inputs --markdown", 2);
  assert.match(comment, /^### `count-words` on `local`: 2 of 2 jobs to run\n/);
  assert.match(comment, /\| 2 \| command, environment or rules \| `hopper`, `swarm` \|\n/);
  assert.match(comment, /^-wc -w < .*\n\+wc -l < /m);
});

test("an admin: a list of commands, tried here, then for SLURM", async () => {
  const lines = Array.from({ length: 20 }, (_, i) => `printf '%s\\n' "it's ${i}" | tr s S > out/${i}.txt`);
  const day = new Day(
    folderOf({ "tasks.txt": `${lines.join("\n")}\n`, "out/readme": "" }),
    "tasks.txt.locusts/swarm.config.ts",
  );
  assert.match(await day.good("run tasks.txt -j 2"), /^20\/20 done: tasks\.txt\.locusts\/results\n/m);
  assert.equal(day.read("out/19.txt"), "it'S 19\n");
  assert.equal(readdirSync(join(day.folder, "out")).length, 21);

  assert.match(await day.good("run tasks.txt --save"), /next: locusts run tasks\.txt/);
  day.change("import { commands, defineSwarm, local }", "import { commands, defineSwarm, local, slurm }");
  day.change(
    "    local: local(),",
    '    local: local(),\n    cluster: slurm({ directory: "/data/me/locusts", partition: "norm", nodes: 2, cpusPerNode: 16, walltime: "04:00:00" }),',
  );
  assert.match(await day.good("build tasks.txt --target cluster"), /^tasks\.txt: 20 jobs for the target cluster\n/);
  const submit = join(day.folder, "tasks.txt.locusts/bundle/cluster/submit.sh");
  execFileSync("bash", ["-n", submit]);
  const pilot = day.read("tasks.txt.locusts/bundle/cluster/pilot.sh");
  for (const option of ["--partition=norm", "--time=04:00:00"]) assert.ok(pilot.includes(option), pilot);
});

test.run();
