import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { commandList, makeListFolder } from "../swarms/command-list.js";
import { folderOf } from "../swarms/swarm-folders.js";
import { CLI, Deployment } from "./deployment.js";

/** `jobs: commands("tasks.txt")`, beside `bash tasks.txt`. */
const test = suite("lists of commands");

function contentsOf(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));
}

test("a list makes the same files as by hand, and one line that is edited is one that runs", async () => {
  const lines = commandList(200);
  const swarm = new Deployment('jobs: commands("tasks.txt"),', { "tasks.txt": lines.join("\r\n") });
  makeListFolder(swarm.folder);
  const byHand = join(swarm.folder, "by-hand");
  makeListFolder(byHand);
  spawnSync("bash", ["-c", "tr -d '\\r' < ../tasks.txt > tasks.txt; bash tasks.txt; sleep 0.1"], { cwd: byHand });
  const wanted = contentsOf(join(byHand, "out"));
  assert.equal(wanted.size, 200);

  assert.equal((await swarm.succeed()).jobs.total, 200);
  const here = (text: string) => text.replace("/by-hand", "");
  assert.deepEqual(contentsOf(swarm.path("out")), new Map([...wanted].map(([name, text]) => [name, here(text)])));
  assert.deepEqual(swarm.results(), [], "nothing is compared or collected");
  assert.equal((await swarm.succeed()).jobs.cached, 200);

  // A line before all others moves their numbers; another one is edited.
  const edited = ["echo first > out/first.txt", ...lines];
  edited[18] = "echo edited > out/17.txt";
  swarm.write("tasks.txt", edited.join("\n"));
  const report = await swarm.succeed();
  assert.deepEqual([report.jobs.total, report.jobs.cached], [201, 199]);
  assert.equal(swarm.read("out/17.txt"), "edited\n");
  assert.equal(swarm.jobs().get("19")?.line, "echo edited > out/17.txt");
});

test("a line that fails is shown by its text, its logs stay its own, and it runs again when it is mended", async () => {
  const swarm = new Deployment('jobs: commands("tasks.txt"),', {
    "tasks.txt": 'echo ran >> once.txt\necho said; nonesuch-program --x "a b"\necho twice >> twice.txt\nexit 4',
  });
  const first = await locusts(["deploy"], { cwd: swarm.folder });
  assert.equal(first.exitCode, 3);
  assert.match(first.stdout, /failed: exit, exit code 127.*\n {2}line 2: echo said; nonesuch-program --x "a b"\n/);
  assert.match(first.stdout, /\n {2}2\| .*nonesuch-program: command not found\n/);
  assert.match(first.stdout, /\n {2}line 4: exit 4\n/);

  // The line has another number now, and whatever has its old number shows no logs of it.
  swarm.write("tasks.txt", '# new\nexit 4\n\necho ran >> once.txt\necho said; nonesuch-program --x "a b"\n');
  await swarm.deploy(["--limit", "1", "--redo", "2"]);
  const { stdout: failed } = await locusts(["logs"], { cwd: swarm.folder });
  assert.equal(
    failed,
    '2\texit, exit code 4\texit 4\n5\texit, exit code 127: command not found\techo said; nonesuch-program --x "a b"\n',
  );
  const logs = await locusts(["logs", "--job", "5"], { cwd: swarm.folder });
  assert.match(logs.stdout, /^said\n.*command not found/s);
  assert.match(logs.stderr, /ended by tasks\.txt:5: echo said; nonesuch-program/);
  assert.equal((await locusts(["logs", "--job", "2"], { cwd: swarm.folder })).stdout, "");
  const status = JSON.parse((await locusts(["status", "--json"], { cwd: swarm.folder })).stdout);
  assert.deepEqual(
    status.failures.map(({ job, line }: { job: string; line: string }) => [job, line]),
    [
      ["2", "exit 4"],
      ["5", 'echo said; nonesuch-program --x "a b"'],
    ],
  );

  swarm.write("tasks.txt", "echo ran >> once.txt\necho mended >> once.txt\necho twice >> twice.txt\n");
  const diff = await locusts(["diff"], { cwd: swarm.folder });
  assert.match(diff.stdout, /1 job changed: params or paths\n {2}2\n/, diff.stdout);
  const report = await swarm.succeed();
  assert.equal(report.jobs.cached, 2);
  assert.equal(swarm.read("once.txt"), "ran\nmended\n");
  assert.ok(!swarm.exists("results/conflicts.tsv"));
  assert.deepEqual(readdirSync(swarm.path("results/_logs")), [], "of the line as it was");
  await swarm.succeed(["--redo", "3"]);
  assert.equal(swarm.read("twice.txt"), "twice\ntwice\n");
});

