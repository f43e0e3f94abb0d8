/** What a scenario's definition has to know of where it is. */
export interface Surroundings {
  /** a file outside of the definition's folder, in which each job says when it starts and when it ends */
  readonly tally: string;
  /** a folder on the other machine */
  readonly directory: string;
}

export interface Scenario {
  readonly name: string;
  definition(around: Surroundings): string;
  readonly files: Readonly<Record<string, string>>;
  /** the state that the verb finds; `abandoned`: deploy was killed, its manager goes on; `dead`: all was killed, some jobs are done */
  readonly before: "nothing" | "done" | "abandoned" | "dead";
  readonly verb: readonly string[];
  /** the jobs that are to fail */
  readonly failing: readonly string[];
  /** where the jobs run */
  readonly where: "here" | "sshd" | "cluster";
  /** how long one of its points takes, compared with others */
  readonly cost: number;
  /** state files are damaged while nothing runs, instead of a fault while the verb does */
  readonly atRest: boolean;
}

export const DEPLOY = ["deploy", "--json"] as const;

const HERE = "local({ slots: 2 })";
const NAMES =
  "checked, copied, defineSwarm, files, local, matches, nonEmpty, optional, range, sh, shared, slurm, ssh, tree";

function define(target: string, fields: string): string {
  return `import { ${NAMES} } from "locusts";
export default defineSwarm({
  name: "swarm",
  targets: { ${target.startsWith("local") ? "local" : "there"}: ${target} },
  ${fields}
});
`;
}

/** A command that says when it starts and when it ends. */
function told(tally: string, command: string): string {
  const say = (what: string) => `echo "${what} "\${params.i}" $EPOCHREALTIME" >> ${tally}`;
  return `sh\`${say("s")}; ${command}; ${say("e")}\``;
}

const WORDS = Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`in/${i}.txt`, `word ${i}\n`]));

/** Six jobs with an input each and one that they share. */
const plain =
  (target: (around: Surroundings) => string, pause = ":") =>
  (around: Surroundings) =>
    define(
      target(around),
      `jobs: files("in/{i}.txt"),
  inputs: { word: "in/{i}.txt", all: shared("in/1.txt", { as: "shared.txt" }) },
  outputs: { text: nonEmpty("out/{i}.txt") },
  command: ({ inputs, outputs, params }) =>
    ${told(around.tally, `${pause}; cat \${inputs.word} \${inputs.all} > \${outputs.text}`)},`,
    );

/** Retries, a time limit, all kinds of outputs, and jobs that fail in three ways. */
const rich = ({ tally }: Surroundings) =>
  define(
    HERE,
    `jobs: range("i", 1, 8),
  inputs: { base: copied("base.txt") },
  outputs: { many: "many/{i}/", log: matches("{i}.log", /^done/), maybe: optional("{i}.maybe"),
    proven: checked("{i}.proven", ({ output }) => sh\`grep -q proven \${output}\`) },
  limits: { time: "1s", retries: 1, retryOn: ["exit", "signal"] },
  command: ({ inputs, outputs, params }) => ${told(
    tally,
    `echo out \${params.i}; echo err \${params.i} >&2
    mkdir -p \${outputs.many}/deep; echo a > \${outputs.many}/a; echo b > \${outputs.many}/deep/b; ln -sf a \${outputs.many}/l
    echo more >> \${inputs.base}; wc -l < \${inputs.base} > \${outputs.many}/lines
    echo proven > \${outputs.proven}; echo done > \${outputs.log}
    (( \${params.i} % 3 )) || echo x > \${outputs.maybe}
    (( \${params.i} != 4 )) || exit 7
    (( \${params.i} != 7 )) || rm \${outputs.log}
    (( \${params.i} != 8 )) || sleep 20
    true`,
  )},`,
  );

const TREE = {
  "env/data/base.txt": "base\n",
  "env/data/gone.txt": "gone\n",
  "env/data/ro/x.txt": "x\n",
  "env/work/here.txt": "here\n",
};

