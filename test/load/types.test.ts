import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { definition, mistakes } from "./temp-definition.js";

const test = suite("types of a definition");

test("a good definition has no mistakes", async () => {
  assert.equal(await mistakes(definition()), []);
});

test("an unknown placeholder is shown at the pattern, with those that the jobs have", async () => {
  const source = definition({ inputs: '  inputs: { first: "inputs/{idd}.txt", common: shared("{x}.txt") },' });
  assert.equal(await mistakes(source), [
    "5:20 unknown placeholder {idd}; this swarm's jobs have {id} (did you mean {id}?)",
    "5:55 unknown placeholder {x}; this swarm's jobs have {id}",
  ]);
});

test("an unknown placeholder in an output with rules is shown at the pattern", async () => {
  const source = definition({ outputs: '  outputs: { text: optional("{di}.out") },' });
  assert.equal(await mistakes(source), [
    "6:29 unknown placeholder {di}; this swarm's jobs have {id} (did you mean {id}?)",
  ]);
});

test("several unknown placeholders of one pattern, and several params, make one message", async () => {
  const source = definition({
    jobs: "  jobs: matrix({ chrom: [1, 2], seed: [3] }),",
    inputs: '  inputs: { first: "inputs/{a}_{b}.txt", common: shared("common.txt") },',
    outputs: '  outputs: { text: "{chrom}_{seed}.out" },',
  });
  assert.equal(await mistakes(source), ["5:20 unknown placeholders {a}, {b}; this swarm's jobs have {chrom}, {seed}"]);
});

test("an unknown input is named with those that there are", async () => {
  const source = definition({ command: "  command: ({ inputs }) => sh`cat ${inputs.frist}`," });
  assert.equal(await mistakes(source), [
    '7:44 there is no input "frist"; this swarm\'s inputs are first, common (did you mean "first"?)',
  ]);
});

test("an unknown input is found however the command gets at it", async () => {
  const words = 'there is no input "frist"; this swarm\'s inputs are first, common (did you mean "first"?)';
  const command = async (text: string) => mistakes(definition({ command: `  command: ${text},` }));
  assert.equal(await command("({ inputs: { frist } }) => sh`cat ${frist}`"), [`7:25 ${words}`]);
  assert.equal(await command("(names) => sh`cat ${names.inputs.frist}`"), [`7:45 ${words}`]);
  assert.equal(await command("({ inputs: i }) => sh`cat ${i.frist}`"), [`7:42 ${words}`]);
  assert.equal(await command('({ inputs }) => sh`cat ${inputs["frist"]}`'), [`7:44 ${words}`]);
});

test("unknown outputs and params are named alike", async () => {
  const source = definition({
    command: "  command: ({ outputs, params }) => sh`echo ${params.ID} > ${outputs.txt}`,",
  });
  assert.equal(await mistakes(source), [
    '7:54 there is no param "ID"; this swarm\'s params are id (did you mean "id"?)',
    '7:70 there is no output "txt"; this swarm\'s outputs are text (did you mean "text"?)',
  ]);
});

test("a name that a command does not get is named with those that it gets", async () => {
  const source = definition({ command: "  command: ({ input }) => sh`cat ${input.first}`," });
  assert.equal(await mistakes(source), [
    '7:15 there is no "input" in a command\'s names; there are inputs, outputs, params (did you mean "inputs"?)',
  ]);
});

test("a command without the sh tag is shown at its text", async () => {
  const words = "a command is written with the sh tag, so that its references are quoted: sh`…`";
  const arrow = definition({ command: "  command: ({ inputs }) => `cat ${inputs.first}`," });
  assert.equal(await mistakes(arrow), [`7:28 ${words} (write sh before it: sh\`cat \${inputs.first}\`)`]);
  const block = definition({ command: '  command: ({ inputs }) => {\n    return "cat " + inputs.first;\n  },' });
  assert.equal(await mistakes(block), [`8:12 ${words}`]);
});

test("a command that is no function is told so", async () => {
  const words = "7:12 command is a function: write command: ({ inputs, outputs }) => sh`…`";
  assert.equal(await mistakes(definition({ command: "  command: sh`true`," })), [words]);
  assert.equal(await mistakes(definition({ command: '  command: "true",' })), [words]);
});

