/** A definition's text. */
export interface Definition {
  readonly text: string;
  readonly jobs: number;
}

/** Jobs at a time, on all sides. */
export const SLOTS = 2;

/** Jobs of `true`: no file at all, nothing but bookkeeping. */
export function trueJobs(jobs: number): Definition {
  return {
    jobs,
    text: `import { defineSwarm, local, range, sh } from "locusts";

export default defineSwarm({
  name: "true",
  jobs: range("i", 1, ${jobs}),
  command: () => sh\`true\`,
  targets: { local: local({ slots: ${SLOTS} }) },
});
`,
  };
}

/** The same under SLURM, on a target that is a folder of this machine. */
export function pilotJobs(jobs: number, directory: string, nodes: number, cpusPerNode: number): Definition {
  return {
    jobs,
    text: `import { defineSwarm, range, sh, slurm } from "locusts";

export default defineSwarm({
  name: "true",
  jobs: range("i", 1, ${jobs}),
  command: () => sh\`true\`,
  targets: {
    cluster: slurm({
      directory: ${JSON.stringify(directory)},
      nodes: ${nodes},
      cpusPerNode: ${cpusPerNode},
      walltime: "10m",
    }),
  },
});
`,
  };
}

/** Jobs whose inputs have to go through ssh: a small one for each, or one for all of them. */
export function sentJobs(jobs: number, source: string, kind: "each" | "shared", directory: string): Definition {
  const input =
    kind === "each"
      ? `input(${JSON.stringify(`${source}/{i}`)}, { as: "in" })`
      : `shared(${JSON.stringify(source)}, { as: "in" })`;
  return {
    jobs,
    text: `import { defineSwarm, input, range, sh, shared, slurm } from "locusts";

export default defineSwarm({
  name: "sent",
  jobs: range("i", 1, ${jobs}),
  inputs: { data: ${input} },
  command: ({ inputs }) => sh\`cat \${inputs.data}\`,
  targets: {
    cluster: slurm({
      host: "lab",
      directory: ${JSON.stringify(directory)},
      nodes: 4,
      cpusPerNode: 2,
      walltime: "10m",
    }),
  },
});
`,
  };
}

/** One staged input, one checked output; the same command as the other runners'. */
export function catJobs(jobs: number): Definition {
  return {
    jobs,
    text: `import { defineSwarm, input, local, range, sh } from "locusts";

export default defineSwarm({
  name: "cat",
  jobs: range("i", 1, ${jobs}),
  inputs: { text: input("inputs/{i}", { as: "in" }) },
  outputs: { copy: "{i}.out" },
  command: ({ inputs, outputs }) => sh\`cat \${inputs.text} > \${outputs.copy}\`,
  targets: { local: local({ slots: ${SLOTS} }) },
});
`,
  };
}

/** Jobs with one output, to be planned only. */
export function plannedJobs(jobs: number): Definition {
  return {
    jobs,
    text: `import { defineSwarm, local, range, sh } from "locusts";

export default defineSwarm({
  name: "plan",
  jobs: range("i", 1, ${jobs}),
  outputs: { number: "number_{i}.txt" },
  command: ({ params, outputs }) => sh\`echo \${params.i} > \${outputs.number}\`,
  targets: { local: local({ slots: ${SLOTS} }) },
});
`,
  };
}

/** A definition as large as a real one: 50 lines, most of the words of the language. */
export const FIFTY_LINES = `import {
  checked,
  copied,
  defineSwarm,
  input,
  local,
  matches,
  matrix,
  minBytes,
  nonEmpty,
  optional,
  sh,
  shared,
} from "locusts";

const chromosomes = ["chr1", "chr2", "chr3", "chrX"] as const;
const seeds = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

const sorted = sh\`LC_ALL=C sort -k1,1 -k2,2n\`;

export default defineSwarm({
  name: "calls",
  description: "Calls variants of each chromosome, once for each seed",
  jobs: matrix({ chrom: chromosomes, seed: seeds }).filter(({ chrom, seed }) => chrom !== "chrX" || seed < 15),
  inputs: {
    reads: "inputs/{chrom}.txt",
    settings: copied("inputs/settings.txt", { as: "settings/{seed}.txt" }),
    regions: input("inputs/{chrom}.txt", { as: "regions.txt" }),
    genome: shared("inputs/genome.txt"),
  },
  outputs: {
    calls: nonEmpty("{chrom}/{seed}/calls.txt"),
    summary: matches(minBytes("{chrom}/{seed}/summary.txt", 10), /^total [0-9]+$/),
    sizes: checked("{chrom}/{seed}/sizes.txt", ({ output }) => sh\`test "$(wc -l < \${output})" -ge 1\`),
    trace: optional("{chrom}/{seed}/trace.txt"),
  },
  environment: {
    variables: { OMP_NUM_THREADS: 1, MODE: "fast" },
    prepare: sh\`ulimit -c 0\`,
  },
  command: ({ inputs, outputs, params }) => sh\`
    cat \${inputs.reads} \${inputs.settings} \${inputs.regions} \${inputs.genome} | \${sorted} > \${outputs.calls}
    echo "total $(wc -l < \${outputs.calls})" > \${outputs.summary}
    printf '%s %s\\\\n' \${params.chrom} \${params.seed} > \${outputs.sizes}
  \`,
  resources: { cpus: 1, memory: "500 MB" },
  limits: { time: "10m", retries: 2, retryOn: ["exit", "timeout"] },
  targets: { laptop: local({ slots: 4 }) },
});
`;

/** The files that the fifty lines name. */
export const FIFTY_LINES_INPUTS = ["chr1", "chr2", "chr3", "chrX", "settings", "genome"];

/** The lines of `tasks.txt` beside the definition. */
export function listedJobs(jobs: number): Definition {
  return {
    jobs,
    text: `import { commands, defineSwarm, local } from "locusts";

export default defineSwarm({
  name: "list",
  jobs: commands("tasks.txt"),
  targets: { local: local({ slots: ${SLOTS} }) },
});
`,
  };
}
