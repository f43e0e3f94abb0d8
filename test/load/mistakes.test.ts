import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { definition, makeFolder } from "./temp-definition.js";

/** The commonest mistakes: each says what happened, where, and what to write; one mistake is one message. */
const test = suite("common mistakes");

const folder = makeFolder({ "model.py": "", "p.tsv": "id\nx\n", "in/a.fastq": "", "in/b.fastq": "", "in/c.fastq": "" });

type Lines = Readonly<Record<string, string>>;

const GOOD = {
  import: 'import { defineSwarm, files, input, list, local, sh, shared, table } from "locusts";',
  jobs: '  jobs: list("id", ["a", "b", "c", "d"]),',
  inputs: "",
  command: "  command: ({ inputs, outputs, params }) => sh`echo > ${outputs.text}`,",
};

/** What is said of a definition, each as `line:column message (hint)`; notes begin with `note`. */
async function said(lines: Lines): Promise<string[]> {
  writeFileSync(join(folder, "swarm.config.ts"), definition({ ...GOOD, ...lines }));
  const told = (found: ProblemsFound["problems"]) =>
    found.map(({ place, message, hint }) => `${place?.line}:${place?.column} ${message}${hint ? ` (${hint})` : ""}`);
  try {
    const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
    const options = { folder: join(folder, "bundle"), write: false, digests: undefined };
    return told(build(compilation, options).notes).map((note) => `note ${note}`);
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    return told(error.problems);
  }
}

/** A definition with this text in its command, which begins at column 48. */
const command = (text: string): Lines => ({
  command: `  command: ({ inputs, outputs, params }) => sh\`${text} > \${outputs.text}\`,`,
});

async function expectEach(cases: readonly (readonly [lines: Lines | string, ...expected: string[]])[]): Promise<void> {
  for (const [lines, ...expected] of cases) {
    const given = typeof lines === "string" ? command(lines) : lines;
    assert.deepEqual(await said(given), expected, JSON.stringify(lines));
  }
}

const TYPESCRIPT = "is read by TypeScript, not by bash";
const BASH = "for bash, put a backslash before it: ";

test("what is bash's between ${ and } of a template is told as that", () =>
  expectEach([
    [
      "n=3; head -n ${n}",
      `7:63 there is no "n" here: \${…} ${TYPESCRIPT} (for a variable of bash, put a backslash before it: \\\${n})`,
    ],
    [
      "echo ${id}",
      `7:55 there is no "id" here: \${…} ${TYPESCRIPT} (write \${params.id}; for a variable of bash, put a backslash before it: \\\${id})`,
    ],
    ["echo ${f##*/}", `7:53 \${f##*/} ${TYPESCRIPT} (${BASH}\\\${f##*/})`],
    ["echo ${x:-3}", `7:53 \${x:-3} ${TYPESCRIPT} (${BASH}\\\${x:-3})`],
    ["echo ${x[@]}", `7:53 \${x[@]} ${TYPESCRIPT} (${BASH}\\\${x[@]})`],
    ["echo ${#x}", `7:55 \${#x} ${TYPESCRIPT} (${BASH}\\\${#x})`],
    ["echo ${f%.txt} ${g}", `7:53 \${f%.txt} ${TYPESCRIPT} (${BASH}\\\${f%.txt})`],
    [
      "echo ${1}",
      `7:55 \${1} ${TYPESCRIPT}: it is the number 1 (write 1 alone; \\\${1} is an argument of bash's, of which a job has none)`,
    ],
    [
      "echo ${params.id * 2}",
      "7:55 params.id cannot be computed with here: its value is known only when a job runs (let bash compute: sh`… $(( ${params.id} * 2 )) …`)",
    ],
    [
      "echo ${params.id + '.txt'}",
      "7:55 params.id cannot be computed with here: its value is known only when a job runs (put one beside the other: sh`… ${params.id}.txt …`)",
    ],
    [
      "echo ${`${params.id}.txt`}",
      '7:65 the param "id" was used as a string; its value is known only when a job runs (write it straight into the sh`…` template, without quotes or backticks of its own within ${…})',
    ],
    [
      "echo ${outputs}",
      "7:55 ${outputs} is all of them, and one of the outputs is wanted here (write ${outputs.text})",
    ],
    ["echo ${output.text}", '7:55 there is no "output" here (did you mean "outputs"?)'],
  ]));

