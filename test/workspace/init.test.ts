import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../compiler/compile.js";
import { findData } from "../../runtime/workspace/existing-data.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";

/** How a definition begins beside data that is there. */
const test = suite("locusts init");

const empty = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ""]));

test("a definition is begun about the data that is there, which nothing touches", async () => {
  const reads = ["a", "b"].flatMap((id) => [1, 2].map((mate) => `my data/reads/${id}_R${mate}.fq.gz`));
  const folder = makeFolder({ ...empty(...reads), "my data/.gitignore": "*.bam\nresults/", "my data/run.py": "" });
  const place = join(folder, "my data");
  const { stdout, exitCode } = await locusts(["init", "my data"], { cwd: folder });
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^written in my data: swarm\.config\.ts, \.gitignore \(2 lines added\), \.gitattributes\n {2}it is about what is there: 2 pairs reads\/\{id\}_R1\.fq\.gz, reads\/\{id\}_R2\.fq\.gz\n {2}next: change its command, then locusts deploy 'my data'\n {2}for an editor to know "locusts" there: npm install --prefix /,
  );
  assert.equal(readFileSync(join(place, ".gitignore"), "utf8"), "*.bam\nresults/\n.locusts/\n!**/bundle/lib/\n");
  const { enumeration, plan } = await compile(join(place, "swarm.config.ts"), undefined);
  assert.deepEqual([...enumeration.jobs], [{ id: "a" }, { id: "b" }]);
  assert.equal(plan.name, "my-data");
  const again = await locusts(["init", "my data"], { cwd: folder });
  assert.deepEqual([again.exitCode, /exists already/.test(again.stderr)], [1, true]);
});

test("where nothing looks like a file for each job, the example is told as one, and what a list or a table is for", async () => {
  const folder = makeFolder({ "tasks.txt": "echo 1\necho 2\n", "params.csv": "sample,dose\nA,1\n", "README.md": "" });
  const { stdout } = await locusts(["init"], { cwd: folder });
  assert.match(stdout, /^ {2}to run each line of tasks\.txt: locusts run tasks\.txt$/m);
  assert.match(stdout, /^ {2}for a job for each row of params\.csv: jobs: table\("params\.csv"\)$/m);
  assert.match(stdout, /^ {2}it is an example with inputs of its own: /m);
});

test("a definition is begun in a file of another name; init has no target, and no list is taken for a folder", async () => {
  const folder = makeFolder({ "tasks.txt": "echo 1\n" });
  const named = await locusts(["init", "sub/other.config.ts"], { cwd: folder });
  assert.match(
    named.stdout,
    /^written in sub: other\.config\.ts, inputs\/.*\n {2}next: locusts deploy sub\/other\.config\.ts$/m,
  );
  assert.equal((await locusts(["deploy", "sub/other.config.ts"], { cwd: folder })).exitCode, 0);
  const again = await locusts(["init", "sub/other.config.ts"], { cwd: folder });
  assert.deepEqual([again.exitCode, /other\.config\.ts exists already/.test(again.stderr)], [1, true]);
  const target = await locusts(["init", "q", "--target", "foo"], { cwd: folder });
  assert.deepEqual([target.exitCode, /unknown option '--target'/.test(target.stderr)], [64, true]);
  const list = await locusts(["init", "tasks.txt"], { cwd: folder });
  assert.match(
    list.stderr,
    /tasks\.txt is a file, and no name for a definition\n {2}hint: .* locusts run tasks\.txt\n/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ["sub", "tasks.txt"]);
});

test("what is data, and what is not", () => {
  const found = (...names: string[]) => findData(makeFolder(empty(...names)))?.patterns;
  assert.deepEqual(found("a.csv", "b.csv", "c.txt"), { data: "{id}.csv" });
  assert.deepEqual(found("x/y/1.0.bam", "x/y/2.5.bam", "x/1.txt"), { data: "x/y/{id}.bam" });
  assert.deepEqual(found("in/a_1.fq", "in/a_2.fq", "in/b_1.fq"), { data: "in/{id}.fq" }, "one has no partner");
  assert.deepEqual(found("data/A/reads.fq", "data/B/reads.fq", "data/C/reads.fq", "x.txt"), {
    data: "data/{id}/reads.fq",
  });
  assert.deepEqual(found("A/1.fq", "A/2.fq", "B/1.fq", "B/2.fq"), { data: "A/{id}.fq" });
  const mates = (...ids: string[]) => ids.flatMap((id) => [`raw/${id}/${id}_R1.fq`, `raw/${id}/${id}_R2.fq`]);
  assert.deepEqual(found(...mates("A", "B", "C")), { r1: "raw/{id}/{id}_R1.fq", r2: "raw/{id}/{id}_R2.fq" });
  assert.deepEqual(found("A/R1.fq", "A/R2.fq", "B/R1.fq", "B/R2.fq"), { r1: "{id}/R1.fq", r2: "{id}/R2.fq" });
  assert.deepEqual(found("A/Ab.csv", "Ab/Ab.csv", "C/Ab.csv"), { data: "{id}/Ab.csv" }, "named so by chance");
  assert.equal(found("a.py", "b.py", "README.md", "notes.md", "results/a.txt", "results/b.txt", "one.txt"), undefined);
  const patterns = found("s/a_S1_L001_R1_001.fastq.gz", "s/a_S1_L001_R2_001.fastq.gz") ?? {};
  assert.deepEqual(patterns, { r1: "s/{id}_R1_001.fastq.gz", r2: "s/{id}_R2_001.fastq.gz" });
});

test.run();
