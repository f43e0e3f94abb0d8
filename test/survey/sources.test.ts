import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { check, type SwarmFields } from "./check-definition.js";

/** Where jobs come from: exact numbers, and what is said where there are none. */
const test = suite("sources of jobs");

async function wrong(fields: SwarmFields, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { problems } = await check(fields, files);
  return problems.join("\n");
}

test("a range counts exactly, or is refused", async () => {
  const names = async (jobs: string) => (await check({ jobs })).jobs.join(" ");
  assert.is(
    await names('range("i", 1234567890123456, 1234567890123476, 10)'),
    "1234567890123456 1234567890123466 1234567890123476",
  );
  assert.is(
    await names('range("i", 9007199254740989, 9007199254740991)'),
    "9007199254740989 9007199254740990 9007199254740991",
  );
  assert.is(await names('range("i", 0, 1, 0.1)'), "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1");
  assert.is(await names('range("i", -0.3, 0.3, 0.15)'), "-0.3 -0.15 0 0.15 0.3");
  assert.is(await names('range("i", 1e-7, 4e-7, 1e-7)'), "1e-7 2e-7 3e-7 4e-7");
  assert.match(await wrong({ jobs: 'range("i", 1, 2, 1 / 3)' }), /numbers that are not kept exactly/);
  assert.match(await wrong({ jobs: 'range("i", 2 ** 53, 2 ** 53 + 10)' }), /numbers that are not kept exactly/);
});

test("numbers that are computed, and are not kept exactly, cannot set jobs apart", async () => {
  assert.match(
    await wrong({ jobs: 'list("id", [1, 2 ** 53 + 1])' }),
    /param id of job 2 is 9007199254740992, .*not kept exactly \(write it as a text/,
  );
  assert.match(await wrong({ jobs: "rows([{ a: 1, b: 0 / 0 }])" }), /param b of job 1 is NaN/);
  assert.match(await wrong({ jobs: "matrix({ a: [1], b: [1, -1 / 0] })" }), /param b, value 2, is -Infinity/);
});

test("a job whose name is empty is called so", async () => {
  assert.match(
    await wrong({ jobs: 'list("id", ["a", ""])', outputs: '{ o: "o/{id}/" }' }),
    /^the output "o\/" of the job "" has an empty part/,
  );
});

test("an input that holds the definition's own folder, and a text that no file can hold, are refused", async () => {
  const jobs = 'rows([{ id: "a" }])';
  for (const path of [".", "sub/..", "..", "/"]) {
    assert.match(
      await wrong({ jobs, inputs: `{ all: input("${path}", { as: "all" }) }` }),
      /holds the definition's own folder.*name the files and folders/s,
      path,
    );
  }
  for (const path of ["results", ".locusts"])
    assert.match(await wrong({ jobs, inputs: `{ all: "${path}" }` }), /is a folder that each deploy changes/, path);
  assert.match(await wrong({ jobs: 'rows([{ id: "a\\ud800" }, { id: "a\\ud801" }])' }), /half of a character/);
  assert.match(await wrong({ jobs: 'rows([{ ["__proto__"]: "a" }])' }), /"__proto__" cannot name a param/);
  assert.match(await wrong({ jobs: 'files("{__proto__}.txt")' }, { "a.txt": "" }), /"__proto__" cannot name a param/);
  const table = { "p.tsv": "id\tn\na\t1\n" };
  assert.equal((await check({ jobs: 'table("p.tsv", {})' }, table)).jobs, ["id=a,n=1"]);
});

test("a source without jobs is told as that, whatever else would follow from it", async () => {
  const outputs = '{ o: "{id}.txt" }';
  for (const [jobs, expected] of [
    ['table("p.tsv")', /^the swarm has no jobs: the table p\.tsv has a header, and no rows/],
    ['table("empty.tsv")', /^the table is empty \(its first line names the columns\)/],
    ['table("none.tsv")', /^there is no file none\.tsv/],
    ['table("in")', /^in is no file/],
    ["rows([])", /^the swarm has no jobs: the list of values or rows is empty/],
    ['list("id", [])', /^the swarm has no jobs: the list/],
    ['list("id", [1, 2]).filter(({ id }) => id > 5)', /^the swarm has no jobs: the filter keeps none of the 2 /],
    ['files("in/{id}.txt")', /^the swarm has no jobs: nothing matches files\("in\/\{id\}\.txt"\)/],
    ["matrix({ id: [1], b: [] })", /^the swarm has no jobs: the matrix has no values for b/],
  ] as const) {
    const { problems } = await check({ jobs, outputs }, { "p.tsv": "id\n", "empty.tsv": "\n", "in/a.csv": "" });
    assert.is(problems.length, 1, `${jobs}\n${problems.join("\n")}`);
    assert.match(problems[0] ?? "", expected);
  }
});

test("notes about tables and names reach who checks", async () => {
  const { notes, jobs } = await check({ jobs: 'files("in/{a}_{b}.txt")' }, { "in/x_y_z.txt": "", "in/.x_y.txt": "" });
  assert.equal(jobs, ["a=x,b=y_z"]);
  assert.match(notes[0] ?? "", /taken as a=x, b=y_z; it could be a=x_y, b=z/);
  assert.match(notes[1] ?? "", /leaves out what is hidden: "in\/\.x_y\.txt"/);
  const csv = await check(
    { jobs: 'table("p.csv", { id: "string" }, { comments: true })' },
    { "p.csv": '# x\nid,n\n"a,b",1\n' },
  );
  assert.equal([csv.jobs, csv.notes, csv.problems], [["a,b"], [], []]);
  assert.equal((await check({ jobs: 'table("p.tsv", { comments: false })' }, { "p.tsv": "#id\n" })).jobs, []);
});

test.run();
