import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { JobSource } from "../../compiler/dsl/job-source.js";
import { RuntimeProblem } from "../../runtime/system/problem.js";
import { openWorkspace } from "../../runtime/workspace/workspace.js";
import { suite } from "../runner/suite.js";
import { definition, load, makeFolder, mistakes } from "./temp-definition.js";

/** What a definition may import, and what is no definition. */
const test = suite("imports of a definition");

const LIBRARY = {
  "lib/x.ts": 'export const x: string = "x";',
  "lib/index.ts": 'export const index = "index";',
  "lib/m.mts": 'export const m = "m";',
  "h.cjs": 'exports.h = "h";',
  "h.d.cts": "export declare const h: string;",
  "old.js": 'module.exports = { old: "old" };',
  "p.json": '{ "name": "json" }',
};

test("files of all kinds of JavaScript and TypeScript work, with what the language has", async () => {
  const { definition: swarm } = await load(
    definition({ jobs: '  jobs: list("id", [x, index, m, h, old, p.name, q.name, w.x, E.A, N.a, new C("t").p]),' }, [
      'import { x } from "./lib/x";',
      'import { index } from "./lib";',
      'import { m } from "./lib/m.mjs";',
      'import { h } from "./h.cjs";',
      'import { old } from "./old.js";',
      'import p from "./p.json";',
      'import q from "./p.json" with { type: "json" };',
      'import * as w from "./lib/x.js";',
      'enum E { A = "enum" }',
      'namespace N { export const a = "namespace"; }',
      "const d = (_: unknown, _context: unknown) => {};",
      "class C { constructor(readonly p: string) {} @d m() {} accessor a = 1; }",
    ]),
    {
      ...LIBRARY,
      // What is around does not matter, even if it is broken.
      "tsconfig.json": '{ "extends": "./nope.json", "compilerOptions": { "experimentalDecorators": true } }',
      "package.json": '{ "type": "commonjs" }',
    },
  );
  const { source } = JobSource.said(swarm.jobs);
  const names = source.kind === "rows" ? source.rows.map(({ id }) => id) : [];
  assert.is(names.join(" "), "x index m h old json json x enum namespace t");
});

test("what cannot be imported is an error at the line, with what to write", async () => {
  const lines = [
    'import { x } from "@lib/x";',
    'import { y } from "exact";',
    'import { x as z } from "lib/x";',
    'import a from "./d.csv";',
    'import b from "@scope/name/deep";',
    'import c from "@/other";',
    'import e from "./nowhere";',
  ];
  const found = await mistakes(definition({}, lines), {
    ...LIBRARY,
    "d.csv": "a,b",
    "base.json": '{ "compilerOptions": { "paths": { "exact": ["./lib/x.ts"], "@lib/*": ["./lib/*"] } } }',
    "tsconfig.json": '{ "extends": "./base.json" }',
  });
  assert.equal(
    found.map((text) => text.replace(/^(\d+):\d+ .*?(cannot be imported )?\((.*)\)$/s, "$1 $2$3")),
    [
      '2 an alias of tsconfig.json means something on this machine alone: write "./lib/x"',
      '3 an alias of tsconfig.json means something on this machine alone: write "./lib/x.ts"',
      '4 write "./lib/x" for a file',
      "5 cannot be imported TypeScript, JavaScript and JSON can be imported; data of other kinds belongs in a table or an input",
      "6 install it: npm install @scope/name",
      '7 write the path of the file, as in "./lib/name": aliases are not followed',
      "8 look at the path and the name of the file",
    ],
  );
});

test("what is no definition is told as that", () => {
  const folder = makeFolder({ "README.md": "# hello", "x.py": "", "x.json": "{}", "fine.ts": "" });
  mkdirSync(join(folder, "none"));
  mkdirSync(join(folder, "odd/swarm.config.ts"), { recursive: true });
  symlinkSync("loop", join(folder, "loop"));
  writeFileSync(join(folder, "none/other.ts"), "");
  for (const [name, expected] of [
    ["README.md", /README\.md is no definition/],
    ["x.py", /x\.py is no definition/],
    ["x.json", /is no definition/],
    ["/dev/null", /is no definition/],
    ["odd", /swarm\.config\.ts is no definition/],
    ["none", /there is no swarm\.config\.ts in /],
    ["loop", /there is no file or folder/],
    ["README.md/x", /there is no file or folder/],
    ["x".repeat(300), /there is no file or folder/],
  ] as const) {
    try {
      openWorkspace(name.startsWith("/") ? name : join(folder, name));
      assert.unreachable(name);
    } catch (error) {
      assert.instance(error, RuntimeProblem);
      assert.match((error as RuntimeProblem).message, expected);
      assert.match((error as RuntimeProblem).hint ?? "", /locusts init/);
    }
  }
  assert.is(openWorkspace(join(folder, "fine.ts")).definition, join(folder, "fine.ts"));
});

test.run();
