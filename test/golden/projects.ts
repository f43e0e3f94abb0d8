/** A small project whose bundle is kept as a golden file, `test/golden/<name>.md`. */
export interface GoldenProject {
  /** what it is there to show */
  readonly about: string;
  readonly files: Readonly<Record<string, string>>;
}

const MINIMAL = `import { defineSwarm, list, local, sh } from "locusts";

export default defineSwarm({
  name: "minimal",
  jobs: list("name", ["Ada", "Grace"]),
  outputs: { greeting: "{name}.txt" },
  command: ({ outputs, params }) => sh\`echo "Hello, \${params.name}" > \${outputs.greeting}\`,
  targets: { local: local() },
});
`;

const EVERYTHING = `import {
  checked, copied, defineSwarm, inPlace, input, linked, local, matches, minBytes, nonEmpty, optional, sh, shared, table,
} from "locusts";

const quiet = sh\`2> /dev/null\`;

export default defineSwarm({
  name: "everything",
  description: "Uses all that the language has.\\nOn two lines.",
  jobs: table("samples.tsv", { sample: "string", depth: "number", paired: "boolean" }).filter(({ depth }) => depth > 5),
  inputs: {
    reads: "reads/{sample}.txt",
    settings: input("settings/{sample}.ini", { as: "etc/settings.ini" }),
    genome: shared("genome"),
    index: linked("index_{sample}.bin", { as: "index.bin" }),
    scratch: copied("scratch.txt"),
    database: inPlace("/srv/database"),
  },
  outputs: {
    table: checked(
      matches(minBytes("tables/{sample}_{depth}.tsv", 10), /^sample\\t[A-Z]+$/i),
      ({ output }) => sh\`test "$(wc -l < \${output})" -ge 2\`,
    ),
    folder: nonEmpty("reports/{sample}/"),
    trace: optional("{sample}.trace"),
    plain: "{sample}.log",
  },
  environment: {
    variables: { GREETING: "it's a \\"test\\": $name", LEVEL: 3 },
    modules: ["gcc/12.2", "samtools"],
    container: { image: "docker://debian:12", binds: ["/srv/database:/srv/database:ro"] },
    prepare: sh\`ulimit -n 1024\`,
  },
  command: ({ inputs, outputs, params }) => sh\`
    mkdir -p tables reports/\${params.sample}
    echo "$GREETING \${"a constant's text"} of \${params.paired}" > \${outputs.plain}
    while read -r line; do
      echo "\\\${line%.}: \${inputs.reads}"
    done < \${inputs.settings} > \${outputs.table} \${quiet}
    cat <<END > \${outputs.folder}/summary.txt
depth \${params.depth}, genome \${inputs.genome}, index \${inputs.index}, \\\`date\\\`
END
    cp \${inputs.scratch} \${outputs.trace} || ls \${inputs.database}
  \`,
  resources: { cpus: 2, memory: "1.5 GB" },
  limits: {
    time: "01:30:00", retries: 2, retryOn: ["signal", "oom"], maxFailures: 10, stagger: "0.5s",
  },
  targets: { workstation: local({ slots: 3 }) },
});
`;

const NODE = `import { defineSwarm, files, local, node, shared } from "locusts";

export default defineSwarm({
  name: "node-program",
  jobs: files("texts/{name}.txt"),
  inputs: { text: "texts/{name}.txt", stopWords: shared("stop-words.txt") },
  outputs: { counts: "{name}.json" },
  command: () => node("./count.ts"),
  targets: { local: local({ slots: 2 }) },
});
`;

const COUNT = `import { readFileSync, writeFileSync } from "node:fs";
import { program } from "locusts";
import type swarm from "./swarm.config.js";
import { words } from "./words.js";

export default program<typeof swarm>(({ inputs, outputs, params }) => {
  const stop = new Set(words(readFileSync(inputs.stopWords, "utf8")));
  const counted = words(readFileSync(inputs.text, "utf8")).filter((word) => !stop.has(word));
  writeFileSync(outputs.counts, JSON.stringify({ name: params.name, words: counted.length }));
});
`;

