import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atMost, type Bench, compare, type Setting } from "../bench.js";
import { FIFTY_LINES, FIFTY_LINES_INPUTS } from "../definitions.js";
import { locusts, PACKAGE_FOLDER } from "../locusts.js";
import { interleave, type Measurement, type Side, type Trial } from "../measure.js";
import { runTimed } from "../timed-run.js";

/** A project as its user has it: an ES module with Locusts installed. */
function makeProject({ ground }: Setting): string {
  const folder = ground.fresh("check");
  mkdirSync(join(folder, "inputs"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(PACKAGE_FOLDER, join(folder, "node_modules", "locusts"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "swarm.config.ts"), FIFTY_LINES);
  for (const input of FIFTY_LINES_INPUTS) writeFileSync(join(folder, "inputs", `${input}.txt`), `${input}\n`);
  return folder;
}

const TSC_OPTIONS = "--noEmit --strict --target es2022 --module nodenext --skipLibCheck".split(" ");

/** `locusts check`, which evaluates and plans as well, beside the compiler that it has inside. */
export const checkBench: Bench = {
  name: "check",
  description: "`locusts check` of a definition of 50 lines against `tsc --noEmit` of TypeScript 5.9",
  async run(setting) {
    const { ground, runs, say } = setting;
    const tsc = join(PACKAGE_FOLDER, "node_modules", ".bin", "tsc");
    const sides: Side[] = [
      {
        name: "check",
        prepare: () => ({ command: locusts(makeProject(setting), ground.log("check"), "check") }),
      },
      {
        name: "tsc",
        prepare: () => ({
          command: {
            program: tsc,
            args: [...TSC_OPTIONS, "swarm.config.ts"],
            folder: makeProject(setting),
            log: ground.log("tsc"),
          },
        }),
      },
    ];
    // Once each, not counted: afterwards both find their files in memory.
    for (const side of sides) await runTimed(((await side.prepare(0)) as Trial).command);
    const [ours, theirs] = (await interleave(sides, runs, say)) as [Measurement, Measurement];
    return [compare("50 lines: locusts check against tsc --noEmit", ours, theirs, atMost(1))];
  },
};
