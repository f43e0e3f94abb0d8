import { existsSync } from "node:fs";
import { join } from "node:path";
import { atMost, type Bar, type Bench, compare, type Line, type Setting, timesFaster } from "../bench.js";
import { snakemakeCat, xargsCat } from "../competitors.js";
import { catJobs, SLOTS } from "../definitions.js";
import { makeInputs } from "../ground.js";
import { locusts, writeDefinition } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import { whyMissing } from "../tools.js";

/** All of `locusts deploy` in a folder that has seen none. */
function deploySide({ ground }: Setting, jobs: number): Side {
  return {
    name: "deploy",
    prepare() {
      const folder = ground.fresh("deploy");
      makeInputs(folder, jobs);
      writeDefinition(folder, catJobs(jobs));
      return {
        command: locusts(folder, ground.log("deploy"), "deploy"),
        check() {
          for (let job = 1; job <= jobs; job += 1) {
            if (!existsSync(join(folder, "results", `${job}.out`)))
              throw new Error(`${folder} lacks results/${job}.out`);
          }
        },
      };
    },
  };
}

/** Snakemake's time grows with the square of the jobs: 5,000 of them take it a quarter of an hour and more. */
const SNAKEMAKE_JOBS = 1000;

/** A whole deploy against another runner of the same jobs. */
async function against(setting: Setting, what: string, jobs: number, other: Side, bar: Bar): Promise<Line> {
  const sides = [deploySide(setting, jobs), other];
  const [ours, theirs] = (await interleave(sides, setting.runs, setting.say)) as [Measurement, Measurement];
  return compare(what, ours, theirs, bar);
}

/** Everything from the definition to the results. */
export const deployBench: Bench = {
  name: "deploy",
  description: "all of `locusts deploy`: checking, building, staging, running and gathering",
  async run(setting) {
    const { ground, quick } = setting;
    const lines: Line[] = [];

    const jobs = quick ? 500 : 5000;
    const xargs = `${jobs} × cat: whole deploy against xargs -P${SLOTS} sh -c`;
    const noXargs = whyMissing("xargs");
    if (noXargs) lines.push({ kind: "skipped", what: xargs, why: noXargs });
    else lines.push(await against(setting, xargs, jobs, xargsCat(ground, jobs), atMost(1.6)));

    // As many jobs on both sides, though more of them would favour Locusts.
    const fewer = quick ? 200 : SNAKEMAKE_JOBS;
    const snakemake = `${fewer} × cat: whole deploy against snakemake -c${SLOTS} (one run)`;
    const noSnakemake = whyMissing("snakemake");
    if (noSnakemake) lines.push({ kind: "skipped", what: snakemake, why: noSnakemake });
    else lines.push(await against(setting, snakemake, fewer, snakemakeCat(ground, fewer, 1), timesFaster(8)));
    return lines;
  },
};
