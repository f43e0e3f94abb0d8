import { symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ShellCommand } from "../../compiler/dsl/command.js";
import { patternOf } from "../../compiler/dsl/inputs.js";
import { JobSource } from "../../compiler/dsl/job-source.js";
import { outputSpec } from "../../compiler/dsl/outputs.js";
import { referencesOf } from "../../compiler/dsl/swarm.js";
import { type LoadedDefinition, loadDefinition } from "../../compiler/load/index.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { definition, load, makeFolder, mistakes } from "./temp-definition.js";

const test = suite("loading a definition");

const at = ({ placeOf }: LoadedDefinition, ...path: (string | number)[]) => {
  const { file, line, column } = placeOf(path);
  return `${file}:${line}:${column}`;
};

function commandOf(loaded: LoadedDefinition): ShellCommand {
  return loaded.definition.command?.(referencesOf(["first", "common"], ["text"], ["id"])) as ShellCommand;
}

test("what is loaded is what was defined, by the running Locusts", async () => {
  const { definition: swarm, file, folder } = await load(definition());
  assert.is(swarm.name, "example");
  assert.equal(JobSource.said(swarm.jobs).source, { kind: "files", pattern: "inputs/{id}.txt" });
  assert.is(patternOf(swarm.inputs?.common ?? ""), "common.txt");
  assert.is(file, join(folder, "swarm.config.ts"));
});

test("local files with any ending, JSON and packages can be imported", async () => {
  const imports = [
    'import { a } from "./lib/a";',
    'import { b } from "./lib/b.js";',
    'import { c } from "./lib/c.ts";',
    'import seeds from "./seeds.json";',
    'import { d } from "letters";',
  ];
  const { definition: swarm } = await load(
    definition({ jobs: '  jobs: list("id", [a, b, c, d, ...seeds.map(String)]),' }, imports),
    {
      "lib/a.ts": 'export const a = "a";',
      "lib/b.ts": 'export const b = "b";',
      "lib/c.ts": 'import { b } from "./b.js";\nexport const c = b + "c";',
      "seeds.json": "[1, 2]",
      "node_modules/letters/package.json":
        '{"name":"letters","version":"1.0.0","type":"module","exports":{"types":"./i.d.ts","import":"./i.js"}}',
      "node_modules/letters/i.js": 'export const d = "d";',
      "node_modules/letters/i.d.ts": "export const d: string;",
    },
  );
  const { source } = JobSource.said(swarm.jobs);
  assert.equal(source.kind === "rows" && Array.from(source.rows, (row) => row.id), ["a", "b", "bc", "d", "1", "2"]);
});

test("regular expressions, arrays, classes and filters of a definition work", async () => {
  const { definition: swarm } = await load(
    definition(
      {
        jobs: "  jobs: matrix({ id: new Ids().all, k: [1, 2] }).filter(({ k }) => k > 1),",
        outputs: '  outputs: { text: matches("{id}.out", /^ok$/i) },',
      },
      ['class Ids { all = ["a", "b"] as const; }'],
    ),
  );
  assert.equal(outputSpec(swarm.outputs?.text ?? "").checks.matches, { source: "^ok$", flags: "i" });
  const { source, filters } = JobSource.said(swarm.jobs);
  assert.ok(source.kind === "matrix" && Array.isArray(source.axes.id));
  const [keep] = filters as readonly ((params: object) => boolean)[];
  assert.equal([keep?.({ id: "a", k: 1 }), keep?.({ id: "a", k: 2 })], [false, true]);
});

test("parts of the definition have their places", async () => {
  const loaded = await load(definition());
  assert.is(at(loaded), "swarm.config.ts:2:16");
  assert.is(at(loaded, "name"), "swarm.config.ts:3:9");
  assert.is(at(loaded, "inputs"), "swarm.config.ts:5:11");
  assert.is(at(loaded, "inputs", "first"), "swarm.config.ts:5:20");
  assert.is(at(loaded, "inputs", "common"), "swarm.config.ts:5:47");
  assert.is(at(loaded, "targets", "here"), "swarm.config.ts:8:20");
});

test("a part that is not written has the place of what is around it", async () => {
  const loaded = await load(definition());
  assert.is(at(loaded, "inputs", "second"), "swarm.config.ts:5:11");
  assert.is(at(loaded, "limits", "time"), "swarm.config.ts:2:16");
  assert.is(at(loaded, "inputs", "common", "pattern"), "swarm.config.ts:5:47");
});

test("options of a target, elements, names of constants and spreads are found", async () => {
  const source = definition(
    {
      inputs: '  inputs: { ...more, first: "inputs/{id}.txt", common: shared("common.txt") },',
      targets: '  targets: { here: local({ slots: 4 }), there },\n  environment: { modules: ["a", "b"] },',
    },
    ['const more = { extra: "x.txt" } as const;', "const there = local({ slots: 2 });"],
  );
  const loaded = await load(source);
  assert.is(at(loaded, "targets", "here", "slots"), "swarm.config.ts:10:35");
  assert.is(at(loaded, "targets", "there"), "swarm.config.ts:10:41");
  assert.is(at(loaded, "environment", "modules", 1), "swarm.config.ts:11:33");
  assert.is(at(loaded, "inputs", "extra"), "swarm.config.ts:7:11");
  assert.is(at(loaded, "inputs", "first"), "swarm.config.ts:7:29");
});

test("a swarm may be a constant, or come from another file", async () => {
  const constant = definition({ export: "const swarm = defineSwarm({", end: "});\nexport default swarm;" });
  assert.is(at(await load(constant), "name"), "swarm.config.ts:3:9");
  const elsewhere = await load('export { default } from "./real.js";\n', { "real.ts": definition() });
  assert.is(at(elsewhere, "name"), "real.ts:3:9");
});