test("a line that was put in is new, also where a line that has failed had its number", async () => {
  const swarm = new Deployment('jobs: commands("tasks.txt"),', { "tasks.txt": "echo a\nfalse\n" });
  assert.equal((await swarm.deploy()).exitCode, 3);
  swarm.write("tasks.txt", "echo a\ntouch first\nfalse\n");
  const { stdout } = await swarm.verb(["deploy", "--dry-run"]);
  assert.match(stdout, /^3 jobs, 1 done before: 2 to run \(1 new, 1 failed before\)\n/);
  assert.equal((await swarm.deploy(["--only", "failed"])).report.jobs.failed, 1);
  assert.ok(!swarm.exists("first"));
});

test("what a line has printed stays while it is away, and is its own again when it comes back", async () => {
  const folder = folderOf({});
  const run = async (...lines: string[]) => {
    writeFileSync(join(folder, "t.txt"), `${lines.join("\n")}\n`);
    const { exitCode, stderr } = await locusts(["run", "t.txt", "--keep-logs"], { cwd: folder });
    assert.equal(exitCode, 0, stderr);
    return stderr;
  };
  const printed = async (line: string) =>
    (await locusts(["logs", "t.txt", "--job", line], { cwd: folder })).stdout.trimEnd().split("\n").at(-1);
  await run("echo a", "echo b");
  assert.match(await run("echo b"), /^stale: 1 log of jobs that the definition no longer has/m);
  await run("echo a", "echo c");
  assert.match(await run("echo a", "echo b"), /2 jobs, 2 done before: nothing to run/);
  assert.deepEqual([await printed("1"), await printed("2")], ["a", "b"]);
});

test("lines with declared outputs run in folders of their own, and a command goes around each", async () => {
  const swarm = new Deployment(
    `jobs: commands("tasks.txt"),
     inputs: { word: shared("word.txt") },
     outputs: { out: "{number}.txt" },
     environment: { prepare: "greeting=hello" },
     command: ({ line, outputs }) => sh\`
       exec > \${outputs.out}
       ( \${line} )
       false || echo "$greeting $?"
     \`,`,
    { "tasks.txt": "cat word.txt; false; true\nls -A | wc -l\n", "word.txt": "word\n" },
  );
  await swarm.succeed();
  assert.equal(swarm.result("1.txt"), "word\nhello 1\n");
  assert.equal(swarm.result("2.txt"), "2\nhello 1\n");
});

/** `locusts …`, with something on its standard input. */
function piped(words: readonly string[], cwd: string, input: string) {
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...words], { cwd, input, encoding: "utf8" });
  return { exitCode: status, stderr };
}

