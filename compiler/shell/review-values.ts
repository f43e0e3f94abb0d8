import { ownValue } from "../format/own-value.js";
import type { ShellContexts } from "./context.js";
import { HOLE, type Quoting, type ShellUse } from "./findings.js";

/** What a command's text can refer to, and where each stands in the definition: `params.id`. */
export interface KnownNames {
  readonly params: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** variables that are set for the command, and bash that runs before it */
  readonly variables: readonly string[];
  readonly before: string;
}

/** Something about a text, at an offset. */
export interface Remark {
  readonly message: string;
  readonly hint: string;
  readonly at: number;
  /** not a mistake for sure */
  readonly isNote: boolean;
}

/** Programs that get bash text to run: what is text here may be a variable there. */
const RUN_TEXT = [
  "eval|ssh|bash|sh|zsh|dash|ksh|su|sudo|srun|sbatch|qsub|parallel|xargs|envsubst|source|\\.|trap|make",
  "[gm]?awk|sed|e?grep|jq|perl|python\\S*|node|Rscript|R|ruby|php|julia|tclsh|psql|mysql|sqlite3|duckdb",
  "docker|podman|apptainer|singularity",
];
const RUNS_TEXT = new RegExp(`(?:^|[\\s;&|(])(?:${RUN_TEXT.join("|")})(?:\\s|$)`);

