import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { bundleProgram, checkProgram } from "../../compiler/load/index.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { definition, makeFolder } from "./temp-definition.js";

const test = suite("programs of node() commands");

const PLACE = { file: "swarm.config.ts", line: 7, column: 18 };
const wrapper = (importPath: string) =>
  `import run from ${JSON.stringify(importPath)};\nrun({ inputs: { first: "a.txt" } });\n`;

const GOOD = `import { readFileSync } from "node:fs";
import { program } from "locusts";
import type swarm from "./swarm.config.js";
import { loud } from "./lib/loud.js";
export default program<typeof swarm>(({ inputs }) => {
  console.log(loud(readFileSync(inputs.first, "utf8")));
});
`;
const FILES = {
  "swarm.config.ts": definition(),
  "program.ts": GOOD,
  "lib/loud.ts": 'import old from "old";\nexport const loud = (text: string) => text.toUpperCase() + old.sep;\n',
  "node_modules/old/package.json": '{"name":"old","version":"1.0.0","main":"index.js","types":"index.d.ts"}',
  "node_modules/old/index.js": 'module.exports = { sep: require("path").sep };\n',
  "node_modules/old/index.d.ts": "declare const old: { sep: string };\nexport default old;\n",
  "a.txt": "hello",
};

async function mistakesOf(run: Promise<unknown>): Promise<readonly string[]> {
  try {
    await run;
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    return error.problems.map(({ place, message }) => `${place?.file}:${place?.line}:${place?.column} ${message}`);
  }
}

test("a program becomes one file that runs alone, with what it imports", async () => {
  const folder = makeFolder(FILES);
  const text = await bundleProgram(folder, "./program.ts", PLACE, wrapper);
  const bundle = join(makeFolder({}), "program.mjs");
  writeFileSync(bundle, text);
  const { stdout, stderr } = spawnSync(process.execPath, [bundle], { cwd: folder, encoding: "utf8" });
  assert.is(stdout, "HELLO/\n", stderr);
});

test("a bundled program is the same wherever its folder lies, and names no folder", async () => {
  const here = makeFolder(FILES);
  const there = join(
    makeFolder(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`deep/er/${path}`, text]))),
    "deep/er",
  );
  const text = await bundleProgram(here, "./program.ts", PLACE, wrapper);
  assert.is(await bundleProgram(there, "program.ts", undefined, wrapper), text);
  assert.not.match(text, here);
  assert.not.match(text, /dist\/compiler|\/work\//);
});

test("a program that is not there is reported where the definition names it", async () => {
  const folder = makeFolder(FILES);
  const expected = ['swarm.config.ts:7:18 there is no program "./progam.ts"'];
  assert.equal(await mistakesOf(bundleProgram(folder, "./progam.ts", PLACE, wrapper)), expected);
  assert.equal(await mistakesOf(checkProgram(folder, "./progam.ts", PLACE)), expected);
});

test("what a program cannot import is reported at the import", async () => {
  const folder = makeFolder({ ...FILES, "program.ts": '// ü\nimport { x } from "./nothing.js";\nexport default x;\n' });
  assert.equal(await mistakesOf(bundleProgram(folder, "./program.ts", PLACE, wrapper)), [
    'program.ts:2:19 there is no module "./nothing.js"',
  ]);
});

test("a program may use Node, and knows its swarm's inputs", async () => {
  const folder = makeFolder(FILES);
  assert.equal(await mistakesOf(checkProgram(folder, "./program.ts", PLACE)), []);
});

test("a program is a default export that is a function, of TypeScript or JavaScript", async () => {
  const said = async (text: string, path = "program.ts") => {
    const folder = makeFolder({ ...FILES, [path]: text });
    const [mistake] = await mistakesOf(checkProgram(folder, `./${path}`, PLACE));
    return mistake;
  };
  const none = "program.ts:1:1 program.ts has no default export";
  assert.is(await said('import { writeFileSync } from "node:fs";\nwriteFileSync("x", "y");\n'), none);
  assert.is(await said("console.log(1);\n"), none);
  assert.is(await said(""), none);
  assert.is(await said("export const run = () => {};\n"), none);
  assert.is(await said("console.log(1);\n", "program.js"), none.replaceAll(".ts", ".js"));
  const noFunction = "program.ts:2:1 the default export of program.ts is no function";
  for (const value of ["5", '"text"', "{ run() {} }", "class { run() {} }", "[() => {}]", "null"])
    assert.is(await said(`\nexport default ${value};\n`), noFunction, value);
  for (const good of [
    ...[
      "export default () => {};",
      "export default async function run() {}",
      "const f = () => {}; export { f as default };",
    ],
    ...[
      "export default JSON.parse('1');",
      "export default Function('1');",
      'export { loud as default } from "./lib/loud.js";',
    ],
  ])
    assert.is(await said(good), undefined, good);
  assert.is(await said("module.exports = () => {};\n", "program.cjs"), undefined);
});

test("what is wrong with the file around a program is told where the definition names the program", async () => {
  const folder = makeFolder({ ...FILES, "program.ts": "export const run = 1;\n", "program.dat": "data" });
  const message = 'swarm.config.ts:7:18 the program "program.dat" is no TypeScript or JavaScript';
  assert.equal(await mistakesOf(checkProgram(folder, "program.dat", PLACE)), [message]);
  const [bundled = ""] = await mistakesOf(bundleProgram(folder, "program.ts", PLACE, wrapper));
  assert.match(bundled, /^swarm\.config\.ts:7:18 /);
});

test("mistakes in a program are shown in the program", async () => {
  const folder = makeFolder({ ...FILES, "program.ts": GOOD.replace("inputs.first", "inputs.frist") });
  assert.equal(await mistakesOf(checkProgram(folder, "./program.ts", PLACE)), [
    'program.ts:6:40 there is no input "frist"; this swarm\'s inputs are first, common',
  ]);
});

test.run();
