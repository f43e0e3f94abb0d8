import * as assert from "uvu/assert";
import { refuseVariable } from "../../compiler/plan/refuse-variable.js";
import { suite } from "../runner/suite.js";
import { check, type SwarmFields } from "../survey/check-definition.js";
import { mistakes } from "./temp-definition.js";

/** What looks like something else than it is: told where it stands, with what to write. */
const test = suite("refused values");

test("a value that bash was to expand is refused, and shown in prepare; any other dollar is a dollar", () => {
  const refused = (name: string, has: string, text: string) => ({
    message: `${name} has "${has}" in it, which is not expanded: values are text`,
    hint: `set it in prepare, which is bash: prepare: sh\`export ${name}=${text}\``,
  });
  for (const [name, value, has, text] of [
    ["PATH", "$HOME/bin:/bin", "$HOME", "$HOME/bin:/bin"],
    ["PYTHONPATH", "$PATH:/x", "$PATH", "$PATH:/x"],
    ["LD_LIBRARY_PATH", "${HOME}/lib", "${HOME}", "\\${HOME}/lib"],
    ["DATA", "${TMPDIR:-/tmp}/a b", "${TMPDIR}", '"\\${TMPDIR:-/tmp}/a b"'],
    ["WORK", "/l/$SLURM_JOB_ID", "$SLURM_JOB_ID", "/l/$SLURM_JOB_ID"],
    ["LD_PRELOAD", "$LD_PRELOAD:/x.so", "$LD_PRELOAD", "$LD_PRELOAD:/x.so"],
    ["MANPATH", "/man:~/man", "~", "/man:$HOME/man"],
    ["PYTHONPATH", "~", "~", "$HOME"],
    ["RUN", "run-$(date +%F)", "$(date +%F)", '"run-$(date +%F)"'],
    ["NODE", "`hostname -s`", "`hostname -s`", '"$(hostname -s)"'],
  ] as const)
    assert.equal(refuseVariable(name, value), refused(name, has, text), `${name}=${value}`);
  for (const [name, value] of [
    ["LD_LIBRARY_PATH", "$ORIGIN/../lib"],
    ["PASSWORD", "pa$$word$HOMER$"],
    ["EXPRESSION", "^(a|b)$"],
    ["MAKEFLAGS", "CFLAGS=$(OPT)"],
    ["QUOTED", "`as TeX does'"],
    ["R_LIBS_USER", "~/R"],
    ["XPATH", "/a~/b"],
    ["odd(name", "$x"],
  ] as const)
    assert.equal(refuseVariable(name, value), undefined, `${name}=${value}`);
});

test("a variable that no program could be started with is refused", () => {
  assert.equal(refuseVariable("BIG", "é".repeat(65_533)), undefined);
  assert.equal(refuseVariable("BIG", "é".repeat(65_534)), {
    message: "BIG takes 131073 bytes, and Linux starts no program with a variable of more than 131072",
    hint: "put it into a file that is an input",
  });
});

const definition = (
  jobs: string,
  outputs: string,
) => `import { data, defineSwarm, files, linked, list, local, rows, sh, table } from "locusts";
export default defineSwarm({
  name: "t",
  jobs: ${jobs},
  outputs: ${outputs},
  command: ({ params }) => sh\`echo \${params.id}\`,
  targets: { here: local() },
});
`;

test("a column's type that there is not is told at its place, among others as well", async () => {
  const kinds = 'a column is "string", "number" or "boolean", not';
  const ofData = 'a column is "string", "number", "integer" or "boolean", with a ? if it may be missing, not';
  for (const [jobs, outputs, expected] of [
    ['table("p.tsv", { id: "string", n: "integer" })', "{}", `4:43 ${kinds} "integer" (did you mean "number"?)`],
    ['table("p.tsv", { id: "string", n: Number })', "{}", `4:43 ${kinds} Number`],
    ['table("p.tsv", { id: "string?" })', "{}", `4:30 ${kinds} "string?" (did you mean "string"?)`],
    [
      'list("id", ["a"])',
      '{ o: data("{id}.csv", { x: "number", y: "float" }) }',
      `5:52 ${ofData} "float" (did you mean "number"?)`,
    ],
    [
      'list("id", ["a"])',
      '{ o: data("{id}.csv", { constructor: "strin" }) }',
      `5:49 ${ofData} "strin" (did you mean "string"?)`,
    ],
  ] as const)
    assert.equal(await mistakes(definition(jobs, outputs), { "p.tsv": "id\tn\nx\t1\n" }), [expected]);
});