const TREE = `import { defineSwarm, local, optional, range, sh, tree } from "locusts";

export default defineSwarm({
  name: "tree",
  jobs: range("first", 0, 20, 10),
  outputs: { log: "../results_of/{first}.log", trace: optional("{first}.trace") },
  environment: {
    tree: tree({
      root: "environment",
      workdir: "scripts",
      mode: "perJob",
      select: ["scripts/**", "data/*.txt", "data/.index", "results_of/", "!data/big.txt", "!!scripts/cache"],
      readOnly: ["data/**"],
    }),
  },
  command: ({ outputs, params }) => sh\`bash run.sh \${params.first} > \${outputs.log}\`,
  targets: { local: local({ slots: 2 }) },
});
`;

const PILOTS = `import { defineSwarm, range, sh, slurm } from "locusts";

export default defineSwarm({
  name: "pilots",
  jobs: range("i", 1, 100),
  outputs: { square: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo $((\${params.i} ** 2)) > \${outputs.square}\`,
  resources: { cpus: 2, memory: "4 GB", gpus: 1 },
  targets: {
    cluster: slurm({
      host: "me@cluster.example.org",
      directory: "/data/me/locusts",
      partition: "gpu",
      account: "lab",
      qos: "normal",
      nodes: 3,
      cpusPerNode: 8,
      threadsPerCore: 1,
      memoryPerCpu: "3 GB",
      gpus: "a100:4",
      walltime: "1-12:00:00",
      constraint: "fast&big",
      exclusive: true,
      gres: ["lscratch:100"],
      scratch: "/lscratch/$SLURM_JOB_ID",
      scratchSize: "100 GB",
      reservation: "course",
      licenses: "matlab:1",
      mail: { to: "me@example.org" },
      sbatch: ["--comment=locusts"],
      successors: 2,
      silence: "90s",
    }),
  },
});
`;

export const GOLDEN_PROJECTS: Readonly<Record<string, GoldenProject>> = {
  minimal: {
    about: "As little as a definition can have.",
    files: { "swarm.config.ts": MINIMAL },
  },
  everything: {
    about: "Every kind of input and output, and all that surrounds a command.",
    files: {
      "swarm.config.ts": EVERYTHING,
      "samples.tsv":
        "sample\tdepth\tpaired\tcomment\nA 1\t10\ttrue\ta space in the name\nB'\t20\tfalse\tand a quote\nC\t5\ttrue\ttoo shallow\n",
      "reads/A 1.txt": "ACGT\n",
      "reads/B'.txt": "TTTT\n",
      "settings/A 1.ini": "one.\n",
      "settings/B'.ini": "two.\n",
      "genome/chr1.fa": ">1\nACGTACGT\n",
      "genome/index/chr1.fai": "1\t8\n",
      "index_A 1.bin": "A\n",
      "index_B'.bin": "B\n",
      "scratch.txt": "scratch\n",
    },
  },
  "node-program": {
    about: "A command that is a TypeScript program.",
    files: {
      "swarm.config.ts": NODE,
      "count.ts": COUNT,
      "words.ts": "export const words = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];\n",
      "texts/one.txt": "The locust and the ant\n",
      "texts/two.txt": "A swarm\n",
      "stop-words.txt": "a and the\n",
    },
  },
  pilots: {
    about: "Pilots under SLURM, with all that can be asked for.",
    files: { "swarm.config.ts": PILOTS },
  },
  tree: {
    about: "Jobs that run in a tree of files, selected by rules.",
    files: {
      "swarm.config.ts": TREE,
      "environment/scripts/run.sh": 'bash lib/say.sh "$1"\n',
      "environment/scripts/lib/say.sh": 'echo "$1"\n',
      "environment/scripts/cache/old": "old\n",
      "environment/scripts/.swp": "hidden\n",
      "environment/data/1.txt": "one\n",
      'environment/data/a tab\tand it\'s "quoted".txt': "odd\n",
      "environment/data/.index": "1\n",
      "environment/data/big.txt": "big\n",
      "environment/data/other.dat": "other\n",
      "environment/results_of/0.log": "old\n",
    },
  },
};
