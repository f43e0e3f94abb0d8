import { existsSync } from "node:fs";
import { join } from "node:path";
import { atMost, type Bench, compare, type Line, type Setting, timesFaster } from "../bench.js";
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

/** Everything from the definition to the results. */
export const deployBench: Bench = {
  name: "deploy",
  description: "all of `locusts deploy`: checking, building, staging, running and gathering",
  async run(setting) {
    const { ground, runs, quick, say } = setting;
    const jobs = quick ? 500 : 5000;
    const noXargs = whyMissing("xargs");
    const noSnakemake = whyMissing("snakemake");
    const sides: Side[] = [
      deploySide(setting, jobs),
      ...(noXargs ? [] : [xargsCat(ground, jobs)]),
      ...(noSnakemake ? [] : [snakemakeCat(ground, jobs, 1)]),
    ];
    const [ours, ...theirs] = (await interleave(sides, runs, say)) as [Measurement, ...Measurement[]];
    const line = (what: string, name: string, bar: ReturnType<typeof atMost>, why: string | undefined): Line => {
      const other = theirs.find((measurement) => measurement.name === name);
      return other ? compare(what, ours, other, bar) : { kind: "skipped", what, why: why ?? "not measured" };
    };
    return [
      line(`${jobs} × cat: whole deploy against xargs -P${SLOTS} sh -c`, "xargs", atMost(1.6), noXargs),
      line(
        `${jobs} × cat: whole deploy against snakemake -c${SLOTS} (one run)`,
        "snakemake",
        timesFaster(8),
        noSnakemake,
      ),
    ];
  },
};
