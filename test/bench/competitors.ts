import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SLOTS } from "./definitions.js";
import { type Ground, makeJobFolders } from "./ground.js";
import type { Side } from "./measure.js";

/** Has every job written its output? */
function checkOutputs(folder: string, jobs: number): void {
  for (let job = 1; job <= jobs; job += 1) {
    if (!existsSync(join(folder, String(job), "out"))) throw new Error(`job ${job} in ${folder} has no output`);
  }
}

function shellSide(name: string, ground: Ground, jobs: number, line: string): Side {
  return {
    name,
    prepare() {
      const folder = ground.fresh(name);
      makeJobFolders(folder, jobs);
      return {
        command: { program: "sh", args: ["-c", line], folder, log: ground.log(name) },
        check: () => checkOutputs(folder, jobs),
      };
    },
  };
}

/** `cat` in folders that lie ready, by xargs. */
export function xargsCat(ground: Ground, jobs: number): Side {
  return shellSide("xargs", ground, jobs, `seq ${jobs} | xargs -P${SLOTS} -I{} sh -c 'cd {} && cat in > out'`);
}

/** The same by GNU parallel, which keeps a log as well. */
export function parallelCat(ground: Ground, jobs: number): Side {
  return shellSide("parallel", ground, jobs, `seq ${jobs} | parallel -j${SLOTS} --joblog log 'cd {} && cat in > out'`);
}

/** A rule with one input and one output for each job. */
function snakefile(jobs: number): string {
  return `rule all:
    input: expand("{i}/out", i=range(1, ${jobs + 1}))

rule cat:
    input: "{i}/in"
    output: "{i}/out"
    shell: "cat {input} > {output}"
`;
}

/** The same by Snakemake. */
export function snakemakeCat(ground: Ground, jobs: number, runs: number): Side {
  return snakemake("snakemake", ground, jobs, runs, ["--cores", String(SLOTS), "--quiet"], true);
}

/** Snakemake's plan for the same jobs, of which none is run. */
export function snakemakeDryRun(ground: Ground, jobs: number, runs: number): Side {
  return snakemake("snakemake-dry-run", ground, jobs, runs, ["--dry-run", "--quiet"], false);
}

function snakemake(
  name: string,
  ground: Ground,
  jobs: number,
  runs: number,
  args: readonly string[],
  check: boolean,
): Side {
  return {
    name,
    runs,
    prepare() {
      const folder = ground.fresh(name);
      makeJobFolders(folder, jobs);
      writeFileSync(join(folder, "Snakefile"), snakefile(jobs));
      return {
        command: { program: "snakemake", args, folder, log: ground.log(name) },
        ...(check ? { check: () => checkOutputs(folder, jobs) } : {}),
      };
    },
  };
}