test("a value that bash does not have is told in the text of a command, and what bash has is left alone", () =>
  expectEach([
    ["echo $id", "7:53 nothing sets the variable $id: it is empty (write ${params.id})"],
    [
      "cat in/{id}.fastq",
      "7:55 {id} is plain text in a command: placeholders are for paths of inputs and outputs (write ${params.id}; for the text itself: '{id}')",
    ],
    [
      "for f in *; do echo \\$f; done",
      "7:68 \\$f is the text $f: bash puts no value in (write $f: only ${ needs a backslash; for the text itself: '$f')",
    ],
    [
      "echo \\$((1 + 2))",
      "7:55 \\$(( is the text $ and what follows it: bash computes nothing here (write $(( without the backslash: only ${ needs one)",
    ],
    [
      "echo $nope",
      "note 7:53 nothing in the command sets $nope (set it before, as in nope=…; one of the environment has to be there where the job runs)",
    ],
    [
      "read id < x; echo $id; for text in a; do echo $text \"\\${text##*/}\"; done; ssh h echo \\$HOME $HOME; awk '{print $id {id}}' x",
    ],
    [
      'echo \\${id:-none} ${3.5}; parallel --header : echo {id} ::: id 1; Rscript -e "x\\$id"; exec {id}> log; id=1 env | sort',
    ],
    [
      'printf "%s" "x\\$id"',
      "note 7:62 \\$id is the text $id: bash puts no value in (write ${params.id}: only ${ needs a backslash; for the text itself: '$id')",
    ],
    ["python3 -c \"print(f'{id} x')\"; . x; echo $unset \\{id\\} '{id}'"],
  ]));

test("references without their braces, or with a backslash, are told to be written as they are", () =>
  expectEach([
    [
      "echo $params.id $outputs.text $outputs.nope",
      "7:53 nothing sets the variable $params: it is empty (write ${params.id})",
      "7:64 nothing sets the variable $outputs: it is empty (write ${outputs.text})",
    ],
    [
      "echo \\${params.id}",
      "7:62 \\${params.id} is left to bash, which has no such variable (write ${params.id} without the backslash)",
    ],
    ["outputs=a; echo $outputs.text"],
  ]));

test("a command that is no template is shown with the tag", () =>
  expectEach([
    [
      { command: "  command: ({ outputs }) => `cat > ${outputs.text}`," },
      "7:29 a command is written with the sh tag, so that its references are quoted: sh`…` (write sh before it: sh`cat > ${outputs.text}`)",
    ],
    [
      { command: "  command: ({ outputs }) => sh(`cat > ${outputs.text}`)," },
      "7:32 sh is a tag, and called without parentheses (write sh before it: sh`cat > ${outputs.text}`)",
    ],
    [
      { command: "  command: sh`cat ${inputs.first} > ${outputs.text}`," },
      "7:12 command is a function: write command: ({ inputs, outputs }) => sh`…`",
    ],
    [
      { command: "  command: ({ inputs }) => sh`cat > ${outputs.text}`," },
      '7:39 there is no "outputs" here: the command has not asked for it (write ({ inputs, outputs }) => …)',
    ],
  ]));

