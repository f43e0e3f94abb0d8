import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { readBundleDescription, readBundledJobs } from "../../compiler/format/bundle.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";
import { swarm } from "../survey/check-definition.js";

/** The folder that a bundle is written to, and what lies in it already. */
const test = suite("the bundle's folder");

const definition = swarm({ jobs: 'table("jobs.tsv")', outputs: '{ o: "{id}.txt" }' });

async function prepare(files: Readonly<Record<string, string>> = {}) {
  const folder = makeFolder({ "swarm.config.ts": definition, "jobs.tsv": "id\na\nb\n", ...files });
  const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
  const into = (place: string, write = true) =>
    build(compilation, { folder: join(folder, place), write, digests: undefined });
  const contents = (place: string) =>
    Object.fromEntries(
      readdirSync(join(folder, place), { withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [[entry.name, readFileSync(join(folder, place, entry.name), "utf8")]] : [],
      ),
    );
  return { folder, into, contents };
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemsFound) return error.message;
    throw error;
  }
  return "it was done";
}

test("what Locusts has not put there is neither replaced nor removed", async () => {
  const own = {
    "jobs.tsv": "id\na\nb\n",
    "program.mjs": "mine",
    "manager.sh": "",
    "bundle.json": "{}",
    "jobs.tsv.new": "mine",
  };
  const { folder, into, contents } = await prepare(
    Object.fromEntries(
      Object.entries(own).flatMap(([name, text]) => [
        [name, text],
        [`out/${name}`, text],
      ]),
    ),
  );
  for (const place of [".", "out"]) {
    const before = contents(place);
    for (const write of [true, false]) {
      assert.match(
        refusal(() => into(place, write)),
        /replace what Locusts has not put there: bundle\.json, jobs\.tsv, manager\.sh$/,
      );
    }
    assert.equal(contents(place), before);
  }
  mkdirSync(join(folder, "dir/layout.json"), { recursive: true });
  mkdirSync(join(folder, "link"));
  symlinkSync("../jobs.tsv", join(folder, "link/jobs.tsv"));
  assert.match(
    refusal(() => into("dir")),
    /layout\.json$/,
  );
  assert.match(
    refusal(() => into("link")),
    /jobs\.tsv$/,
  );
  assert.match(
    refusal(() => into("jobs.tsv")),
    /jobs\.tsv is no folder/,
  );
  assert.is(contents(".")["jobs.tsv"], own["jobs.tsv"]);
});

test("its own files it replaces, and removes those that it lists; others beside them stay", async () => {
  const { folder, into, contents } = await prepare({
    "out/notes.md": "mine",
    "out/program.mjs": "mine",
    "out/.notes.1.new": "mine",
  });
  into("out");
  const first = contents("out");
  const library = contents("out/lib");
  writeFileSync(join(folder, "out/manager.sh"), "edited");
  // One that a bad disk has emptied is known by the others around it.
  writeFileSync(join(folder, "out/lib", Object.keys(library)[0] as string), "");
  into("out");
  assert.equal([contents("out"), contents("out/lib")], [first, library]);
  assert.equal([first["notes.md"], first["program.mjs"], first[".notes.1.new"]], ["mine", "mine", "mine"]);
  // What an earlier bundle had, and this one has not.
  const description = JSON.parse(first["bundle.json"] ?? "") as { files: string[] };
  writeFileSync(
    join(folder, "out/bundle.json"),
    JSON.stringify({ ...description, files: [...description.files, "submit.sh"] }),
  );
  writeFileSync(join(folder, "out/submit.sh"), "old");
  assert.equal(
    into("out").changes.filter(({ change }) => change === "removed"),
    [{ file: "submit.sh", change: "removed" }],
  );
  assert.equal(contents("out"), first);
});

test("a build that was killed on its way is done again, and its drafts are removed", async () => {
  const { folder, into, contents } = await prepare();
  into("out");
  const whole = contents("out");
  for (const name of ["jobs.tsv", "layout.json"]) rmSync(join(folder, "out", name));
  writeFileSync(join(folder, "out/.jobs.tsv.0123456789ab.new"), "half");
  utimesSync(join(folder, "out/.jobs.tsv.0123456789ab.new"), 0, 0);
  into("out");
  assert.equal(contents("out"), whole);
});

test("line ends that git has changed in a clone are no difference, and are fixed when it is built", async () => {
  const { folder, into, contents } = await prepare();
  into("out");
  const whole = contents("out");
  for (const [name, text] of Object.entries(whole))
    writeFileSync(join(folder, "out", name), text.replaceAll("\n", "\r\n"));
  const changes = (write: boolean) => new Set(into("out", write).changes.map(({ change }) => change));
  assert.equal([...changes(false)], ["same"]);
  const jobs = [...readBundledJobs(join(folder, "out"), readBundleDescription(join(folder, "out")))];
  assert.equal(
    jobs.map(({ outputs }) => outputs),
    [["a.txt"], ["b.txt"]],
  );
  assert.equal([...changes(true)], ["changed"]);
  assert.equal(contents("out"), whole);
  writeFileSync(join(folder, "out/manager.sh"), `${whole["manager.sh"]}#`.replaceAll("\n", "\r\n"));
  assert.equal([...changes(false)].sort(), ["changed", "same"]);
});

test.run();
