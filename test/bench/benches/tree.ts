import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atMost, type Bench, compare } from "../bench.js";
import { interleave, type Measurement, type Side } from "../measure.js";
import { runTimed } from "../timed-run.js";
import { whyMissing } from "../tools.js";

const COMPARE = fileURLToPath(new URL("../../../runtime/trees/compare-tree.sh", import.meta.url));

/** A tree of small files, a hundred to a folder. */
function plantTree(folder: string, files: number): void {
  for (let number = 0; number < files; number += 1) {
    const below = join(folder, `folder ${Math.floor(number / 100)}`);
    if (number % 100 === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `file ${number}`), `${number}\n`);
  }
}

/** Looking for what jobs have changed in a tree, where they have changed nothing. */
export const treeBench: Bench = {
  name: "tree",
  description: "the comparison of a tree in which nothing has changed, beside a plain listing of it",
  async run({ ground, runs, quick, say }) {
    const files = quick ? 10_000 : 100_000;
    const swarm = ground.fresh("tree");
    const run = join(swarm, "runs", "1");
    const tree = join(run, "work", "tree");
    say(`  making a tree of ${files.toLocaleString("en-US")} files`);
    plantTree(tree, files);
    writeFileSync(join(run, "baseline"), "");
    // What is new at first is the baseline afterwards.
    const record = `bash "$1" "$2" 1 | sed -z 's/^+//' > "$2/runs/1/baseline"`;
    const shell = (name: string, script: string): Side => ({
      name,
      prepare: () => ({
        command: {
          program: "bash",
          args: ["-c", script, name, COMPARE, swarm],
          folder: swarm,
          log: ground.log(name),
        },
      }),
    });
    await runTimed({
      program: "bash",
      args: ["-c", record, "record", COMPARE, swarm],
      folder: swarm,
      log: ground.log("record"),
    });
    const sides = [
      shell("compare", '[[ -z $(bash "$1" "$2" 1 | tr -d "\\0") ]]'),
      shell("find", 'find "$2/runs/1/work/tree" -printf "%p %s %T@\\n" > /dev/null'),
    ];
    const noRsync = whyMissing("rsync");
    if (!noRsync) {
      await runTimed({
        program: "cp",
        args: ["-a", tree, join(swarm, "copy")],
        folder: swarm,
        log: ground.log("copy"),
      });
      sides.push(shell("rsync", 'rsync -a --dry-run "$2/runs/1/work/tree/" "$2/copy/"'));
    }
    const [ours, find, rsync] = (await interleave(sides, runs, say)) as [Measurement, Measurement, Measurement?];
    const what = `comparing ${files.toLocaleString("en-US")} files`;
    return [
      compare(`${what}: against find -printf`, ours, find, atMost(2)),
      rsync
        ? compare(`${what}: against rsync -a --dry-run`, ours, rsync)
        : { kind: "skipped", what: `${what}: against rsync -a --dry-run`, why: noRsync ?? "not measured" },
    ];
  },
};