/** What may set variables that nobody sees here. */
const SETS_UNSEEN =
  /(?:^|[\s;&|(])(?:eval|source|\.|module|ml|conda|micromamba|mamba|spack|printf\s+-v|declare\s+-n)(?:\s|$)/;

/** How a name that the swarm has is written in a template. */
function written(name: string, known: KnownNames): string | undefined {
  const { params, inputs, outputs } = known;
  const [, kind, member = ""] = /^(params|inputs|outputs)\.(.*)$/.exec(name) ?? [];
  if (kind !== undefined) return written(member, known) === name ? name : undefined;
  if (params.includes(name)) return `params.${name}`;
  if (inputs.includes(name)) return `inputs.${name}`;
  return outputs.includes(name) ? `outputs.${name}` : undefined;
}

/** Does bash text give a variable a value, in any of the ways that there are? */
function sets(text: string, name: string): boolean {
  return [
    `(?<![\\w$.{/-])${name}(?:\\[[^\\]]*\\])?\\+?=`,
    `\\b(?:for|select)\\s+${name}\\b`,
    `\\b(?:read|mapfile|readarray|local|declare|typeset|export|readonly|getopts|let|wait|unset|coproc|printf\\s+-v)\\b[^;\\n|&]*(?<![$\\w])${name}\\b`,
    `\\(\\([^\\n]*(?<![$\\w])${name}\\b`,
    `\\$\\{${name}(?:\\[[^\\]]*\\])?:?=`,
    `\\{${name}\\}[<>]`,
  ].some((pattern) => new RegExp(pattern).test(text));
}

/** By which tasks of job arrays are told apart; of a pilot, if of anything. */
const OF_ARRAYS = new Set(["SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "LSB_JOBINDEX", "SGE_TASK_ID"]);

const EXPANDED: ReadonlySet<Quoting> = new Set(["plain", "double", "here-document", "pattern", "word-in-double"]);

/** Is the text in quotes around an offset a path or a name, rather than a program of another language? */
function isPathLike(source: string, at: number): boolean {
  const start = source.lastIndexOf('"', at) + 1;
  const end = source.indexOf('"', at);
  return /^[\w./{}:=,+@%$-]*$/.test(source.slice(start, end).replaceAll(HOLE, ""));
}

const IN_BACKGROUND = {
  message: "the last command runs in the background (&): the job does not wait for it, and it is ended with the job",
  hint: "leave out the &, or put wait after it",
  isNote: true,
};

/** Programs that leave a job to a scheduler, and what has them wait for its end. */
const SUBMITS: Readonly<Record<string, RegExp>> = {
  sbatch: /\s(?:-W|--wait)\b/,
  qsub: /\s(?:-sync\s+y|-W\s*block=true|-Wblock=true)\b/,
  bsub: /\s-K\b/,
};

/** A job that submits another one ends before that. */
function submission(source: string, words: ShellContexts["words"]): Remark | undefined {
  for (const { text, at, isCommand } of words) {
    const waits = isCommand ? ownValue(SUBMITS, text) : undefined;
    const line = /^(?:\\\n|[^\n])*/.exec(source.slice(at))?.[0] ?? "";
    if (!waits || waits.test(line)) continue;
    return {
      message: `${text} leaves work to the scheduler: the job is done before that is, and nobody looks at how it ends`,
      hint: "write in the command what is to be done: targets, such as slurm(…), say where jobs run",
      at,
      isNote: true,
    };
  }
  return undefined;
}

class ValueReview {
  readonly remarks: Remark[] = [];
  readonly #told = new Set<string>();
  readonly #all: string;

  constructor(
    readonly source: string,
    readonly known: KnownNames,
  ) {
    this.#all = `${known.before}\n${source}`;
  }

  #tell({ kind, name, at }: ShellUse, isNote: boolean, message: string, hint: string): void {
    const mark = `${kind} ${name}`;
    if (this.#told.has(mark)) return;
    this.#told.add(mark);
    this.remarks.push({ message, hint, at, isNote });
  }

  look(use: ShellUse): void {
    if (use.kind === "variable") this.#variable(use);
    else if (use.kind === "escaped") this.#escaped(use);
    else this.#braced(use);
  }

  /** What is meant by `$inputs.text`: a reference whose braces were forgotten. */
  #reference({ name, at }: ShellUse): string | undefined {
    const [, member = ""] = new RegExp(`^\\$\\{?${name}\\.(\\w+)`).exec(this.source.slice(at)) ?? [];
    const reference = `${name}.${member}`;
    return written(member, this.known) === reference ? reference : undefined;
  }

  #isSet(name: string): boolean {
    return this.known.variables.includes(name) || sets(this.#all, name);
  }

  /** `$id`, which nothing sets. */
  #variable(use: ShellUse): void {
    const { name } = use;
    if (OF_ARRAYS.has(name) && !this.#isSet(name)) {
      const [param = "id"] = this.known.params;
      this.#tell(
        use,
        true,
        `$${name} does not tell jobs apart: they are no tasks of a job array`,
        `write \${params.${param}}`,
      );
      return;
    }
    const meant = written(name, this.known) ?? this.#reference(use);
    // What is in capitals comes from the environment, as a rule; what Locusts sets has its own beginnings.
    if (!meant && (!/^[a-z][a-z0-9_]*$/.test(name) || /^(in|out|param|locusts)_/.test(name))) return;
    if (/^(http|https|ftp|no|all)_proxy$/.test(name) || this.#isSet(name) || SETS_UNSEEN.test(this.#all)) return;
    if (meant) {
      this.#tell(use, false, `nothing sets the variable $${name}: it is empty`, `write \${${meant}}`);
    } else {
      const hint = `set it before, as in ${name}=…; one of the environment has to be there where the job runs`;
      this.#tell(use, true, `nothing in the command sets $${name}`, hint);
    }
  }

  /** `\$f`, which is the text `$f`. */
  #escaped(use: ShellUse): void {
    const { name, quoting } = use;
    if (!EXPANDED.has(quoting) || RUNS_TEXT.test(this.source) || quoting === "here-document") return;
    if (name.startsWith("(")) {
      const hint = `write $${name} without the backslash, if bash is to ${name === "((" ? "compute" : "run something"} there`;
      this.#tell(use, true, `\\$${name} is the text $${name}`, hint);
      return;
    }
    const isBraced = this.source.startsWith("\\${", use.at);
    const text = isBraced ? `\${${name}…}` : `$${name}`;
    const isSet = this.#isSet(name);
    const meant = isSet ? undefined : written(name, this.known);
    // In quotes it may be meant for another language, as in "x\$id" of R.
    const isValue = isSet || (meant !== undefined && quoting === "plain");
    if (!isValue && meant === undefined && quoting !== "plain") return;
    const fix = meant ? `\${${meant}}` : isBraced ? `\\\${${name}…} with one backslash` : `$${name}`;
    const hint = `write ${fix}: only \${ needs a backslash; for the text itself: '${text}'`;
    this.#tell(use, !isValue, `\\${text} is the text ${text}: bash puts no value in`, hint);
  }

  /** `{id}`, which is a placeholder in paths alone. */
  #braced(use: ShellUse): void {
    const { name, at, quoting } = use;
    const meant = written(name, this.known);
    const isText = quoting === "double" && !isPathLike(this.source, at);
    if (
      !meant ||
      isText ||
      /(?:^|[\s;&|(])(?:parallel|xargs)\s/.test(this.source) ||
      (quoting !== "plain" && quoting !== "double")
    )
      return;
    const hint = `write \${${meant}}; for the text itself: '{${name}}'`;
    this.#tell(
      use,
      false,
      `{${name}} is plain text in a command: placeholders are for paths of inputs and outputs`,
      hint,
    );
  }
}

/** What was meant to be a value in a command, and is none. */
export function reviewValues(source: string, { uses, words }: ShellContexts, known: KnownNames): readonly Remark[] {
  const review = new ValueReview(source, known);
  for (const use of uses) review.look(use);
  const at = source.search(/(?<![&\\<>])&\s*$/);
  const remarks = at < 0 ? review.remarks : [...review.remarks, { ...IN_BACKGROUND, at }];
  const submits = submission(source, words);
  return submits ? [...remarks, submits] : remarks;
}