test("files that are not there are told once, with what may have been meant", async () => {
  mkdirSync(join(folder, "empty"), { recursive: true });
  symlinkSync("elsewhere", join(folder, "link"));
  const missing = (path: string) => ({ inputs: `  inputs: { first: "${path}" },` });
  const nothing = (pattern: string) => ({ jobs: `  jobs: files("${pattern}"),` });
  const none = (pattern: string) => `4:9 the swarm has no jobs: nothing matches files("${pattern}")`;
  await expectEach([
    [
      missing("in/{id}.fq"),
      "5:20 the input in/a.fq of the job a does not exist; the same in 3 more jobs: b, c, … (there is in/a.fastq)",
    ],
    [
      missing("in/{id}.fastq"), // that of another job is not meant
      "5:20 the input in/d.fastq of the job d does not exist (in/ is there, and has nothing of that name)",
    ],
    [
      missing("link"),
      "5:20 the input link of the job a does not exist; the same in 3 more jobs: b, c, … (link is a link to elsewhere, which is not there)",
    ],
    [
      missing("inn/{id}.fastq"),
      "5:20 the input inn/a.fastq of the job a does not exist; the same in 3 more jobs: b, c, … (there is no folder inn/; did you mean in/?)",
    ],
    [
      missing("~/{id}.fq"),
      '5:20 the input ~/a.fq of the job a does not exist; the same in 3 more jobs: b, c, … (~ is read by shells alone: write the whole path, as in "/home/me/a.fq")',
    ],
    [
      nothing("~/in/{id}.fq"),
      `${none("~/in/{id}.fq")} (~ is read by shells alone: write the whole path, as in "/home/me/in/{id}.fq")`,
    ],
    [
      { import: `${GOOD.import} import { inPlace } from "locusts";`, inputs: '  inputs: { first: inPlace("~/g") },' },
      '5:20 the input "first" begins with ~ (~ is read by shells alone: write the whole path, as in "/home/me/g")',
    ],
    [
      { outputs: '  outputs: { text: "/tmp/{id}" },' },
      '6:20 the output "/tmp/{id}" begins with /, and so leads out of the job\'s folder (give a path below the job\'s folder, as in "tables/{id}.tsv")',
    ],
    [nothing("inn/{id}.fq"), `${none("inn/{id}.fq")} (there is no folder inn/; did you mean in/?)`],
    [
      nothing("in/{id}.fq"),
      `${none("in/{id}.fq")} (in/ has a.fastq, b.fastq, c.fastq; no wildcard matches a leading dot)`,
    ],
    [nothing("in/${id}.fq"), `${none("in/${id}.fq")} (a placeholder has no $: write in/{id}.fq)`],
    [
      { jobs: '  jobs: files("in/<id>.fq"),', outputs: "", command: "  command: () => sh`true`," },
      `${none("in/<id>.fq")} (placeholders are in braces: write in/{id}.fq)`,
    ],
    [
      { jobs: '  jobs: files("in/*.fastq"),', outputs: "", command: "  command: () => sh`true`," },
      '4:9 files("in/*.fastq") has no placeholder, so that its 3 jobs could not be told apart (name the part that differs, as in files("in/{id}.fastq"))',
    ],
    [
      { outputs: '  outputs: { text: "out.txt" },' },
      '6:20 the jobs a and b both write out.txt; the same in 2 more jobs: c, d (put into the pattern what sets them apart, as in "out_{id}.txt")',
    ],
  ]);
});

test("a program beside the definition that jobs do not get is told, and how to give it to them", async () => {
  const words = "model.py lies beside the definition, and not in the folder of a job, which has its inputs alone";
  const hint = '(add it to the inputs: model: shared("model.py"))';
  await expectEach([
    ["nice python3 -u model.py --x", `7:64 ${words} ${hint}`],
    ["X=1 ./model.py", `7:52 ${words} ${hint}`],
    ["cat model.py", `note 7:52 ${words} ${hint}`],
    [{ ...command("python3 model.py"), inputs: '  inputs: { model: shared("model.py") },' }],
    ["echo 1 > model.py; python3 model.py"],
    ["cd /somewhere; python3 model.py"],
  ]);
});

test("an output that nothing can write is noted, and one that says results/ itself; where there is doubt, nothing is", async () => {
  const output = (path: string) => ({ outputs: `  outputs: { text: "${path}" },` });
  const never = (text: string) => ({ command: `  command: ({ inputs, outputs, params }) => sh\`${text}\`,` });
  const unwritten =
    'note 6:20 nothing in the command writes the output "text" (have it written where it is expected, as in … > ${outputs.text})';
  await expectEach([
    [
      output("results/{id}.txt"),
      'note 6:20 the output "results/{id}.txt" comes to lie in results/results/: all outputs are below results/ already (write "{id}.txt")',
    ],
    [never("echo ${params.id} | wc -c"), unwritten],
    [never("x=$(seq 3); for i in $x; do echo $i >&2; done; [[ -e y ]] || grep -q x y 2> /dev/null"), unwritten],
    ...[
      "echo > ${params.id}.txt",
      "echo > ${params.id}",
      "program ${params.id}",
      "awk '{ print > \"x\" }' y",
      "cat() { tee x; }; cat",
      "echo > $out_text",
      "echo | tee x",
      "$X y",
      "./run",
      "cat < y > >(sort)",
    ].map((text) => [never(text)] as const),
    [
      {
        ...never("echo"),
        outputs: '  outputs: { text: optional("{id}.txt") },',
        import: GOOD.import.replace("{", "{ optional,"),
      },
    ],
  ]);
});

