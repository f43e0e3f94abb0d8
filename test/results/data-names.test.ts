import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** Names of data that mean something elsewhere, and values that are not what they look like. */
const test = suite("names of data");

test("columns are called as they like, also by names that every object has", async () => {
  const swarm = new Deployment(
    `
    jobs: table("p.tsv", { constructor: "string", toString: "number" }),
    outputs: { fit: data("fit.json", { valueOf: "string", hasOwnProperty: "number?" }) },
    command: ({ params, outputs }) => sh\`echo '{"valueOf": "'\${params.constructor}'"}' > \${outputs.fit}\`,
  `,
    { "p.tsv": "constructor\ttoString\nFerrari\t1\n" },
  );
  await swarm.succeed();
  assert.equal(
    swarm.result("fit.tsv"),
    "name\tconstructor\ttoString\tvalueOf\thasOwnProperty\nconstructor=Ferrari,toString=1\tFerrari\t1\tFerrari\tNA\n",
  );
});

test("results.ts compiles, whatever outputs are called", async () => {
  const names = "readFileSync URL Number arguments eval undefined globalThis number number_ rows class fit Fit Object";
  const swarm = new Deployment(`
    jobs: list("i", ["a"]),
    outputs: {${names.split(" ").map((name, i) => `${name}: data("${i}.csv", { x${i % 2}: "number" })`)}},
    command: () => sh\`true\`,
  `);
  assert.equal((await swarm.verb(["build"])).exitCode, 0);
  const words = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--types",
    "node",
    "--typeRoots",
    resolve("node_modules/@types"),
  ];
  swarm.write("package.json", '{ "type": "module" }');
  const { stdout } = spawnSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), ...words, "results.ts"], {
    cwd: swarm.folder,
    encoding: "utf8",
  });
  assert.equal(stdout, "");
});

test("a ? at a column's name instead of its type is told before jobs run", async () => {
  const swarm = new Deployment(`
    jobs: list("i", ["a"]),
    outputs: { fit: data("{i}.json", { "note?": "string", "ok?": "boolean?" }) },
    command: ({ outputs }) => sh\`touch \${outputs.fit}\`,
  `);
  const { stderr } = await swarm.verb(["check"]);
  assert.match(stderr, /error: the column "note\?" has its \? at the name, and not at the type$/m);
  assert.match(
    stderr,
    /hint: write note: "string\?" if it may be missing; one that is called so: "note\?": "string\?"$/m,
  );
  assert.match(stderr, /^1 problem/m);
});

test("NaN and Infinity, which JSON has not, are told with what to write", async () => {
  const swarm = new Deployment(`
    jobs: list("x", ["NaN", "-Infinity", "[Infinity]"]),
    jobName: "j{x}",
    outputs: { fit: data("j{x}.json", { y: "number?" }) },
    command: ({ params, outputs }) => sh\`echo '{"y": '\${params.x}'}' > \${outputs.fit}\`,
  `);
  const { report } = await swarm.deploy();
  const instead = 'is no JSON: write null, and declare "number?"; or write a .csv or .tsv, which may have NaN and Inf';
  assert.deepEqual(
    report.failures.map(({ detail }) => detail),
    [
      `jNaN.json:1:7: NaN ${instead}`,
      `j-Infinity.json:1:7: -Infinity ${instead}`,
      `j[Infinity].json:1:8: Infinity ${instead}`,
    ],
  );
});

test("a NUL within a text is a blank in the .tsv, as a tab is, and is counted; other characters stay", async () => {
  const swarm = new Deployment(`
    jobs: list("id", ["a"]),
    outputs: { fit: data("{id}.json", { x: "string", y: "string" }) },
    command: ({ outputs, params }) => sh\`printf '{"x": "a\\\\u0000b", "y": "c\\\\u0001d"}' > \${outputs.fit}; : \${params.id}\`,`);
  const { stderr } = await swarm.verb(["deploy"]);
  assert.match(stderr, /^note: fit\.tsv has blanks for the tabs, line ends and NULs of 1 text;/m);
  assert.equal(swarm.result("fit.tsv"), "name\tid\tx\ty\na\ta\ta b\tc\u0001d\n");
});

test.run();
