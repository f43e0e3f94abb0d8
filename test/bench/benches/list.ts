import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandList, makeListFolder } from "../../swarms/command-list.js";
import { atMost, type Bench, compare, type Setting } from "../bench.js";
import { listedJobs, SLOTS } from "../definitions.js";
import { locusts, writeDefinition } from "../locusts.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import type { TimedCommand } from "../timed-run.js";
import { whyMissing } from "../tools.js";

/** A list of commands in a folder of its own, run by something. */
function listSide(
  { ground }: Setting,
  name: string,
  lines: number,
  commandIn: (folder: string, log: string) => TimedCommand,
): Side {
  return {
    name,
    // As it is run in earnest: once.
    runs: 1,
    prepare() {
      const folder = ground.fresh(name);
      makeListFolder(folder);
      writeFileSync(join(folder, "tasks.txt"), `${commandList(lines).join("\n")}\n`);
      return {
        command: commandIn(folder, ground.log(name)),
        check() {
          for (let line = 0; line < lines; line += 1) {
            if (!existsSync(join(folder, "out", `${line}.txt`))) throw new Error(`${folder} lacks out/${line}.txt`);
          }
        },
      };
    },
  };
}

/** Lists of commands, as other tools run them as well. */
export const listBench: Bench = {
  name: "list",
  description: "all of `locusts deploy` on a list of commands, a line a job",
  async run(setting) {
    const lines = setting.quick ? 500 : 10_000;
    const what = `${lines} lines of commands: whole deploy against parallel -j${SLOTS} --joblog (one run)`;
    const why = whyMissing("parallel");
    if (why) return [{ kind: "skipped", what, why }];
    const sides = [
      listSide(setting, "list", lines, (folder, log) => {
        writeDefinition(folder, listedJobs(lines));
        return locusts(folder, log, "deploy");
      }),
      listSide(setting, "parallel-list", lines, (folder, log) => ({
        // The lines are read by the shell that it is called from.
        program: "bash",
        args: ["-c", `parallel -j${SLOTS} --joblog log < tasks.txt`],
        folder,
        log,
      })),
    ];
    const [ours, theirs] = (await interleave(sides, setting.runs, setting.say)) as [Measurement, Measurement];
    return [compare(what, ours, theirs, atMost(0.5))];
  },
};
