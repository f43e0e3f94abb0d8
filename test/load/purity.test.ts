import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { definition, mistakes } from "./temp-definition.js";

const test = suite("purity of a definition");

/** What is said about a line before the definition. */
const said = (line: string) => mistakes(definition({}, [line]));

async function expectOne(line: string, expected: RegExp): Promise<void> {
  const found = await said(line);
  assert.equal(found.length, 1, `${line}\n${found.join("\n")}`);
  assert.match(found[0] ?? "", expected);
}

test("the clock is refused, with what to use instead", async () => {
  assert.equal(await said("const a = Date.now();"), [
    "2:11 a definition cannot use Date: it reads the clock, and the same definition must always give the same bundle " +
      "(write the date down as a text, or let each job ask for it in its command: sh`date +%F`)",
  ]);
  await expectOne("const a = new Date();", /^2:15 a definition cannot use Date/);
  await expectOne("const a = { Date };", /^2:13 a definition cannot use Date/);
  await expectOne("const a = performance.now();", /^2:11 a definition cannot use performance: it reads the clock/);
});

test("randomness is refused", async () => {
  await expectOne("const a = Math.random();", /^2:11 a definition cannot use Math\.random: .* range\("seed"/);
  await expectOne("const a = crypto.randomUUID();", /^2:11 a definition cannot use crypto/);
});

test("machine, network, timers and console are refused, each once", async () => {
  await expectOne("const a = process.env.HOME;", /^2:11 a definition cannot use process: .*environment/);
  await expectOne('const a = fetch("http://x");', /^2:11 a definition cannot use fetch: .*download/);
  await expectOne("setTimeout(() => {}, 1);", /^2:1 a definition cannot use setTimeout: .*sleep/);
  await expectOne('console.log("x");', /^2:1 a definition cannot use console/);
  await expectOne("const a = globalThis;", /^2:11 a definition cannot use globalThis/);
  await expectOne('const a = Buffer.from("x");', /^2:11 a definition cannot use Buffer/);
  await expectOne("const a = __dirname;", /^2:11 a definition cannot use __dirname/);
  await expectOne("const a = import.meta.url;", /^2:11 a definition cannot use import\.meta/);
  await expectOne(
    'const a = ["b", "a"].sort((x, y) => x.localeCompare(y));',
    /^2:39 a definition cannot use localeCompare/,
  );
});

test("code from text is refused", async () => {
  await expectOne('const a = eval("1");', /^2:11 a definition cannot use eval/);
  await expectOne('const a = new Function("return 1");', /^2:15 a definition cannot use Function/);
});

test("Node's modules are refused at the import, with what the survey does instead", async () => {
  assert.equal(await said('import { readFileSync } from "node:fs";'), [
    '2:30 a definition cannot import "node:fs", a part of Node ' +
      '(use files("…") or table("….tsv"), which the survey reads; import data from "./data.json" works too)',
  ]);
  await expectOne('import os from "os";', /^2:16 a definition cannot import "os"/);
  await expectOne('const fs = require("fs");', /^2:12 a definition cannot use require/);
  await expectOne('const a = import("node:fs");', /^2:18 a definition cannot import "node:fs"/);
  await expectOne('const a = import("." + "x");', /^2:11 a definition cannot import a module whose name is computed/);
});

test("waiting is refused", async () => {
  await expectOne("const a = await 3;", /^2:11 a definition cannot await/);
});

test("an imported file must be as pure as the definition", async () => {
  const source = definition({}, ['import { now } from "./lib/now";']);
  const [only, ...others] = await mistakes(source, { "lib/now.ts": "export const now = () => Date.now();\n" });
  assert.match(only ?? "", /^lib\/now\.ts:1:26 a definition cannot use Date/);
  assert.equal(others, []);
});

test("own names, properties and types that are called alike are no business of anyone", async () => {
  const lines = [
    "const process = { env: 1 };",
    "const a = { Date: process.env, console: 2, fetch() { return 3; } };",
    "type When = Date | typeof globalThis;",
    "interface Process { require: string; eval: Function }",
    "const { Date: b } = a;",
    "const c = [a.Date, a.console, a.fetch(), b, Math.max(1, 2)];",
  ];
  assert.equal(await mistakes(definition({}, lines)), []);
});

test("what gets round the check is stopped when it runs, at its place in the source", async () => {
  const sneaky = ["const time: any = (0, [].constructor.constructor)", '  ("return 1")();'];
  const [only, ...others] = await mistakes(definition({}, sneaky));
  assert.match(only ?? "", /^[23]:\d+ a definition cannot use eval/);
  assert.equal(others, []);
});

test("a package that reads the clock is stopped at the call in the definition", async () => {
  const found = await mistakes(definition({}, ['import { now } from "clock";', "const a = now();"]), {
    "node_modules/clock/package.json": '{"name":"clock","version":"1.0.0","main":"index.js","types":"index.d.ts"}',
    "node_modules/clock/index.js": "exports.now = () => Date.now();\n",
    "node_modules/clock/index.d.ts": "export function now(): number;\n",
  });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /^3:11 a definition cannot use Date/);
});

test("a package that needs Node is named where it asks", async () => {
  const found = await mistakes(definition({}, ['import { read } from "reader";', "const a = read;"]), {
    "node_modules/reader/package.json": '{"name":"reader","version":"1.0.0","main":"index.js","types":"index.d.ts"}',
    "node_modules/reader/index.js": 'exports.read = require("fs").readFileSync;\n',
    "node_modules/reader/index.d.ts": "export const read: unknown;\n",
  });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /^node_modules\/reader\/index\.js:1:24 .*"fs"/);
});

test.run();