test("a value that cannot stand in an sh template is shown where it stands", async () => {
  const source = definition({ command: "  command: ({ inputs }) => sh`cat ${inputs}`," });
  const [only, ...others] = await mistakes(source);
  assert.match(
    only ?? "",
    /^7:37 \$\{inputs\} is all of them, and one of the inputs is wanted here \(write \$\{inputs\.first\} or/,
  );
  const [odd] = await mistakes(definition({ command: "  command: () => sh`cat ${[1]}`," }));
  assert.match(odd ?? "", /^7:\d+ a value of type .* cannot stand in an sh template \(put in a reference/);
  assert.equal(others, []);
});

test("malformed time spans and amounts of memory say how to write them", async () => {
  const source = definition({
    targets: '  limits: { time: "10x" }, resources: { memory: "2 gigs" }, targets: { here: local() },',
  });
  assert.equal(await mistakes(source), [
    '8:19 "10x" is no time span: write "90s", "10m", "2h", "1d" or "HH:MM:SS"',
    '8:49 "2 gigs" is no amount of memory: write "500 MB", "2 GB" or "1 TB"',
  ]);
});

test("properties that a swarm does not have are all found, beside other mistakes", async () => {
  const source = definition({
    outputs: '  outptus: { text: "{id}.out" }, nonsense: 1,',
    command: "  command: () => sh`true`, limits: { tyme: 3 },",
    targets: "  targets: { here: local({ slotss: 3 }) },",
  });
  assert.equal(await mistakes(source), [
    '6:3 a swarm has no "outptus" (did you mean "outputs"?)',
    '6:34 a swarm has no "nonsense" (it has name, description, jobs, jobName, inputs, outputs, environment, command, resources, limits, notify, targets)',
    '7:38 limits has no "tyme" (did you mean "time"?)',
    '8:28 local(…) has no "slotss" (did you mean "slots"?)',
  ]);
});

test("what a swarm lacks is named, with an example", async () => {
  assert.equal(await mistakes(definition({ command: "", targets: "" })), [
    "2:16 the swarm has no command (add command: ({ inputs, outputs }) => sh`…`)",
    "2:16 the swarm has no targets (add targets: { here: local() })",
  ]);
});

test("a misspelt property is one mistake, not a missing one too", async () => {
  const source = definition({ command: "  comand: () => sh`true`," });
  assert.equal(await mistakes(source), ['7:3 a swarm has no "comand" (did you mean "command"?)']);
});

test("missing or wrong jobs do not make every placeholder unknown", async () => {
  const missing = await mistakes(definition({ jobs: "" }));
  assert.equal(missing.length, 1);
  assert.match(missing[0] ?? "", /^2:16 the swarm has no jobs/);
  const wrong = await mistakes(definition({ jobs: '  jobs: ["a", "b"],' }));
  assert.equal(wrong.length, 1);
  assert.match(wrong[0] ?? "", /^4:9 jobs is no source of jobs/);
});

test("inputs and outputs that are no object are one mistake, and not one for each use", async () => {
  const source = definition({
    inputs: "  inputs: ({ id }) => ({ first: `${id}.txt` }),",
    outputs: '  outputs: ["{id}.out"],',
    command: "  command: ({ inputs, outputs }) => sh`cat ${inputs.first} > ${outputs.text}`,",
  });
  assert.equal(await mistakes(source), [
    '5:11 inputs are an object: a name and a path for each of them (write inputs: { text: "in/{id}.txt" }, where {id} is a param of the job)',
    '6:12 outputs are an object: a name and a path for each of them (write outputs: { text: "{id}.txt" }, where {id} is a param of the job)',
  ]);
});

test("options in an object that has a name of its own, or is spread into another, are looked at as well", async () => {
  const before = [
    'const limits = { retries: 2, tme: "5m" };',
    "const here = { slots: 2, slot: 3 };",
    'const common = { environment: { variables: { A: "1" }, modles: ["x"] }, dscription: "x" };',
  ];
  const source = definition(
    { targets: "  limits, ...common, targets: { here: local(here), there: local({ ...here, slts: 1 }) }," },
    before,
  );
  assert.equal(await mistakes(source), [
    '2:30 limits has no "tme" (did you mean "time"?)',
    '3:26 local(…) has no "slot" (did you mean "slots"?)',
    '4:56 environment has no "modles" (did you mean "modules"?)',
    '4:73 a swarm has no "dscription" (did you mean "description"?)',
    '11:76 local(…) has no "slts" (did you mean "slots"?)',
  ]);
  const good = definition({ targets: "  ...common, targets: { here: local(here) }," }, [
    "const here = { slots: 2 };",
    'const common = { limits: { time: "5m", retries: 1 }, environment: { variables: { ANY: "1" } } } as const;',
  ]);
  assert.equal(await mistakes(good), []);
});

test("a call with too few values says which it takes, and a target that is not called how it is", async () => {
  assert.equal(await mistakes(definition({ jobs: "  jobs: range(1, 3)," })), [
    "4:9 range(…) takes 3-4 values, not 2 (write range(name, from, to, step?))",
  ]);
  const [uncalled, ...more] = await mistakes(definition({ targets: "  targets: { local }," }));
  assert.equal(more, []);
  assert.match(uncalled ?? "", /a target is what local\(…\), .* gives \(call it: local\(…\)\)$/);
});

test("an input or output that is none is told what one is", async () => {
  const source = definition({
    inputs: '  inputs: { first: 3, common: optional("x") },',
    outputs: '  outputs: { text: shared("{id}.out") },',
  });
  assert.equal(
    (await mistakes(source)).map((line) => line.slice(0, 31)),
    ["5:20 an input is a path with pl", "5:31 an input is a path with pl", "6:20 an output is a path with p"],
  );
});

test("a function of Locusts that is misspelt or not imported is named", async () => {
  const source = definition({
    import: 'import { defineSwarm, files, locall, sh, shared } from "locusts";',
    jobs: '  jobs: range("id", 1, 3),',
    targets: "  targets: { here: locall() },",
  });
  assert.equal(await mistakes(source), [
    '1:30 "locusts" has no "locall" (did you mean "local"?)',
    '4:9 range is not imported (write import { range } from "locusts")',
  ]);
});

test("of a name that Locusts does not have, what can be imported is told: functions, or types where one is asked for", async () => {
  const imports = (text: string) => mistakes(definition({}, [`import ${text} from "locusts";`, "void 0;"]));
  const [values = ""] = await imports("{ job }");
  assert.match(values, /^2:10 "locusts" has no "job" \(it has checked, commands, copied, data, defineSwarm, files, /);
  assert.match(values, / list, local, logspace, /);
  assert.not.match(values, /SwarmDefinition|JobSource|Params|Target/);
  assert.match((await imports("type { Job }"))[0] ?? "", / Params, /);
  assert.match((await imports("{ type Parms }"))[0] ?? "", /\(did you mean "Params"\?\)$/);
  const outputs = /an output is its path alone, outputs: \{ text: "\{id\}.txt" \}/;
  assert.match((await imports("{ output }"))[0] ?? "", outputs);
  const [used = ""] = await mistakes(definition({ outputs: '  outputs: { text: output("{id}.out") },' }));
  assert.match(used, outputs);
});

test("an unknown module is named at its import", async () => {
  const source = definition({}, ['import { a } from "./liib.js";', 'import b from "no-such-package";']);
  assert.equal(await mistakes(source), [
    '2:19 there is no module "./liib.js" (look at the path and the name of the file)',
    '3:15 there is no module "no-such-package" (install it: npm install no-such-package)',
  ]);
});

test("a file that cannot be parsed is not checked any further", async () => {
  assert.equal(await mistakes(definition({ name: '  name: "example,', outputs: "  outputs: { text: nothing }," })), [
    "3:18 Unterminated string literal",
  ]);
});

test("mistakes in imported files are shown there", async () => {
  const source = definition({}, ['import { depth } from "./lib/depth.js";']);
  assert.equal(await mistakes(source, { "lib/depth.ts": 'export const depth: number =\n  "deep";\n' }), [
    "lib/depth.ts:1:14 Type 'string' is not assignable to type 'number'",
  ]);
});

test("options that exclude one another are named together", async () => {
  const before = [
    "type Both = { a?: 1; memory?: string; perCpu?: never } | { a?: 1; memory?: never; perCpu?: string };",
    "const fit = (options: Both) => local();",
    "type Never = { memory: string; perCpu?: never } | { memory?: undefined; perCpu: string };",
    "const fits = (options: Never) => local();",
  ];
  const source = definition(
    { targets: '  targets: { a: fit({ a: 1, memory: "x", perCpu: "y" }), b: fits({ memory: "x", perCpu: "y" }) },' },
    before,
  );
  assert.equal(await mistakes(source), [
    "12:42 perCpu cannot be given together with memory (leave out one of them)",
    "12:81 perCpu cannot be given together with memory (leave out one of them)",
  ]);
});

test("a type that is a sentence speaks for itself", async () => {
  const before = [
    'const odd = <const N extends number>(n: N extends 1 ? N : "this number is not the one") => n;',
    "void odd(2);",
  ];
  assert.equal(await mistakes(definition({}, before)), ["3:10 this number is not the one"]);
});

test("what TypeScript suggests becomes the hint", async () => {
  const source = definition({ targets: '  limits: { retryOn: ["exitt"] }, targets: { here: local() },' });
  assert.equal(await mistakes(source), [
    '8:23 retryOn is "exit", "signal", "timeout", "oom" or "missing-output", not "exitt" (did you mean "exit"?)',
  ]);
});

test("no message is a wall of text, or speaks of never", async () => {
  const source = definition({
    command:
      "  command: ({ inputs }) => sh`cat ${inputs.first.name.foo}`, environment: { container: 3, variables: [1] },",
    targets: "  targets: local(),",
  });
  const found = await mistakes(source);
  assert.ok(found.length >= 3, found.join("\n"));
  for (const line of found) {
    assert.not.match(line, /to type 'never'/);
    assert.ok(line.length < 300, line);
  }
});

test("options of targets that are missing, unknown, of a wrong kind or against each other", async () => {
  const cluster = 'directory: "/data", cpusPerNode: 2, walltime: "04:00:00"';
  const target = async (text: string) =>
    (await mistakes(definition({ import: IMPORTS, targets: `  targets: { t: ${text} },` }))).map((line) =>
      line.replace(/^8:\d+ /, ""),
    );
  const IMPORTS = 'import { defineSwarm, files, sh, shared, slurm, ssh } from "locusts";';
  assert.equal(await target(`slurm({ ${cluster} })`), []);
  assert.equal(await target('slurm({ directory: "/data", walltime: "04:00:00" })'), [
    "slurm(…) needs cpusPerNode (add cpusPerNode: 16)",
  ]);
  assert.equal(await target('ssh({ host: "x" })'), ['ssh(…) needs directory (add directory: "/data/me/locusts")']);
  assert.equal(await target(`slurm({ ${cluster}, partion: "norm" })`), [
    'slurm(…) has no "partion" (did you mean "partition"?)',
  ]);
  assert.equal(await target(`slurm({ ${cluster}, memory: "2 GB", memoryPerCpu: "1 GB" })`), [
    "memoryPerCpu cannot be given together with memory (leave out one of them)",
  ]);
  assert.equal(await target('slurm({ directory: "/data", cpusPerNode: "2", walltime: "4 hours" })'), [
    'cpusPerNode is a number, not "2"',
    '"4 hours" is no time span: write "90s", "10m", "2h", "1d" or "HH:MM:SS"',
  ]);
  assert.equal(await target(`slurm({ ${cluster}, ssh: "putty" })`), ['ssh is "builtin" or "openssh", not "putty"']);
  assert.equal(await target(`slurm({ ${cluster}, sbatch: ["comment=x"] })`), [
    '"comment=x" is no option of sbatch: write it as in "--comment=text"',
  ]);
  assert.equal(await target(`slurm({ ${cluster}, sharedDirectory: { here: "/x" } })`), [
    'sharedDirectory needs there (add there: "/data/lab")',
  ]);
});

test.run();