test("texts of an object that has a name of its own are any texts, unless as const stands behind it", async () => {
  const source = (types: string, asConst: string) => `import { data, defineSwarm, local, sh, table } from "locusts";
const columns = { id: "string", n: ${types} }${asConst};
const scores = { x: "number?" }${asConst};
const limits = { retries: 1, retryOn: ["exit"] }${asConst};
const resources = { memory: "2 GB" }${asConst};
export default defineSwarm({ name: "t", jobs: table("p.tsv", columns), outputs: { o: data("{id}.csv", scores) },
  limits, resources: resources, command: ({ params }) => sh\`echo \${params.id}\`, targets: { here: local() },
});
`;
  const told = (types: string, asConst: string) => mistakes(source(types, asConst), { "p.tsv": "id\tn\nx\t1\n" });
  const any = (place: string, name: string, value: string) =>
    `${place} ${name} lacks "as const": without it, TypeScript takes its texts for any texts` +
    ` (write const ${name} = ${value} as const)`;
  const others = [
    any("3:16", "scores", '{ x: "number?" }'),
    any("4:16", "limits", '{ retries: 1, retryOn: ["exit"] }'),
    any("5:19", "resources", '{ memory: "2 GB" }'),
  ];
  assert.equal(await told('"number"', ""), [any("2:17", "columns", '{ id: "string", n: "number" }'), ...others]);
  const wrong = '2:36 a column is "string", "number" or "boolean", not "int" (did you mean "number"?)';
  assert.equal(await told('"int"', ""), [wrong, ...others]);
  assert.equal(await told('"int"', " as const"), [wrong]);
  assert.equal(await told('"number"', " as const"), []);
});

test("what is given to a function, or stands where it does not belong, is told with what to write", async () => {
  const source = (part: string, value: string) => {
    const parts = {
      jobs: 'files("in/{id}.txt")',
      inputs: '{ text: "in/{id}.txt" }',
      outputs: '{ o: "{id}" }',
      command: "({ inputs, outputs }) => sh`cat ${inputs.text} > ${outputs.o}`",
      targets: "{ here: local() }",
      ...{ [part]: value },
    };
    return `import { checked, defineSwarm, files, list, local, matrix, minBytes, minutes, range, rows, sh, ssh, table, tree } from "locusts";
export default defineSwarm({ name: "t",
${Object.entries(parts)
  .map(([name, text]) => `  ${name}: ${text},`)
  .join("\n")}
});
`;
  };
  const memory =
    'this is no amount of memory: write "500 MB", "2 GB" or "1 TB" (for a number: megabytes(500) or gigabytes(2))';
  const time =
    'this is no time span: write "90s", "10m", "2h", "1d" or "HH:MM:SS" (for a number: seconds(90), minutes(10) or hours(2))';
  for (const [part, value, expected] of [
    ["jobs", '["a", "b"]', '3:9 jobs is no source of jobs (write list("id", ["a", "b"]))'],
    ["jobs", '"in/{id}.txt"', '3:9 jobs is no source of jobs (write files("in/{id}.txt"))'],
    ["jobs", 'range("id", "1", 10)', '3:21 from of range(…) is a number, not "1" (write 1)'],
    ["jobs", "matrix([1, 2])", "3:16 a matrix has a list for each name (write matrix({ name: [1, 2] }))"],
    ["jobs", 'list("id", "a")', '3:20 the values of list(…) are a list (write ["a"])'],
    [
      "jobs",
      'list("id", [{ a: 1 }])',
      "3:21 a param is text, a number, true or false, not { a: 1 } (for several params a job: rows([{ a: 1 }, …]))",
    ],
    ["jobs", 'rows([{ id: ["a"] }])', '3:21 a param is text, a number, true or false, not ["a"]'],
    [
      "jobs",
      'table("p.csv", ["id", "n"])',
      '3:24 the columns of a table have types (write { id: "string", n: "string" })',
    ],
    [
      "jobs",
      'table("p.csv", { id: "string" }).filter((row) => row.n > 1)',
      '3:62 jobs have no param "n"; they have id',
    ],
    ["jobs", 'files("in/{id}.txt").map((x) => x)', '3:30 a source of jobs has no "map"; it has filter(…) and times(…)'],
    [
      "inputs",
      "{ text: ({ params }) => `in/${params.id}.txt` }",
      '4:19 text is no function (an input is a path with params as placeholders, as in "in/{id}.txt")',
    ],
    ["inputs", "{}", '6:53 there is no input "text"; this swarm has no inputs'],
    [
      "outputs",
      '{ o: minBytes("{id}", "1 MB") }',
      '5:34 bytes of minBytes(…) is a number, not "1 MB" (in bytes: 1 MB is 2 ** 20)',
    ],
    [
      "command",
      "(inputs, outputs) => sh`cat ${inputs.text} > ${outputs.o}`",
      "6:12 the function of command gets one object (write ({ inputs, outputs }) => …)",
    ],
    [
      "command",
      "async ({ inputs }) => sh`cat ${inputs.text}`",
      "6:12 a function of a definition gives its value at once, and is not async (leave out async)",
    ],
    [
      "command",
      '({ inputs }) => ["cat", inputs.text]',
      '6:28 a command is what sh`…` or node("./program.ts") gives; the function must return that (write sh`cat ${inputs.text}`)',
    ],
    [
      "command",
      "({ inputs }) => sh`cat ${inputs.text}` + sh`x`",
      "6:28 commands cannot be joined by + (write all of it in one template: sh`…`, a line for each command)",
    ],
    [
      "targets",
      '{ far: ssh("host") }',
      '7:23 ssh(…) takes an object with its options (write ssh({ host: "host", directory: "/data/me/locusts" }))',
    ],
    [
      "targets",
      '{ far: ssh({ host: "h", directory: "/d", user: "u" }) }',
      '7:53 ssh(…) has no "user" (write host: "USER@HOST")',
    ],
    ["outputs", '{ o: checked("{id}", sh`true`) }', "5:33 a check is a function: write ({ output }) => sh`…`"],
    [
      "environment",
      '{ tree: tree("in") }',
      '8:29 tree(…) takes an object with its options (write tree({ root: "in", select: ["**"] }))',
    ],
    ["description", "words", '8:16 there is no "words" here (a text stands in quotes: "words")'],
    ["limits", '{ time: minutes("10") }', '8:27 value of minutes(…) is a number, not "10" (write 10)'],
    ["limits", "{ time: 60 }", `8:19 ${time}`],
    ["limits", '{ timeout: "1h" }', '8:13 limits has no "timeout" (did you mean "time"?)'],
    ["resources", "{ memory: 2000 }", `8:24 ${memory}`],
    ["retries", "3", '8:3 a swarm has no "retries" (it is an option of limits: write limits: { retries: … })'],
    ["slots", "3", '8:3 a swarm has no "slots" (slots are of a target: targets: { here: local({ slots: 4 }) })'],
    [
      "environment",
      '{ conda: "e" }',
      '8:18 environment has no "conda" (write prepare: sh`source "$(conda info --base)/etc/profile.d/conda.sh"; conda activate NAME`)',
    ],
  ] as const)
    assert.equal(await mistakes(source(part, value)), [expected], `${part}: ${value}`);
});

