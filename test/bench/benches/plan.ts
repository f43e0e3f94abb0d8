import { join } from "node:path";
import { type Bench, type Comparison, type Line, type Setting, seconds } from "../bench.js";
import { snakemakeDryRun } from "../competitors.js";
import { plannedJobs } from "../definitions.js";
import { locusts, writeDefinition } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import { whyMissing } from "../tools.js";

/** So few that building them is start-up alone. */
const FEW = 10;
const DRY_RUN_JOBS = 10_000;
const MOST_MEGABYTES = 1000;

function buildSide({ ground }: Setting, jobs: number): Side {
  return {
    name: `build-${jobs}`,
    prepare() {
      const folder = ground.fresh(`build-${jobs}`);
      writeDefinition(folder, plannedJobs(jobs));
      const command = locusts(folder, ground.log("build"), "build", "--out", join(folder, "out"));
      return { command: { ...command, memoryFile: `${command.log}.memory` } };
    },
  };
}

/** `locusts build` at ever more jobs. */
export const planBench: Bench = {
  name: "plan",
  description: "`locusts build` of ever more jobs with one output: time beyond that of 10 jobs, and peak memory",
  async run(setting) {
    const sizes = [1000, 10_000, 100_000, ...(setting.quick ? [] : [1_000_000])];
    const noSnakemake = whyMissing("snakemake");
    const builds = await interleave(
      [
        ...[FEW, ...sizes].map((jobs) => buildSide(setting, jobs)),
        ...(noSnakemake ? [] : [snakemakeDryRun(setting.ground, DRY_RUN_JOBS, 1)]),
      ],
      setting.runs,
      setting.say,
    );
    const [few, ...more] = builds as [Measurement, ...Measurement[]];
    const lines: Line[] = [{ kind: "comparison", what: `build ${FEW} jobs`, ours: seconds(few) }];
    let before: number | undefined;
    for (const [i, jobs] of sizes.entries()) {
      const build = more[i] as Measurement;
      const perJob = (build.median - few.median) / (jobs - FEW);
      lines.push({ kind: "comparison", what: `build ${count(jobs)} jobs`, ours: seconds(build) });
      lines.push(growth(jobs, perJob, before));
      before = perJob;
    }
    const largest = more[sizes.length - 1] as Measurement;
    lines.push({
      kind: "comparison",
      what: `build ${count(sizes.at(-1) as number)} jobs: peak memory`,
      ours: { value: largest.peakMemory, unit: "MB" },
      bar: { most: MOST_MEGABYTES, of: "ours", words: `< ${MOST_MEGABYTES} MB` },
    });
    const what = `build ${count(DRY_RUN_JOBS)} jobs against snakemake --dry-run (one run)`;
    const dryRun = more[sizes.length];
    const ours = more[sizes.indexOf(DRY_RUN_JOBS)] as Measurement;
    lines.push(
      dryRun
        ? { kind: "comparison", what, ours: seconds(ours), theirs: seconds(dryRun), ratio: ours.median / dryRun.median }
        : { kind: "skipped", what, why: noSnakemake ?? "not measured" },
    );
    return lines;
  },
};

/** Time beyond start-up for each job, against that at a tenth of the jobs: above 1, it grows faster than they do. */
function growth(jobs: number, perJob: number, before: number | undefined): Comparison {
  return {
    kind: "comparison",
    what: `build ${count(jobs)} jobs: growth of time/job beyond ${FEW} jobs`,
    ours: { value: perJob * 1e6, unit: "µs/job" },
    ...(before === undefined
      ? {}
      : {
          theirs: { value: before * 1e6, unit: "µs/job" },
          ratio: perJob / before,
          bar: { most: 1, of: "ratio", words: "≤ 1.00" },
        }),
  };
}

function count(jobs: number): string {
  return jobs.toLocaleString("en-US");
}
