import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { locusts } from "./command-line.js";
import { readJobs, readTable } from "./result-tables.js";
import { copySwarm, SWARMS } from "./swarm-folders.js";

const test = suite("the example swarms");

interface Report {
  readonly jobs: { readonly total: number; readonly done: number; readonly failed: number; readonly cached: number };
  readonly failures: readonly { readonly job: string; readonly cause: string; readonly exitCode: number }[];
}

/** Deploys a swarm; its exit code and report. */
async function deploy(swarm: string): Promise<Report & { readonly exitCode: number | null }> {
  const { exitCode, stdout, stderr } = await locusts(["deploy", swarm, "--json"]);
  assert.notEqual(stdout, "", stderr);
  return { exitCode, ...(JSON.parse(stdout) as Report) };
}

/** The files of the jobs' results, without tables and logs. */
function resultsOf(swarm: string): string[] {
  return readdirSync(join(swarm, "results"))
    .filter((name) => /^(cat|ls)_output_/.test(name))
    .sort();
}

test("cat-and-ls gives what a plain shell loop gives, and runs again only what has changed", async () => {
  const swarm = copySwarm("cat-and-ls");
  const first = await deploy(swarm);
  assert.equal(first.exitCode, 0);
  assert.deepEqual(first.jobs, { total: 101, done: 101, failed: 0, pending: 0, running: 0, cached: 0 });

  const loop = `
    mkdir expected
    for first in inputs/inputfile_*.txt; do
      id=\${first#inputs/inputfile_}
      cat "$first" "inputs/secondinputfile_$id" inputs/sharedfile.txt > "expected/cat_output_$id"
    done`;
  assert.equal(spawnSync("bash", ["-e", "-c", loop], { cwd: swarm }).status, 0);
  const expected = readdirSync(join(swarm, "expected"));
  assert.equal(expected.length, 101);
  for (const name of expected) {
    const text = readFileSync(join(swarm, "results", name), "utf8");
    assert.equal(text, readFileSync(join(swarm, "expected", name), "utf8"), name);
  }
  assert.deepEqual(resultsOf(swarm), expected.flatMap((name) => [name, name.replace("cat_", "ls_")]).sort());
  for (const name of expected) {
    const id = name.replace(/\D/g, "");
    const listing = readFileSync(join(swarm, "results", `ls_output_${id}.txt`), "utf8");
    assert.deepEqual(
      listing
        .trimEnd()
        .split("\n")
        .map((line) => /inputs\/\w+\.txt/.exec(line)?.[0])
        .sort(),
      [`inputs/inputfile_${id}.txt`, `inputs/secondinputfile_${id}.txt`, "inputs/sharedfile.txt"],
    );
  }
  const outputs = readTable(join(swarm, "results/outputs.tsv"));
  assert.equal(outputs.length, 303);
  assert.equal(outputs.filter((row) => row.output === "trace" && row.status === "missing").length, 101);
  assert.equal(outputs.filter((row) => row.status === "present").length, 202);

  const second = await deploy(swarm);
  assert.equal(second.exitCode, 0);
  assert.equal(second.jobs.cached, 101);

  appendFileSync(join(swarm, "inputs/secondinputfile_17.txt"), "It shudders.\n");
  const third = await deploy(swarm);
  assert.equal(third.exitCode, 0);
  assert.deepEqual([third.jobs.done, third.jobs.cached], [101, 100]);
  assert.match(readFileSync(join(swarm, "results/cat_output_17.txt"), "utf8"), /It shudders\.\nAt dawn/);
});

/**
 * The part that falls ill in the long run, by the final size equation: no steps of time, so nothing
 * is shared with the model that the swarm runs.
 */
function finalSize(reproduction: number, vaccinated: number): number {
  const everyone = 1 - vaccinated;
  const atStart = everyone - 0.0001;
  let ill = everyone;
  for (let i = 0; i < 10_000; i += 1) ill = everyone - atStart * Math.exp(-reproduction * ill);
  return ill;
}

test("epidemic infects as many as the final size equation says", async () => {
  const swarm = copySwarm("epidemic");
  const { exitCode } = await deploy(swarm);
  assert.equal(exitCode, 0);

  const jobs = [...readJobs(swarm).values()];
  assert.equal(jobs.length, 48);
  for (const { reproduction, days, vaccinated } of jobs) {
    assert.ok(Number(reproduction) * (1 - Number(vaccinated)) > 1, "the filter leaves out what dies out");
    const file = `R${reproduction}_${days}d_${vaccinated}.tsv`;
    const summary = readFileSync(join(swarm, "results/summaries", file), "utf8")
      .trimEnd()
      .split("\t");
    assert.deepEqual(summary.slice(0, 3), [reproduction, days, vaccinated]);
    const expected = finalSize(Number(reproduction), Number(vaccinated));
    assert.ok(Math.abs(Number(summary[3]) - expected) < 0.002, `${file}: ${summary[3]} is not ${expected}`);

    const curve = readTable(join(swarm, "results/curves", file));
    // The curve is looked at once a day, and may miss the top by a little.
    const top = Math.max(...curve.map((row) => Number(row.infected))) / Number(summary[4]);
    assert.ok(top > 0.9 && top <= 1.001, `${file}: the curve comes to ${top} of its peak`);
    for (const { susceptible, infected, recovered } of curve) {
      const everyone = Number(susceptible) + Number(infected) + Number(recovered) + Number(vaccinated);
      assert.ok(Math.abs(everyone - 1) < 0.00001, `${file}: nobody is born or lost`);
    }
  }
});

interface Score {
  readonly experiment: string;
  readonly estimator: string;
  readonly resamples: number;
  readonly measurements: number;
  readonly estimate: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
  readonly z: number;
}