test("locusts run needs no definition: its swarm lies beside the list, and all verbs take the list's name", async () => {
  const folder = folderOf({ "my lists/tasks.txt": "# two\necho one >> out.txt; pwd >> out.txt\nnonesuch-program\n" });
  const here = (words: readonly string[]) => locusts(words, { cwd: folder });
  const read = (path: string) => readFileSync(join(folder, path), "utf8");
  assert.match((await here(["run", "my lists/tasks.txt", "-n"])).stdout, /^2 jobs: 2 to run \(2 new\)/);
  assert.deepEqual(readdirSync(join(folder, "my lists")), ["tasks.txt"], "a dry run leaves nothing");
  const first = await here(["run", "my lists/tasks.txt", "--slots", "2"]);
  const made = read("my lists/tasks.txt.locusts/swarm.config.ts");
  assert.equal((await here(["run", "my lists/tasks.txt", "-n", "--folder", "my lists"])).exitCode, 0);
  assert.equal(read("my lists/tasks.txt.locusts/swarm.config.ts"), made, "nor does it change what is there");
  assert.deepEqual(readdirSync(join(folder, "my lists")).sort(), ["tasks.txt", "tasks.txt.locusts"]);
  assert.equal(first.exitCode, 3, first.stderr);
  assert.equal(read("out.txt"), `one\n${folder}\n`);
  assert.match(first.stdout, /1\/2 done, 1 failed: my lists\/tasks\.txt\.locusts\/results\n/);
  // What it says can be copied and run.
  assert.match(
    first.stdout,
    / {2}locusts logs 'my lists\/tasks\.txt' --job NAME shows a job's output; locusts run 'my lists\/tasks\.txt' runs them again\n/,
  );
  assert.match((await here(["logs", "my lists/tasks.txt", "--job", "3"])).stdout, /command not found/);
  assert.deepEqual(readdirSync(folder).sort(), ["my lists", "out.txt"]);

  writeFileSync(join(folder, "my lists/tasks.txt"), "echo two (\n");
  const wrong = await here(["run", "my lists/tasks.txt"]);
  assert.match(wrong.stderr, /^my lists\/tasks\.txt:1:10 error: .*\n {2}1 \| echo two \(\n/, "named from here");
  assert.match(wrong.stderr, /\n1 problem in my lists\/tasks\.txt\n$/);

  writeFileSync(join(folder, "my lists/tasks.txt"), "echo one >> out.txt; pwd >> out.txt\necho two >> out.txt\n");
  const mended = JSON.parse((await here(["run", "my lists/tasks.txt", "--json"])).stdout);
  assert.deepEqual([mended.jobs.done, mended.jobs.cached], [2, 1]);
  assert.equal(read("out.txt"), `one\n${folder}\ntwo\n`);

  const below = await locusts(["run", "tasks.txt"], { cwd: join(folder, "my lists") });
  assert.match(
    below.stderr,
    /have run in \.\. until now, and called from here they would run in \.\n {2}hint: .*--folder \.\./,
  );

  const saved = await here(["run", "my lists/tasks.txt", "--save"]);
  assert.equal(saved.exitCode, 0, saved.stderr);
  const definition = "my lists/tasks.txt.locusts/swarm.config.ts";
  writeFileSync(
    join(folder, definition),
    read(definition).replace("=> line", "=> sh`echo around >> out.txt; ${line}`"),
  );
  const other = await here(["run", "my lists/tasks.txt", "--slots", "3"]);
  assert.match(
    other.stderr,
    /-j \(--slots\) is not for a definition that was saved\n.*local\(\{ slots: … \}\) in my lists\/tasks\.txt\.locusts/,
  );
  writeFileSync(join(folder, definition), read(definition).replace("{ commands", "{ sh, commands"));
  assert.equal((await here(["run", "my lists/tasks.txt"])).exitCode, 0);
  assert.equal(read("out.txt").match(/around/g)?.length, 2, "it is as the user has changed it");
  writeFileSync(join(folder, definition), read(definition).replace("local: local(),", "one: local(), two: local(),"));
  const unclear = await here(["run", "my lists/tasks.txt"]);
  assert.match(unclear.stderr, /choose one with --target: one, two/);
  const chosen = await here(["run", "my lists/tasks.txt", "--target", "two", "--only", "1", "--redo"]);
  assert.equal(chosen.exitCode, 0, chosen.stderr);
  assert.ok(existsSync(join(folder, "my lists/tasks.txt.locusts/.locusts/two")));
});

test("locusts run takes lines from standard input, and says what it cannot take", async () => {
  const folder = folderOf({ "no/thing": "" });
  assert.equal(piped(["run", "-"], folder, "echo a > a.txt\necho b > b.txt").exitCode, 0);
  assert.deepEqual(readdirSync(folder).sort(), ["a.txt", "b.txt", "no", "stdin.locusts"]);
  for (const word of ["-", "stdin"]) assert.equal(piped(["status", word], folder, "").exitCode, 0, word);
  const again = piped(["run", "-", "--json", "--folder", "no"], folder, "echo a > a.txt\n");
  assert.equal(again.exitCode, 0, again.stderr);
  assert.deepEqual(readdirSync(join(folder, "no")).sort(), ["a.txt", "thing"]);
  const nothing = piped(["run", "-"], folder, "\n");
  assert.equal(nothing.stderr, "error: nothing has come by standard input\n  hint: give it commands, one a line\n");
  const none = await locusts(["run", "tasks"], { cwd: folder });
  assert.match(
    none.stderr,
    /error: there is no file tasks\n {2}hint: name a list of commands, or - for standard input\n/,
  );
  writeFileSync(join(folder, "list"), "true\n");
  const elsewhere = await locusts(["run", "list", "--target", "lab"], { cwd: folder });
  assert.match(elsewhere.stderr, /there is no target "lab": .*\n {2}hint: .*locusts run list --save\n/);
  assert.ok(!readdirSync(join(folder, "list.locusts")).includes("swarm.config.ts"));
  const folderGiven = await locusts(["run", "no"], { cwd: folder });
  assert.equal(folderGiven.exitCode, 1);
});

test("of two locusts run in one place at once, the later one is refused, and takes nothing from the other", async () => {
  const folder = folderOf({});
  const both =
    '(sleep 2; echo touch first) | "$@" & sleep 1; echo touch second | "$@"; echo "second: $?"; wait %1; echo "first: $?"';
  const { stdout, stderr } = await locusts(["run", "-"], { cwd: folder, through: ["bash", "-c", both, "bash"] });
  assert.match(stdout, /second: 1\n[\s\S]*first: 0\n$/, stderr);
  assert.match(stderr, /another locusts is at work here/);
  assert.deepEqual(readdirSync(folder).sort(), ["first", "stdin.locusts"]);
});

test.run();
