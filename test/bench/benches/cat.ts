import { atMost, type Bench, compare, type Line, timesFaster } from "../bench.js";
import { parallelCat, xargsCat } from "../competitors.js";
import { catJobs, SLOTS } from "../definitions.js";
import { makeInputs } from "../ground.js";
import { checkJournal, stageRun } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import { whyMissing } from "../tools.js";

/** The manager with the files of small jobs. */
export const catBench: Bench = {
  name: "cat",
  description: "the manager alone: jobs with a folder, a staged input and a checked output each",
  async run({ ground, runs, quick, say }) {
    const jobs = quick ? 500 : 5000;
    const manager: Side = {
      name: "manager",
      async prepare() {
        const folder = ground.fresh("cat");
        makeInputs(folder, jobs);
        const command = await stageRun(folder, catJobs(jobs), ground.log("manager"));
        return { command, check: () => checkJournal(command, jobs) };
      },
    };
    const noXargs = whyMissing("xargs");
    const noParallel = whyMissing("parallel");
    const others = [...(noXargs ? [] : [xargsCat(ground, jobs)]), ...(noParallel ? [] : [parallelCat(ground, jobs)])];
    const [ours, ...theirs] = (await interleave([manager, ...others], runs, say)) as [Measurement, ...Measurement[]];
    const line = (what: string, name: string, bar: ReturnType<typeof atMost>, why: string | undefined): Line => {
      const other = theirs.find((measurement) => measurement.name === name);
      return other ? compare(what, ours, other, bar) : { kind: "skipped", what, why: why ?? "not measured" };
    };
    return [
      line(`${jobs} × cat: manager against xargs -P${SLOTS} sh -c`, "xargs", atMost(0.9), noXargs),
      line(`${jobs} × cat: manager against parallel -j${SLOTS} --joblog`, "parallel", timesFaster(2.5), noParallel),
    ];
  },
};
