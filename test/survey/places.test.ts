import * as assert from "uvu/assert";
import { NestedPaths } from "../../compiler/plan/collisions.js";
import { Repetitions } from "../../compiler/survey/repetitions.js";
import { suite } from "../runner/suite.js";
import { check } from "./check-definition.js";

/** Where outputs and inputs cannot lie. */
const test = suite("places of inputs and outputs");

const problemsOf = async (jobs: string, outputs: string, inputs = "{}", files = {}) =>
  (await check({ jobs, outputs, inputs }, files)).problems;

test("an output that lies within another one is refused, of one job and across jobs", async () => {
  assert.match(
    (await problemsOf('list("id", ["x"])', '{ a: "{id}", b: "{id}/y.txt" }')).join("\n"),
    /^of the outputs a and b of the job x one lies within the other: x and x\/y\.txt/,
  );
  const rows = 'rows([{ u: "a", t: "X" }, { u: "b", t: "y" }, { u: "x", t: "z" }])';
  assert.equal(await problemsOf(rows, '{ a: "o/{t}/1.txt", b: "o/{u}" }'), [
    "the output o/X/1.txt of the job u=a,t=X would lie within o/x, which the job u=x,t=z writes (give the two places of their own: a file cannot be a folder, and a folder is collected as a whole)",
  ]);
  assert.match(
    (await problemsOf(rows, '{ a: "o/{t}/deep/er/1.txt", b: "o/{u}/" }')).join("\n"),
    /would lie within o\/x/,
  );
  assert.equal(await problemsOf(rows, '{ a: "o/{t}/1.txt", b: "o/{u}.d" }'), []);
});

test("among a million paths those that lie within others are found in little memory", () => {
  const paths = new Repetitions();
  const nested = new NestedPaths(paths.marks);
  const add = (path: string) => {
    paths.add(path);
    nested.add(path);
  };
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 500_000; i += 1) {
    add(`out/${i % 1000}/${i}.txt`);
    add(`other/${i}/x`);
  }
  assert.is(nested.any, false);
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  assert.ok(grown < 200, `${grown} MB`);
  const more = new Repetitions();
  const other = new NestedPaths(more.marks);
  for (const path of [...Array.from({ length: 1000 }, (_, i) => `a/${i}/b/c`), "a/7"]) {
    more.add(path);
    other.add(path);
  }
  assert.is(other.any, true);
  assert.equal([other.isSuspect("a/7"), other.isSuspect("a/8"), other.isSuspect("a")], [true, false, false]);
});

test("an output cannot take the place of Locusts' own tables and logs", async () => {
  const problems = await problemsOf('list("id", ["jobs.tsv", "OUTPUTS.tsv", "_logs", "fine"])', '{ o: "{id}" }');
  assert.equal(problems, [
    'the output jobs.tsv of the job jobs.tsv would lie where Locusts keeps its own records of the results; the same in 2 more jobs: OUTPUTS.tsv, _logs (put something before or after it in the pattern, as in "out_{id}")',
  ]);
  assert.match(
    (await problemsOf('list("id", ["a"])', '{ o: "_logs/{id}" }')).join("\n"),
    /would lie where Locusts keeps/,
  );
});

test("a path that is too long is refused, in bytes, of outputs and inputs", async () => {
  const long = "é".repeat(128);
  assert.match((await problemsOf(`list("id", ["${long}"])`, '{ o: "{id}" }')).join("\n"), /has a part of 256 bytes/);
  assert.match(
    (await problemsOf(`list("id", ["${long}"])`, "{}", '{ i: "{id}" }')).join("\n"),
    /longer than the system takes/,
  );
  assert.match(
    (await problemsOf(`list("id", ["${long}"])`, "{}", '{ i: input("i", { as: "{id}" }) }', { i: "" })).join("\n"),
    /the input .* has a part of 256 bytes.*\{ as: "…" \}/,
  );
  const deep = "d/".repeat(2000);
  assert.match(
    (await problemsOf('list("id", ["a"])', `{ o: "${deep}{id}" }`)).join("\n"),
    /has 4001 bytes, and a path below a job's folder holds \d+/,
  );
  assert.equal(await problemsOf('list("id", ["a"])', `{ o: "${"d/".repeat(1000)}{id}" }`), []);
});

test.run();
