import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";
import { assertUnharmed, NASTY_FIELDS, NASTY_FILES, NASTY_NAMES } from "./nasty-names.js";

/** Names that other tools trip over. */
const test = suite("names");

test("files of any name reach their jobs and are collected unharmed", async () => {
  const deployment = new Deployment(NASTY_FIELDS, NASTY_FILES);
  const report = await deployment.succeed();
  assert.equal(report.jobs.total, NASTY_NAMES.length);
  assertUnharmed(deployment);
  assert.equal((await deployment.succeed()).jobs.cached, NASTY_NAMES.length);
});

test("params of any value reach the command as they are; logs of failed jobs get names of their own", async () => {
  const values = [...NASTY_NAMES, ".hidden", "..dots", "a/b", "/", "..", "", " ", "'", "$'x'"];
  const deployment = new Deployment(
    `
    jobs: list("value", ${JSON.stringify(values)}),
    command: ({ params }) => sh\`printf '<%s>' \${params.value}; exit 7\`,
  `,
  );
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, exitCode: code }) => [job, code]),
    values.map((value) => [value, 7]),
  );
  const logs = readdirSync(deployment.path("results/_logs"));
  assert.deepEqual(
    logs.map((log) => readFileSync(deployment.path("results/_logs", log), "utf8")).sort(),
    values.map((value) => `<${value}>`).sort(),
  );
});

for (const [what, value] of [
  ["a line feed", "a\nb"],
  ["a tab", "a\tb"],
] as const) {
  test(`a param with ${what} is an error at its place`, async () => {
    const deployment = new Deployment(`
    jobs: list("id", ["fine", ${JSON.stringify(value)}]),
    command: ({ params }) => sh\`echo \${params.id}\`,
  `);
    const { exitCode, report } = await deployment.deploy();
    assert.equal(exitCode, 1);
    assert.match(report.errors?.[0]?.message ?? "", new RegExp(`has ${what} in it`));
    assert.equal(report.errors?.[0]?.place?.line, 6);
  });
}

test("a definition that lies in a folder with an awkward name", async () => {
  const outer = new Deployment("");
  const deployment = new Deployment(
    `
    jobs: files("{id}.in"),
    inputs: { text: "{id}.in", same: shared("common") },
    outputs: { text: "{id}.out" },
    command: ({ inputs, outputs }) => sh\`cat \${inputs.text} \${inputs.same} > \${outputs.text}\`,
  `,
    { "a.in": "a\n", "b.in": "b\n", common: "c\n" },
    outer.path(`it's $HOME "a" folder; ${"long ".repeat(25)}ä/*/a\\b{c,d}/a#b?/50% [x]`),
  );
  await deployment.succeed();
  assert.equal(deployment.result("a.out"), "a\nc\n");
  await deployment.assertQuiet();
  // Mistakes are found at their places there, too.
  writeFileSync(deployment.path("swarm.config.ts"), "export const a: string = 3;\n");
  const { report } = await deployment.deploy();
  assert.equal(report.errors?.[0]?.message, "Type 'number' is not assignable to type 'string'");
  assert.deepEqual(report.errors?.[0]?.place, { file: "swarm.config.ts", line: 1, column: 14 });
});

test.run();
