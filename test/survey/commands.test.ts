import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import type { JobPlan } from "../../compiler/plan/swarm-plan.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

const test = suite("lists of commands");

/** Compiles `commands("tasks.txt")` with what else a definition says. */
async function jobsOf(tasks: string | Buffer, more = "", jobs = 'commands("tasks.txt")'): Promise<JobPlan[]> {
  const folder = makeFolder({
    "tasks.txt": tasks as string,
    "swarm.config.ts": `import { commands, defineSwarm, list, local, sh, ssh } from "locusts";
export default defineSwarm({
  name: "t",
  jobs: ${jobs},
  ${more || "targets: { local: local() },"}
});
`,
  });
  const found: JobPlan[] = [];
  const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
  build(compilation, {
    folder: join(folder, "bundle"),
    write: false,
    digests: undefined,
    onJob: (job) => found.push(job),
  });
  return found;
}

/** What is wrong, as `file:line:column message (hint)`. */
async function problemsOf(...args: Parameters<typeof jobsOf>): Promise<string[]> {
  try {
    await jobsOf(...args);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    return error.problems.map(
      ({ place, message, hint }) =>
        `${place?.file}:${place?.line}:${place?.column} ${message}${hint === undefined ? "" : ` (${hint})`}`,
    );
  }
}

test("each line but empty ones and comments is a job, whatever ends the lines", async () => {
  const tasks = ["\uFEFF#!/bin/bash", "echo one", "", "  # two", "\t", "echo 'a\tb' \\\\ é # c", "echo one"];
  const read = async (text: string) => (await jobsOf(text)).map(({ name, params }) => [name, ...params]);
  const expected = [
    ["2", "2", "echo one"],
    ["6", "6", "echo 'a\tb' \\\\ é # c"],
    ["7", "7", "echo one"],
  ];
  assert.deepEqual(await read(tasks.join("\n")), expected);
  assert.deepEqual(await read(`${tasks.join("\r\n")}\r\n`), expected);
});

test("a job is known again by its line's text, and equal lines by their order", async () => {
  const keysOf = async (text: string, more?: string) => (await jobsOf(text, more)).map(({ key }) => key);
  const before = await keysOf("a\nb\na\nuses $param_number\n");
  assert.equal(new Set(before).size, 4);
  const moved = await keysOf("# new\nc\nb\na\na\nuses $param_number\n");
  assert.deepEqual([moved[2], moved[1], moved[3]], before.slice(0, 3));
  assert.notEqual(moved[4], before[3], "what a line makes of its number is another thing now");
  const outputs = 'outputs: { table: "{number}.txt" }, targets: { local: local() },';
  assert.notDeepEqual((await keysOf("a\n", outputs))[0], (await keysOf("\na\n", outputs))[0]);
});

test("what disBatch puts around lines is put around them; what else it can do is refused", async () => {
  const tasks = "a\n#DISBATCH PREFIX ( cd x; \n#DISBATCH SUFFIX  ) &> log\nb c\n#DISBATCH PREFIX \nd\n";
  assert.deepEqual(
    (await jobsOf(tasks.replace(/d\n$/, "(d\n"))).map(({ params }) => params[1]),
    ["a", "( cd x; b c ) &> log", "(d ) &> log"],
  );
  assert.deepEqual(await problemsOf("a\n#DISBATCH BARRIER\nb ${DISBATCH_TASKID}.log\n"), [
    "tasks.txt:2:1 #DISBATCH BARRIER means nothing here (PREFIX and SUFFIX are heeded; jobs are independent, and each line is one)",
    "tasks.txt:3:3 the line uses a variable that only disBatch sets (the line's number is $param_number here)",
  ]);
});

test("the syntax of each line is checked by itself, and shown at its place", async () => {
  const good = Array.from({ length: 2500 }, (_, i) => `for i in 1 2; do echo "$i" | cat; done > ${i}`);
  const bad = [...good];
  bad[16] = "if x; then";
  bad[17] = "fi";
  bad[1999] = "echo 'open";
  bad[2000] = "closed'";
  bad[2400] = "cat a \\";
  assert.deepEqual(await problemsOf(bad.join("\n")), [
    "tasks.txt:17:7 `then` has no command after it",
    "tasks.txt:18:1 `fi` can only be used to end an `if`",
    "tasks.txt:2000:6 the quote ' is never closed",
    "tasks.txt:2001:7 the quote ' is never closed",
    "tasks.txt:2401:7 the command goes on after the end of the line, and one line is one job (write all of it on one line)",
    "swarm.config.ts:4:9 lines after these were not looked at",
  ]);
  assert.equal((await jobsOf(good.join("\n"))).length, 2500);
  assert.deepEqual(await problemsOf("#DISBATCH PREFIX a; \n  b (\n"), [
    "tasks.txt:2:3 the `(` after this word cannot stand here (put it in quotes if it is text)",
  ]);
});

test("what is no list of commands is named", async () => {
  assert.deepEqual(await problemsOf("# nothing\n\n"), [
    "swarm.config.ts:4:9 the swarm has no jobs: all lines of tasks.txt are empty or comments (each other line is a job)",
  ]);
  assert.deepEqual(await problemsOf("a", "", 'commands("task.txt")'), [
    "swarm.config.ts:4:9 there is no file task.txt (there is tasks.txt)",
  ]);
  assert.deepEqual(await problemsOf(Buffer.from("a\nb \xe9\nc\0\nd \r e\n", "latin1")), [
    "tasks.txt:2:3 the line is not UTF-8 from here on (save the file as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8)",
    "tasks.txt:3:2 the line has a NUL character in it, which no command can have (is this a text file? One in UTF-16 has to be saved as UTF-8)",
    "tasks.txt:4:3 the line has a carriage return in the middle of it (save the file with Unix line ends (LF))",
  ]);
});

test("a command is wanted of every other source, and a line is known to lists alone", async () => {
  const filtered = 'commands("tasks.txt").filter(({ line, number }) => line !== "b" && number < 3)';
  assert.deepEqual(
    (await jobsOf("a\nb\na", "", filtered)).map(({ name }) => name),
    ["1"],
  );
  const [none = ""] = await problemsOf("a", "", 'list("id", ["a"])');
  assert.match(none, /the swarm has no command \(add command/);
  const line = "command: ({ line }) => line, targets: { local: local() },";
  assert.match((await problemsOf("a", line, 'list("id", ["a"])'))[0] ?? "", /there is no "line" in a command's names/);
});

test("lines run in a folder that the target sees, or in folders of their own", async () => {
  const there = 'targets: { far: ssh({ host: "far", directory: "/data" }) },';
  assert.deepEqual(await problemsOf("a", there), [
    'swarm.config.ts:4:9 the lines run in a folder beside the definition, which is not on the target far (say where they run over there: commands("…", { folder: "/absolute/path" }); or declare inputs or outputs: then each runs in a folder of its own)',
  ]);
  assert.deepEqual(await problemsOf("a", there, 'commands("tasks.txt", { folder: "/data/project" })'), []);
  assert.deepEqual(await problemsOf("a", `outputs: { o: "{number}.txt" }, ${there}`), []);
});

test.run();