test("a command leads to its template, piece by piece", async () => {
  const source = definition({
    command:
      "  command: ({ inputs, outputs }) => sh`\n    cat ${inputs.first} \\${HOME} \\`x\\` |\n    tee ${outputs.text}`,",
  });
  const loaded = await load(source);
  const { stack } = commandOf(loaded);
  assert.equal(loaded.placeOfCall(stack)?.line, 7);
  const place = (line: number, column: number) => ({ file: "swarm.config.ts", line, column });
  assert.equal(loaded.templateOf(stack), [
    { place: place(7, 40), raw: "\n    cat " },
    { place: place(8, 24), raw: " \\${HOME} \\`x\\` |\n    tee " },
    { place: place(9, 24), raw: "" },
  ]);
});

test("of nested templates, and of several on a line, each is found", async () => {
  const source = definition({
    command: "  command: ({ inputs }) => { const a = sh`a`, b = sh`b ${a} ${sh`c ${inputs.first}`}`; return b; },",
  });
  const loaded = await load(source);
  assert.equal(
    loaded.templateOf(commandOf(loaded).stack)?.map(({ raw }) => raw),
    ["b ", " ", ""],
  );
});

test("a template in an imported file is found there", async () => {
  const source = definition({ command: "  command: ({ inputs }) => show(inputs.first)," }, [
    'import { show } from "./lib/show.js";',
  ]);
  const loaded = await load(source, {
    "lib/show.ts":
      'import { type Reference, sh } from "locusts";\nexport const show = (x: Reference) =>\n  sh`cat ${x}`;\n',
  });
  const { stack } = commandOf(loaded);
  assert.equal(loaded.placeOfCall(stack), { file: "lib/show.ts", line: 3, column: 3 });
  assert.equal(loaded.templateOf(stack)?.[0]?.place, { file: "lib/show.ts", line: 3, column: 6 });
});

test("a program's place is that of its node() call", async () => {
  const loaded = await load(definition({ command: '  command: () => node("./program.ts"),' }));
  assert.equal(loaded.placeOfCall(commandOf(loaded).stack), { file: "swarm.config.ts", line: 7, column: 18 });
  assert.is(loaded.templateOf(commandOf(loaded).stack), undefined);
});

test("a mistake found when a function of Locusts is called is shown at the call", async () => {
  const source = definition({ jobs: '  jobs:\n    range("id", 9, 1),' });
  assert.equal(await mistakes(source), [
    '5:5 range("id", 9, 1, 1) does not count from one number up to another ' +
      '(write the smaller number first, and a step above 0: range("i", 1, 600))',
  ]);
});

test("an error of the definition's own is shown where it is thrown, in imported files too", async () => {
  const own = definition({}, ["const none: string[] = [];", "const a = none[0]!.length;"]);
  const [only] = await mistakes(own);
  assert.match(only ?? "", /^3:20 the definition failed when it was evaluated: Cannot read properties of undefined/);
  const imported = await mistakes(definition({}, ['import { a } from "./lib/a.js";', "const b = a();"]), {
    "lib/a.ts": 'type Long = string;\n\nexport function a(): Long {\n  throw new Error("no a");\n}\n',
  });
  assert.equal(imported, ["lib/a.ts:4:9 the definition failed when it was evaluated: no a"]);
  assert.equal(await mistakes(definition({}, ['throw "text";'])), [
    "3:16 the definition failed when it was evaluated: it threw text",
  ]);
});

test("an error of the command function is shown in the source, too", async () => {
  const loaded = await load(definition({ command: "  command: ({ inputs }) => sh`${`${inputs.first}`}`," }));
  try {
    commandOf(loaded);
    assert.unreachable();
  } catch (error) {
    const problem = loaded.problemOf(error);
    assert.match(problem.message, /^the input "first" was used as a string/);
    assert.equal(problem.place, { file: "swarm.config.ts", line: 7, column: 43 });
    assert.ok(problem.hint);
  }
});

test("a file without a swarm is told what to write", async () => {
  const words =
    "swarm.config.ts has no default export made by defineSwarm(…) (write export default defineSwarm({ … }))";
  assert.equal(await mistakes("export const a = 1;\n"), [`1:1 ${words}`]);
  assert.equal(await mistakes("const a = 1;\n"), [`1:1 ${words}`]);
  assert.equal(await mistakes("export const a = 1;\nexport default { a };\n"), [`2:16 ${words}`]);
});

test("a definition that is not there is named", async () => {
  try {
    await loadDefinition("/nowhere/swarm.config.ts");
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ProblemsFound);
    assert.match((error as ProblemsFound).message, /there is no definition \/nowhere\/swarm\.config\.ts/);
  }
});

test("a folder that is reached by a link makes no difference", async () => {
  const folder = makeFolder({
    "real/swarm.config.ts": definition({}, ['import { a } from "./a.js";', "void a;"]),
    "real/a.ts": "export const a = 1;",
  });
  symlinkSync(join(folder, "real"), join(folder, "link"));
  const loaded = await loadDefinition(join(folder, "link", "swarm.config.ts"));
  assert.is(at(loaded, "name"), "swarm.config.ts:5:9");
  assert.equal(loaded.placeOfCall(commandOf(loaded).stack)?.file, "swarm.config.ts");
});

test("a tsconfig beside the definition changes nothing", async () => {
  const source = definition({ command: "  command: ({ inputs }) => sh`cat ${inputs.first.foo}`," });
  const found = await mistakes(source, { "tsconfig.json": '{"compilerOptions":{"strict":false,"target":"es5"}}' });
  assert.equal(found.length, 1);
});

test.run();