/** Each job adds a file to the tree, changes one in the same way as all, and removes one. */
const treed =
  (options: string, target: (around: Surroundings) => string = () => HERE) =>
  (around: Surroundings) =>
    define(
      target(around),
      `jobs: range("i", 1, 4),
  environment: { tree: tree({ root: "env", workdir: "work", select: ["**"], ${options} }) },
  command: ({ params }) => ${told(
    around.tally,
    `cat ../data/base.txt > out-\${params.i}.txt; echo \${params.i} >> out-\${params.i}.txt
    echo new > ../data/same.txt; rm -f ../data/gone.txt`,
  )},`,
    );

const here = () => HERE;
const overSsh = ({ directory }: Surroundings) =>
  `ssh({ host: "lab", directory: ${JSON.stringify(directory)}, slots: 2 })`;
const pilots = ({ directory }: Surroundings) =>
  `slurm({ host: "lab", directory: ${JSON.stringify(directory)}, nodes: 2, cpusPerNode: 1, walltime: "1m", silence: "12s" })`;

type Given = Partial<Scenario> & Pick<Scenario, "name" | "definition">;

function scenario(given: Given): Scenario {
  return {
    files: WORDS,
    before: "nothing",
    verb: DEPLOY,
    failing: [],
    where: "here",
    cost: 1,
    atRest: false,
    ...given,
  };
}

const brief = plain(here, "sleep 0.05");

export const SCENARIOS: readonly Scenario[] = [
  scenario({ name: "deploy", definition: plain(here) }),
  scenario({ name: "rich", definition: rich, files: { "base.txt": "base\n" }, failing: ["4", "7", "8"], cost: 2 }),
  scenario({ name: "tree-copy", definition: treed('mode: "copy"'), files: TREE }),
  scenario({ name: "tree-each", definition: treed('mode: "perJob"'), files: TREE }),
  scenario({ name: "tree-apply", definition: treed('mode: "copy", apply: true'), files: TREE }),
  scenario({ name: "again", definition: plain(here), before: "done" }),
  scenario({ name: "recover", definition: brief, before: "dead" }),
  scenario({ name: "rejoin", definition: plain(here, "sleep 0.1"), before: "abandoned" }),
  scenario({ name: "build", definition: plain(here), verb: ["build"] }),
  scenario({ name: "gather", definition: brief, before: "abandoned", verb: ["gather"] }),
  scenario({ name: "gather-dead", definition: brief, before: "dead", verb: ["gather"] }),
  scenario({ name: "cancel", definition: plain(here, "sleep 0.2"), before: "abandoned", verb: ["cancel"] }),
  scenario({ name: "clean", definition: plain(here), before: "done", verb: ["clean"] }),
  scenario({ name: "clean-dead", definition: brief, before: "dead", verb: ["clean"] }),
  scenario({ name: "ssh", definition: plain(overSsh), where: "sshd" }),
  scenario({ name: "ssh-tree", definition: treed('mode: "copy"', overSsh), files: TREE, where: "sshd" }),
  scenario({ name: "ssh-clean", definition: plain(overSsh), before: "done", verb: ["clean"], where: "sshd" }),
  scenario({ name: "pilots", definition: plain(pilots, "sleep 0.3"), where: "cluster", cost: 6 }),
  scenario({
    name: "pilots-gather",
    definition: plain(pilots, "sleep 0.3"),
    before: "abandoned",
    verb: ["gather"],
    where: "cluster",
    cost: 9,
  }),
  scenario({
    name: "pilots-cancel",
    definition: plain(pilots, "sleep 1"),
    before: "abandoned",
    verb: ["cancel"],
    where: "cluster",
    cost: 9,
  }),
  scenario({
    name: "pilots-clean",
    definition: plain(pilots),
    before: "done",
    verb: ["clean"],
    where: "cluster",
    cost: 9,
  }),
  scenario({ name: "rest-done", definition: plain(here), before: "done", atRest: true }),
  scenario({ name: "rest-dead", definition: brief, before: "dead", atRest: true }),
  scenario({ name: "rest-ssh", definition: plain(overSsh), before: "done", where: "sshd", atRest: true }),
];

/** @throws Error if there is none of that name */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found)
    throw new Error(`no scenario is called ${name}; there are ${SCENARIOS.map((each) => each.name).join(", ")}`);
  return found;
}
