import * as assert from "uvu/assert";
import { referencesOf } from "../../compiler/dsl/swarm.js";
import { suite } from "../runner/suite.js";
import { definition, mistakes } from "./temp-definition.js";

/** Values that are known only when a job runs, and numbers that are not kept. */
const test = suite("what a definition cannot know");

const BEFORE = [
  'import type { Reference } from "locusts";',
  "interface Names { outputs: { text: Reference }; params: { id: Reference } }",
];

/** What is said of each of these expressions in a command, all checked at once. */
async function said(expressions: readonly string[]): Promise<readonly (readonly string[])[]> {
  const lines = expressions.map((text, i) => `export const made${i} = ({ outputs, params }: Names) => ${text};`);
  const found = await mistakes(definition({}, [...BEFORE, ...lines]));
  return lines.map((_, i) => found.filter((text) => text.startsWith(`${i + 2 + BEFORE.length}:`)));
}

test("a param, input or output cannot decide anything, wherever it stands", async () => {
  const conditions = [
    "(params.id ? sh`a` : sh`b`)",
    'sh`${!params.id ? "a" : "b"}`',
    'sh`${params.id && "a"}`',
    'sh`${params.id ?? "a"}`',
    'sh`${outputs.text || "a"}`',
    "(params.id === outputs.text ? sh`a` : sh`b`)",
    "{ if (params.id) return sh`a`; return sh`b`; }",
    "{ switch (params.id as unknown) { case 3: return sh`a`; default: return sh`b`; } }",
    "{ const { id } = params; const it = id; while (it) { return sh`a`; } return sh`b`; }",
    'sh`${Boolean(params.id) ? "a" : "b"}`',
    'sh`${typeof params.id === "number" ? "a" : "b"}`',
    'sh`${((params.id as never) ? "a" : "b")}`',
    "(((params.id)!) ? sh`a` : sh`b`)",
  ];
  const answers = await said(conditions);
  for (const [i, condition] of conditions.entries()) {
    const [first = "nothing", ...more] = answers[i] ?? [];
    assert.match(
      first,
      /^\d+:\d+ \S+ cannot decide anything here: its value is known only when a job runs \(let bash/,
      condition,
    );
    assert.is(more.length, 0, `${condition}\n${more.join("\n")}`);
  }
});

test("nor can it be computed with, compared with a value, or looked into", async () => {
  const uses = [
    ["sh`${params.id - 1}`", /cannot be computed with here/],
    ["sh`${-params.id}`", /cannot be computed with here/],
    ["sh`${params.id + 1}`", /cannot be computed with here/],
    ['sh`${"x" + params.id}`', /cannot be computed with here/],
    ["(params.id === 3 ? sh`a` : sh`b`)", /cannot decide/],
    ["(params.id > 3 ? sh`a` : sh`b`)", /cannot decide/],
    ["sh`${params.id.name}`", /cannot be looked into here/],
    ["sh`${params.id.length}`", /cannot be looked into here/],
    ["sh`${['a', 'b'][params.id]}`", /cannot be looked into here/],
    ["sh`${'abc'.includes(params.id) ? 1 : 2}`", /is no text or number here: its value is known only/],
  ] as const;
  const answers = await said(uses.map(([expression]) => expression));
  for (const [i, [expression, expected]] of uses.entries())
    assert.match(answers[i]?.[0] ?? "nothing", expected, expression);
  assert.throws(() => JSON.stringify(referencesOf([], [], ["id"])), /its value is known only when a job runs/);
});

test("what may be missing, or is a value, can decide", async () => {
  const lines = [
    'import type { Reference } from "locusts";',
    "const flag = (name: string, value?: Reference) => (value ? sh`${name} ${value}` : sh``);",
    'const quiet = ["a"].length > 0;',
  ];
  const command =
    '  command: ({ outputs, params }) => sh`x ${flag("--id", params.id)} ${quiet ? "-q" : ""} > ${outputs.text}`,';
  const filtered = '  jobs: list("id", [1, 2]).filter(({ id }) => id > 1 || !id),';
  assert.equal(await mistakes(definition({ jobs: filtered, inputs: "", command }, lines)), []);
});

test("a number with more digits than are kept is an error where it is written", async () => {
  const lines = (text: string, files = {}) => mistakes(definition({}, [text]), files);
  assert.equal(await lines("const a = [9007199254740993, 9007199254740992, 0.1, 1e21, 1.10, 0x1fffffffffffff];"), [
    '2:12 9007199254740993 has more digits than a number keeps: it would be 9007199254740992 (write it as a text, "9007199254740993", if each digit matters)',
  ]);
  const many = ["12345678901234567890", "0.12345678901234567890", "0x20000000000001", "1e999", "9_007_199_254_740_993"];
  const found = await lines(many.map((text, i) => `const a${i} = -${text};`).join("\n"));
  assert.equal(
    found.map((text) => text.split(" ").slice(0, 2)),
    many.map((text, i) => [`${i + 2}:13`, text]),
  );
  assert.match(
    (await lines('import a from "./a.json";\nconst b = a;', { "a.json": '{ "id": [1, 9007199254740993] }' }))[0] ?? "",
    /^a\.json:1:13 9007199254740993 has more digits/,
  );
});

test("a key that an object of an imported JSON file has twice is an error at the second one", async () => {
  const rows = '[\n  { "id": 1, "of": { "id": 1 } },\n  { "id": 2, "k": 1, "id": 3 }\n]';
  assert.equal(await mistakes(definition({}, ['import a from "./a.json";', "const b = a;"]), { "a.json": rows }), [
    'a.json:3:22 this object has "id" already: the value that stands there would be lost (leave out one of them)',
  ]);
});

test.run();