test("speed-of-light finds Michelson's known means, and errors as theory has them", async () => {
  const swarm = copySwarm("speed-of-light");
  const { exitCode, jobs } = await deploy(swarm);
  assert.equal(exitCode, 0);
  assert.equal(jobs.done, 18);
  const score = (name: string) =>
    JSON.parse(readFileSync(join(swarm, "results/scores", `${name}.json`), "utf8")) as Score;

  // As printed in many a textbook: the mean of all, and those of the five experiments.
  const means = { all: 852.4, "1": 909, "2": 856, "3": 845, "4": 820.5, "5": 831.5 };
  for (const [experiment, mean] of Object.entries(means)) {
    const speeds = readTable(join(SWARMS, "speed-of-light/measurements.tsv"))
      .filter((row) => experiment === "all" || row.experiment === experiment)
      .map((row) => Number(row.speed));
    const found = score(`${experiment}_mean`);
    assert.equal(found.measurements, speeds.length);
    assert.ok(Math.abs(found.estimate - 299_000 - mean) < 1e-6, `${experiment}: ${found.estimate}`);
    // The bootstrap's error of a mean has a closed form; 2,000 resamples come within a few percent.
    const variance = speeds.reduce((sum, speed) => sum + (speed - 299_000 - mean) ** 2, 0) / speeds.length;
    const error = Math.sqrt(variance / speeds.length);
    assert.ok(Math.abs(found.error / error - 1) < 0.08, `${experiment}: ${found.error} is not ${error}`);
    assert.ok(found.low < found.estimate && found.estimate < found.high);
    assert.ok(Math.abs(found.z - (found.estimate - 299_734.5) / found.error) < 1e-9);
  }
  assert.equal(score("all_median").estimate, 299_850);
  assert.equal(typeof score("all_median").resamples, "number", "a column declared as a number is one in the program");
  const trimmed = readTable(join(SWARMS, "speed-of-light/measurements.tsv"))
    .map((row) => Number(row.speed))
    .sort((a, b) => a - b)
    .slice(10, 90);
  assert.equal(score("all_trimmed").estimate, trimmed.reduce((a, b) => a + b) / 80);
});

test("mishaps fails in every way that it promises, and says so with exit code 3", async () => {
  const swarm = copySwarm("mishaps");
  const { exitCode, jobs, failures } = await deploy(swarm);
  assert.equal(exitCode, 3);
  assert.deepEqual([jobs.total, jobs.done, jobs.failed], [9, 1, 8]);

  const causes = {
    "wrong-argument": "exit",
    "no-such-program": "exit",
    crash: "signal",
    endless: "timeout",
    "no-output": "missing-output",
    "empty-output": "missing-output",
    "error-in-output": "missing-output",
    "odd-columns": "missing-output",
  };
  assert.deepEqual(Object.fromEntries(failures.map(({ job, cause }) => [job, cause])), causes);
  const exitCodes = Object.fromEntries(failures.map(({ job, exitCode }) => [job, exitCode]));
  assert.equal(exitCodes["wrong-argument"], 2);
  assert.equal(exitCodes["no-such-program"], 127);
  assert.equal(exitCodes.crash, 139);
  assert.equal(exitCodes["odd-columns"], 0, "the exit code is the command's, not that of the check");

  const rows = readJobs(swarm);
  for (const [name, row] of rows) {
    const retried = name === "crash" || name === "endless";
    assert.equal(
      row.attempts,
      retried ? "2" : "1",
      `${name}: a signal and a timeout are tried again, and nothing else`,
    );
  }
  assert.equal(rows.get("none")?.status, "done");
  assert.deepEqual(
    readdirSync(join(swarm, "results")).filter(
      (name) => !["_logs", "jobs.parquet", "jobs.tsv", "outputs.tsv", "report.html"].includes(name),
    ),
    ["none.tsv"],
    "no output of a failed job is a result",
  );
  const log = (name: string) => readFileSync(join(swarm, "results/_logs", name), "utf8");
  assert.equal(log("wrong-argument.err"), 'analyse: --depth takes a number, not "deep"\n');
  assert.match(log("odd-columns.err"), /odd-columns\.tsv:3: 1 columns/);

  // Each of them again, alone: the same end, the same words, and nothing that stays.
  const before = readdirSync(join(swarm, ".locusts/local")).sort();
  const table = readFileSync(join(swarm, "results/jobs.tsv"), "utf8");
  const alone = failures.map(async ({ job, exitCode: code }) => {
    const { exitCode: its, stderr } = await locusts(["repro", job, swarm]);
    const path = join(swarm, "results/_logs", `${job}.err`);
    const logged = existsSync(path) ? readFileSync(path, "utf8") : "";
    assert.equal(its, code, job);
    // Where bash names its script, the line of the definition is told instead.
    assert.equal(stderr.replace(/^.*\.ts:\d+: /gm, ""), logged.replace(/^.*\.sh: line \d+: /gm, ""), job);
  });
  await Promise.all(alone);
  assert.match((await locusts(["repro", "no-such-program", swarm, "--trace"])).stderr, /^\++ analize --depth 31$/m);
  const outcome = JSON.parse((await locusts(["repro", swarm, "no-output", "--json"])).stdout);
  assert.deepEqual([outcome.cause, outcome.detail], ["missing-output", "table is missing"]);
  assert.deepEqual(readdirSync(join(swarm, ".locusts/local")).sort(), before);
  assert.equal(readFileSync(join(swarm, "results/jobs.tsv"), "utf8"), table);

  const again = await deploy(swarm);
  assert.equal(again.exitCode, 3);
  assert.equal(again.jobs.cached, 1, "what failed is run again, what was done is not");
});

test.run();