test("a pattern's brace that belongs to no placeholder, and a list without rows, are told where they stand", async () => {
  const outputs = '{ o: "o/{id}" }';
  const none = (pattern: string) => `4:15 "${pattern}" has something like a placeholder that is none`;
  for (const [jobs, expected] of [
    ['files("in/{id")', `${none("in/{id")} ({id is not closed: write {id})`],
    ['files("in/id}")', `${none("in/id}")} (a } has no { before it: a placeholder is written as in {id})`],
    [
      'files("in/{}.txt")',
      `${none("in/{}.txt")} ({} is no placeholder: its name is of letters, digits and _, as in {id})`,
    ],
    ['files("in/[id].txt")', `${none("in/[id].txt")} (placeholders are in braces: write in/{id}.txt)`],
    ["rows([])", "4:14 the swarm has no jobs: the list of values or rows is empty (put at least one in)"],
  ] as const)
    assert.equal(await mistakes(definition(jobs, outputs)), [expected]);
});

test("what stands in a command as text, is no job's, or is not waited for", async () => {
  const said = async (command: string) => {
    const inputs = '{ text: "in/{id}.txt" }';
    const { problems, notes } = await check({ jobs: 'files("in/{id}.txt")', inputs, command }, { "in/a.txt": "" });
    return [...problems, ...notes];
  };
  for (const [text, expected] of [
    [
      "cat {inputs.text}",
      "{inputs.text} is plain text in a command: placeholders are for paths of inputs and outputs (write ${inputs.text}; for the text itself: '{inputs.text}')",
    ],
    ["echo $SLURM_ARRAY_TASK_ID", "$SLURM_ARRAY_TASK_ID does not tell jobs apart: they are no tasks of a job array"],
    [
      "sleep 1 &",
      "the last command runs in the background (&): the job does not wait for it, and it is ended with the job",
    ],
    [
      "sbatch run.sh",
      "sbatch leaves work to the scheduler: the job is done before that is, and nobody looks at how it ends",
    ],
    [
      "shopt -s expand_aliases; alias ll=ls",
      "bash knows no aliases here: it reads all of the command before a shopt -s expand_aliases in it could run",
    ],
  ] as const)
    assert.equal(await said(`sh\`${text}\``), [expected]);
  for (const text of [
    "sleep 1 & wait",
    "a && b",
    "SLURM_ARRAY_TASK_ID=1; echo $SLURM_ARRAY_TASK_ID",
    "echo '&'",
    "sbatch --wait run.sh",
    "echo sbatch",
    "echo {a.b}",
  ])
    assert.equal(await said(`sh\`${text}\``), [], text);
});

test("what only the files tell of a pattern", async () => {
  const said = async (fields: SwarmFields) => (await check(fields, { "in/a.txt": "" })).problems;
  const nothing = (pattern: string) => `the swarm has no jobs: nothing matches files("${pattern}")`;
  const shells = "is read by shells alone: a pattern has placeholders, *, ? and **";
  assert.equal(await said({ jobs: 'files("in/[ab]{id}.txt")' }), [`${nothing("in/[ab]{id}.txt")} ([ab] ${shells})`]);
  assert.equal(await said({ jobs: 'files("in/{id")' }), [`${nothing("in/{id")} ({id is not closed: write {id})`]);
  assert.equal(await said({ jobs: 'files({ a: "in/{id", b: "in/{id}.txt" })' }), [
    'the pattern "in/{id" of a has no placeholder, so that its file would belong to every job ({id is not closed: write {id})',
  ]);
});

test.run();
