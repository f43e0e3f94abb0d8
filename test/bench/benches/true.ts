import { atMost, type Bench, compare } from "../bench.js";
import { SLOTS, trueJobs } from "../definitions.js";
import { checkJournal, stageRun } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import { whyMissing } from "../tools.js";

/** The manager's bookkeeping alone. */
export const trueBench: Bench = {
  name: "true",
  description: "the manager alone: jobs of `true`, without files",
  async run({ ground, runs, quick, say }) {
    const jobs = quick ? 500 : 5000;
    const missing = whyMissing("xargs");
    if (missing) return [{ kind: "skipped", what: "manager against xargs", why: missing }];
    const manager: Side = {
      name: "manager",
      async prepare() {
        const command = await stageRun(ground.fresh("true"), trueJobs(jobs), ground.log("manager"));
        return { command, check: () => checkJournal(command, jobs) };
      },
    };
    const xargs: Side = {
      name: "xargs",
      prepare: () => ({
        command: {
          program: "sh",
          args: ["-c", `seq ${jobs} | xargs -P${SLOTS} -n1 true`],
          folder: ground.fresh("xargs"),
          log: ground.log("xargs"),
        },
      }),
    };
    const [ours, theirs] = (await interleave([manager, xargs], runs, say)) as [Measurement, Measurement];
    return [compare(`${jobs} × true: manager against xargs -P${SLOTS} -n1`, ours, theirs, atMost(1.1))];
  },
};
