import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { type Bench, compare, type Setting, timesFaster } from "../bench.js";
import { pilotJobs } from "../definitions.js";
import { checkJournals, readyRun } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";

const NODES = 4;
const CPUS = 2;
/** More runs of 1,000 elements each would fill SLURM's memory of jobs that have ended. */
const MOST_RUNS = 3;

/** Locusts from `sbatch` on, up to the journal's line on the last job. */
const OURS = `
  bash "$bundle/submit.sh" --run "$run" --pilots "$pilots" || exit 1
  until (($(cat "$run"/journal/*.tsv 2>/dev/null | grep -c '^done') >= jobs)); do sleep 0.05; done`;

/** One array element a job, until the last of them has left the queue. */
const ARRAY = `
  job=$(sbatch --parsable --array=1-"$jobs" --output=/dev/null --wrap true) || exit 1
  while queue=$(squeue --noheader --jobs="$job" --format=%i) && [[ $queue ]]; do sleep 0.2; done`;

/** One allocation of a node for all jobs, each of them a step; it says at its end how many came to a good one. */
const LOOP = `
  sbatch --quiet --nodes=1 --exclusive --output=pilot.log pilot.sh || exit 1
  until [[ -s ended ]]; do sleep 0.05; done`;

const ONE_BY_ONE = `#!/bin/bash
good=0
for ((i = 0; i < JOBS; i++)); do
  srun --ntasks=1 true </dev/null && good=$((good + 1))
done
echo "$good" >ended.new && mv ended.new ended
`;

const FOUR_AT_A_TIME = `#!/bin/bash
seq JOBS | xargs -P4 -I{} sh -c 'srun --ntasks=1 --overlap true </dev/null && echo {}' >good
wc -l <good >ended.new && mv ended.new ended
`;

class Pilots {
  constructor(
    readonly setting: Setting,
    readonly cluster: Cluster,
    readonly jobs: number,
  ) {}

  #command(name: string, folder: string, script: string, variables: NodeJS.ProcessEnv = {}) {
    return {
      program: "timeout",
      args: ["900", "bash", "-c", script],
      folder,
      environment: { ...this.cluster.environment, jobs: String(this.jobs), ...variables },
      log: this.setting.ground.log(name),
    };
  }

  /** The next side begins on nodes that have nothing to do. */
  async #untilIdle(): Promise<void> {
    await this.cluster.administer("while [[ $(squeue --noheader --format=%i) ]]; do sleep 0.1; done; sleep 1");
  }

  locusts(): Side {
    const { ground } = this.setting;
    return {
      name: "locusts",
      prepare: async () => {
        const folder = ground.fresh("pilots");
        const definition = pilotJobs(this.jobs, join(folder, "target"), NODES, CPUS);
        const run = await readyRun(folder, definition, ground.log("pilots"), { managers: NODES });
        const variables = { bundle: run.bundle, run: run.folder, pilots: String(NODES) };
        return {
          command: this.#command("pilots", folder, OURS, variables),
          check: async () => {
            await this.#untilIdle();
            checkJournals(run.folder, this.jobs);
          },
        };
      },
    };
  }

  array(): Side {
    return {
      name: "array",
      prepare: () => ({
        command: this.#command("array", this.setting.ground.fresh("array"), ARRAY),
        check: () => this.#untilIdle(),
      }),
    };
  }

  loop(name: string, script: string): Side {
    return {
      name,
      prepare: () => {
        const folder = this.setting.ground.fresh(name);
        const pilot = script.replaceAll("JOBS", String(this.jobs));
        const write = `printf %s "$pilot" >pilot.sh`;
        return {
          command: this.#command(name, folder, `${write}\n${LOOP}`, { pilot }),
          check: async () => {
            await this.#untilIdle();
            const good = Number(readFileSync(join(folder, "ended"), "utf8"));
            if (good !== this.jobs) throw new Error(`${good} of ${this.jobs} steps of srun came to a good end`);
          },
        };
      },
    };
  }
}

/** Many small jobs under SLURM. */
export const pilotsBench: Bench = {
  name: "pilots",
  description:
    "jobs of `true` on a test cluster whose scheduler is eager (by SLURM's defaults an array takes some 4 times as long), from the first sbatch to the last journal line",
  async run(setting) {
    if (noCluster) return [{ kind: "skipped", what: "pilots under SLURM", why: noCluster }];
    const jobs = setting.quick ? 200 : 1000;
    const pilots = new Pilots(setting, await useCluster(), jobs);
    const sides = [
      pilots.locusts(),
      pilots.array(),
      pilots.loop("srun", ONE_BY_ONE),
      pilots.loop("srun-four", FOUR_AT_A_TIME),
    ];
    const runs = Math.min(MOST_RUNS, setting.runs);
    const found = (await interleave(sides, runs, setting.say)) as [Measurement, Measurement, Measurement, Measurement];
    const [ours, array, srun, four] = found;
    const what = `${jobs} × true, ${NODES} pilots`;
    return [
      compare(`${what}: against an array with an element a job`, ours, array, timesFaster(20)),
      compare(`${what}: against one allocation of a node that loops over srun`, ours, srun),
      compare(`${what}: against the same, srun four at a time`, ours, four),
    ];
  },
};
