import { ownValue } from "./own-value.js";

interface SbatchOption {
  readonly name: string;
  readonly value: string | undefined;
}

const LETTERS: Readonly<Record<string, string>> = {
  ...{ a: "array", A: "account", b: "begin", B: "extra-node-info", c: "cpus-per-task", C: "constraint" },
  ...{ d: "dependency", D: "chdir", e: "error", F: "nodefile", G: "gpus", h: "help", H: "hold", i: "input" },
  ...{ J: "job-name", k: "no-kill", L: "licenses", M: "clusters", m: "distribution", n: "ntasks", N: "nodes" },
  ...{ o: "output", O: "overcommit", p: "partition", q: "qos", Q: "quiet", S: "core-spec", s: "oversubscribe" },
  ...{ t: "time", V: "version", v: "verbose", w: "nodelist", W: "wait", x: "exclude" },
};

/** Letters of options that take no value: what follows is a letter, too. */
const PLAIN_LETTERS = "hHkOQVvWs";

const MANY = "Locusts decides how many pilots there are: say nodes";
const LOGS = "each pilot has a log of its own in the run's folder";
const ITS_OWN = "Locusts knows its pilots by it";
const WHOLE = "a pilot is one task on one node";

/** Options that Locusts depends on, and why or what to say instead. */
const RESERVED: Readonly<Record<string, string>> = {
  array: MANY,
  nodes: MANY,
  "ntasks-per-node": WHOLE,
  ntasks: WHOLE,
  "cpus-per-task": "say cpusPerNode",
  time: "say walltime",
  output: LOGS,
  error: LOGS,
  "open-mode": LOGS,
  input: "a pilot reads nothing",
  "job-name": ITS_OWN,
  chdir: ITS_OWN,
  dependency: "pilots follow one another by it: say successors",
  export: "a pilot has the environment of whoever submits it; say what jobs need as environment.variables",
  "export-file": "say what jobs need as environment.variables",
  "get-user-env": "say what jobs need as environment.variables, environment.modules or environment.prepare",
  wrap: "the pilot is what SLURM is to run; say what jobs need as environment.prepare",
  signal: "SLURM tells a pilot by a signal that its time ends",
  requeue: "a pilot that SLURM puts back into its queue goes on by itself",
  "no-requeue": "a pilot that SLURM puts back into its queue goes on by itself",
  clusters: "Locusts asks the cluster that the host belongs to: give the target a login node of the other one",
  parsable: "Locusts reads what sbatch prints",
  quiet: "Locusts reads what sbatch prints",
  verbose: "Locusts reads what sbatch prints",
  wait: "Locusts waits by itself",
  "test-only": "it would submit nothing; locusts doctor asks sbatch by it",
  help: "it would submit nothing",
  usage: "it would submit nothing",
  version: "it would submit nothing",
};

/** Allowed with this value alone, since it says what is so anyway. */
const ALLOWED: Readonly<Record<string, string>> = { ntasks: "1", "ntasks-per-node": "1", nodes: "1" };

function splitLine(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"(?:\\.|[^"\\])*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ""),
  );
}

/** The name that sbatch reads: it takes the beginning of one for the whole. */
function wholeName(name: string): string {
  if (name.length < 3 || Object.hasOwn(RESERVED, name) || OTHERS.has(name)) return name;
  return Object.keys(RESERVED).find((reserved) => reserved.startsWith(name)) ?? name;
}

/** Names that are the beginnings of others, or that begin as reserved ones do, and are no abbreviations. */
const OTHERS = new Set(["mem", "gpus", "hint", "hold", "nice", "tmp", "gres", "comment", "time-min", "exclude"]);

export function readSbatchOptions(line: string): SbatchOption[] {
  const options: SbatchOption[] = [];
  const words = splitLine(line);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    const next = () => {
      const following = words[i + 1];
      return following === undefined || following.startsWith("-") ? undefined : words[++i];
    };
    if (word.startsWith("--")) {
      const at = word.indexOf("=");
      const name = wholeName(word.slice(2, at === -1 ? undefined : at));
      options.push({ name, value: at === -1 ? next() : word.slice(at + 1) });
    } else if (word.startsWith("-")) {
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] as string;
        const name = LETTERS[letter] ?? letter;
        if (PLAIN_LETTERS.includes(letter)) options.push({ name, value: undefined });
        else {
          options.push({ name, value: word.slice(at + 1) || next() });
          break;
        }
      }
    }
  }
  return options;
}

/** Why a line of `sbatch: […]` cannot be taken, and what to do instead; undefined if it can. */
export function refuseSbatchLine(line: string): { readonly message: string; readonly hint: string } | undefined {
  for (const { name, value } of readSbatchOptions(line)) {
    const why = ownValue(RESERVED, name);
    if (why === undefined || (value !== undefined && ownValue(ALLOWED, name) === value)) continue;
    return { message: `"${line}" sets --${name}, which Locusts itself depends on`, hint: why };
  }
  return undefined;
}

/** What sites tell `sbatch` by variables, `SBATCH_ACCOUNT` and so on, and what counts where a definition says nothing. */
const HONOURED = ["account", "partition", "qos", "reservation", "constraint", "wckey"] as const;

/** Options of `HONOURED` that these lines leave open. */
export function openOptions(directives: readonly string[]): string[] {
  const said = new Set(directives.flatMap(readSbatchOptions).map(({ name }) => name));
  return HONOURED.filter((name) => !said.has(name));
}

export function valueOfOption(directives: readonly string[], name: string): string {
  return directives.flatMap(readSbatchOptions).findLast((option) => option.name === name)?.value ?? "";
}