test("an image that no job can find is noted", async () => {
  const inContainer = (image: string, inputs = ""): Lines => ({
    targets: `  environment: { container: { image: "${image}" } }, targets: { here: local() },`,
    inputs,
  });
  await expectEach([
    [
      inContainer("images/tools.sif"),
      "note 8:38 the image images/tools.sif is looked for in each job's folder, and no input lies there by that name " +
        '(write its whole path on the target, as in "/images/tools.sif"; or have it sent along: ' +
        'inputs: { image: shared("images/tools.sif", { as: "images/tools.sif" }) })',
    ],
    [inContainer("/images/tools.sif")],
    [inContainer("docker://debian:12")],
    [inContainer("./model.py", '  inputs: { image: shared("model.py") },')],
    [inContainer("t/x.sif", '  inputs: { image: shared("model.py", { as: "t/x.sif" }) },')],
  ]);
});

test("a definition that ends too early is told in TypeScript's words", () =>
  expectEach([[{ targets: "  targets: { here: local() }, });\nconsole.log(" }, "10:1 Argument expression expected"]]));

test("values that are possible are listed, and what is near is told", () =>
  expectEach([
    [
      { import: GOOD.import.replace('"locusts"', '"locust"') },
      '1:75 there is no module "locust" (did you mean "locusts"?)',
    ],
    [
      { targets: '  limits: { retryOn: ["crash"] }, targets: { here: local() },' },
      '8:23 retryOn is "exit", "signal", "timeout", "oom" or "missing-output", not "crash"',
    ],
    [
      { targets: '  limits: { retryOn: "oom" }, targets: { here: local() },' },
      '8:22 retryOn is a list (write retryOn: ["oom"])',
    ],
    [
      { jobs: '  jobs: table("p.tsv", { id: "int" }),' },
      '4:30 a column is "string", "number" or "boolean", not "int" (did you mean "number"?)',
    ],
    [{ targets: "  targets: local()," }, "8:12 each target has a name of its own (write targets: { here: local() })"],
    [{ targets: "" }, "2:16 the swarm has no targets (add targets: { here: local() })"],
    [
      { name: '  name: "{id}",' },
      '3:9 "{id}" cannot name a swarm: use letters, digits, ., _ and -, at most 100 (what jobs are called: jobName: "{id}")',
    ],
    [
      { name: '  name: "my swarm",' },
      '3:9 "my swarm" cannot name a swarm: use letters, digits, ., _ and -, at most 100 (write name: "my-swarm")',
    ],
  ]));

test("what jobs read in place and is not there is worth a note, where this machine sees the place", () => {
  const inPlace = (path: string, targets = "  targets: { here: local() },") => ({
    import: `${GOOD.import} import { inPlace, ssh } from "locusts";`,
    inputs: `  inputs: { first: inPlace("${path}") },`,
    targets,
  });
  const which = "of the job a is read where it lies, and is not there; the same in 3 more jobs: b, c, …";
  return expectEach([
    [inPlace("/nope/all/x"), `note 5:20 the input /nope/all/x ${which} (there is no folder /nope/)`],
    [inPlace("in/{id}.fasta"), `note 5:20 the input in/a.fasta ${which} (there is in/a.fastq)`],
    [inPlace("model.py")],
    [inPlace("/nope/all/x", '  targets: { there: ssh({ host: "far", directory: "/data" }) },')],
  ]);
});

test("what is made of a name that is not there is no second mistake, wherever that name stands", () => {
  const csv = `import { csv, ${GOOD.import.slice(9)}`;
  const noCsv = '1:10 "locusts" has no "csv" (a CSV or TSV file is a table: table("points.csv"))';
  const command = "  command: ({ params, outputs }) => sh`echo ${params.id} > ${outputs.text}`,";
  return expectEach([
    [{ import: csv, jobs: '  jobs: csv("p.csv"),', command }, noCsv],
    [{ import: `${csv} const points = csv("p.csv");`, jobs: "  jobs: points,", command }, noCsv],
    [{ import: `${csv} const jobs = csv("p.csv");`, jobs: "  jobs,", command }, noCsv],
    [
      { import: csv, command: command.replace("id}", "it}") },
      noCsv,
      '7:54 there is no param "it"; this swarm\'s params are id (did you mean "id"?)',
    ],
  ]);
});

test.run();
