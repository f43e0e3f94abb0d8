import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** Names that other tools trip over. */
const test = suite("names");

const NAMES = [
  "with space",
  "  two  leading and trailing  ",
  "it's",
  'double"quote',
  "$HOME",
  "$(touch hacked)",
  "`touch hacked`",
  "a;b",
  "a&b|c",
  "star*",
  "que?stion",
  "[brackets]",
  "{braces}",
  "-n",
  "--help",
  "-",
  "~",
  "#hash",
  "!bang",
  "back\\slash",
  "\\n\\t\\\\",
  "\\e",
  "%s%d",
  "a=b",
  "a,b",
  "(paren)",
  "<angle>",
  "grüße",
  "日本語",
  "emoji😀",
  "e\u0301",
  "%2F",
  "x".repeat(200),
  "ä".repeat(100),
];

test("files of any name reach their jobs and come home unharmed", async () => {
  const deployment = new Deployment(
    `
    jobs: files("in/{name}.txt"),
    inputs: { text: "in/{name}.txt", moved: input("in/{name}.txt", { as: "{name}" }), all: shared("shared dir/it's \\"all\\" $.txt") },
    outputs: { copy: "out/{name}.txt", flat: "{name}.flat", tree: "tree {name}/" },
    command: ({ inputs, outputs, params }) => sh\`
      cat \${inputs.text} > \${outputs.copy}
      cat \${inputs.moved} \${inputs.all} > \${outputs.flat}
      mkdir \${outputs.tree}
      printf %s \${params.name} > \${outputs.tree}/name\`,
  `,
    {
      ...Object.fromEntries(NAMES.map((name) => [`in/${name}.txt`, `content of ${name}\n`])),
      'shared dir/it\'s "all" $.txt': "shared\n",
    },
  );
  const report = await deployment.succeed();
  assert.equal(report.jobs.total, NAMES.length);
  assert.deepEqual(
    deployment.results(),
    NAMES.flatMap((name) => [`out/${name}.txt`, `${name}.flat`, `tree ${name}/name`]).sort(),
  );
  for (const name of NAMES) {
    assert.equal(deployment.result(`out/${name}.txt`), `content of ${name}\n`);
    assert.equal(deployment.result(`${name}.flat`), `content of ${name}\nshared\n`);
    assert.equal(deployment.result(`tree ${name}/name`), name);
  }
  assert.equal((await deployment.succeed()).jobs.cached, NAMES.length);
});

test("params of any value reach the command as they are; logs of failed jobs get names of their own", async () => {
  const values = [...NAMES, ".hidden", "..dots", "a/b", "/", "..", "", " ", "'", "$'x'"];
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
    outer.path(`it's $HOME "a" folder; ${"long ".repeat(25)}ä`),
  );
  await deployment.succeed();
  assert.equal(deployment.result("a.out"), "a\nc\n");
  await deployment.assertQuiet();
});

test.run();
