import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { locusts } from "../swarms/command-line.js";
import { copySwarm } from "../swarms/swarm-folders.js";
import { Elsewhere, type Place } from "./elsewhere.js";

/* What holds of pilots, whatever starts them, and of other ways to run elsewhere. */

/** Has pilots do so many jobs. @returns how many each has done */
export async function sharedOut(place: Place, target: string, jobs: number): Promise<Map<string, number>> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, ${jobs}),
     outputs: { square: "squares/{i}.txt" },
     command: ({ outputs, params }) => sh\`echo $((\${params.i} * \${params.i})) > \${outputs.square}; sleep 0.02\`,`,
    target,
  );
  const report = await deployment.succeed();
  assert.equal(report.jobs.done, jobs);
  assert.equal(deployment.results().length, jobs);
  assert.equal(deployment.result(`squares/${jobs - 1}.txt`), `${(jobs - 1) ** 2}\n`);
  const shares = deployment.shares();
  assert.equal(
    [...shares.values()].reduce((sum, share) => sum + share),
    jobs,
    "no job was done twice",
  );
  return shares;
}

/** Has one pilot of two cores do what keeps no more of them busy: jobs with one core, and with both. */
export async function noMoreThanBusy(place: Place, target: string): Promise<void> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, 25),
     outputs: { facts: "{i}.txt" },
     resources: ({ params }) => ({ cpus: 1 + (params.i % 2) }),
     command: ({ params, outputs }) => sh\`
       began=$EPOCHREALTIME
       if ((\${params.i} <= 10)); then sleep 0.1; fi
       echo "$began $EPOCHREALTIME $OMP_NUM_THREADS \${SLURM_CPUS_ON_NODE-$OMP_NUM_THREADS}" > \${outputs.facts}\`,`.replace(
      "${SLURM",
      "\\${SLURM",
    ),
    target,
  );
  await deployment.succeed();
  assert.deepEqual([...deployment.shares().keys()], ["p1"]);
  const jobs = deployment.results().map((path) => deployment.result(path).trim().split(" ").map(Number));
  for (const [began = 0, , cores = 0, ofScheduler] of jobs) {
    assert.equal(ofScheduler, cores);
    const running = jobs.filter(([from = 0, to = 0]) => from <= began && began < to);
    const used = running.reduce((sum, [, , own = 0]) => sum + own, 0);
    assert.ok(used <= 2, `${used} cores of 2 are used`);
  }
}

/** Leaves a deploy at once, and follows it with the next one. */
export async function followAfterDetach(place: Place, target: string): Promise<void> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, 40),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 1; echo \${params.i} > \${outputs.text}\`,`,
    target,
  );
  const left = await deployment.deploy(["--detach"]);
  assert.equal(left.exitCode, 0, left.stderr);
  assert.equal(left.report.end.how, "left");
  const { exitCode, report, stderr } = await deployment.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 40);
  assert.match(stderr, /still goes on: following it/);
  assert.equal(deployment.results().length, 40);
}

/** Has the predecessor's first example run on a target, again, and cleaned. */
export async function catAndLs(target: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const folder = copySwarm("cat-and-ls");
  const env = environment as Readonly<Record<string, string>>;
  const definition = join(folder, "swarm.config.ts");
  const text = readFileSync(definition, "utf8")
    .replace("import {", "import { slurm, ssh,")
    .replace("targets: { local: local() }", `targets: { there: ${target} }`);
  writeFileSync(definition, text);

  const deployed = await locusts(["deploy", "--json"], { cwd: folder, env });
  assert.equal(deployed.exitCode, 0, `${deployed.stdout}\n${deployed.stderr}`);
  const { jobs } = JSON.parse(deployed.stdout);
  assert.deepEqual([jobs.total, jobs.done, jobs.failed, jobs.cached], [101, 101, 0, 0]);

  const results = readdirSync(join(folder, "results"));
  const inputs = join(folder, "inputs");
  const read = (path: string) => readFileSync(path, "utf8");
  for (const name of readdirSync(inputs).filter((file) => file.startsWith("inputfile_"))) {
    const id = name.slice("inputfile_".length, -".txt".length);
    const expected = [name, `second${name}`, "sharedfile.txt"].map((file) => read(join(inputs, file))).join("");
    assert.equal(read(join(folder, "results", `cat_output_${id}.txt`)), expected);
    assert.equal(
      read(join(folder, "results", `ls_output_${id}.txt`))
        .trimEnd()
        .split("\n").length,
      3,
    );
  }
  assert.equal(results.filter((name) => name.startsWith("cat_output_")).length, 101);
  assert.deepEqual(readdirSync(folder).sort(), [
    ".locusts",
    "README.md",
    "bundle",
    "inputs",
    "results",
    "swarm.config.ts",
  ]);

  const again = await locusts(["deploy", "--json"], { cwd: folder, env });
  assert.equal(again.exitCode, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).jobs.cached, 101);

  const cleaned = await locusts(["clean"], { cwd: folder, env });
  assert.equal(cleaned.exitCode, 0, cleaned.stderr);
  assert.equal(readdirSync(join(folder, "results")).length, results.length, "results stay");
}

/** Runs lines in a folder over there, each as a job. @param before what the command of each begins with */
export async function linesInFolder(place: Place, target: string, project: string, before: string): Promise<void> {
  const tasks = Array.from({ length: 8 }, (_, i) => `pwd > ${i}.txt`);
  const swarm = new Elsewhere(
    place,
    `jobs: commands("tasks.txt", { folder: ${JSON.stringify(project)} }),
     command: ({ line }) => sh\`${before}; \${line}\`,`,
    target,
    { "tasks.txt": tasks.join("\n") },
  );
  assert.equal((await swarm.succeed()).jobs.done, 8);
  const names = readdirSync(project).sort();
  assert.deepEqual(
    names,
    tasks.map((_, i) => `${i}.txt`),
  );
  assert.equal(readFileSync(join(project, "3.txt"), "utf8"), `${project}\n`);
  // A line that has failed tells so with its text, and its logs come along.
  swarm.write("tasks.txt", `${tasks.join("\n")}\necho why >&2; exit 9\n`);
  const { exitCode, report } = await swarm.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    [report.jobs.cached, report.failures.map(({ job, exitCode: code }) => [job, code])],
    [8, [["9", 9]]],
  );
  const [log] = readdirSync(swarm.path("results/_logs"));
  assert.match(log ?? "", /^9\.[0-9a-f]{8}\.err$/);
  assert.equal(swarm.read(`results/_logs/${log}`), "why\n");
}
