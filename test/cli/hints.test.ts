import assert from "node:assert/strict";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { folderOf } from "../swarms/swarm-folders.js";

/** What is said to people who typed something else than Locusts takes, or who want to know more: it leads on. */
const test = suite("hints");

/** The words of a command that a message names, as a shell takes them apart. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string)).slice(1);
}

test("a verb of another tool, a wrong option and a word in a wrong place are answered with what was meant", async () => {
  const definition =
    'import { defineSwarm } from "locusts";\nexport default defineSwarm({ targets: { lab: local() } });\n';
  const folder = folderOf({
    "swarms/one/swarm.config.ts": definition,
    "swarms/two/swarm.config.ts": definition,
    "results/three/swarm.config.ts": definition,
    "data/a.txt": "",
    "data/other.config.ts": definition,
    "data/vite.config.ts": "export default {};\n",
    "data/circle.config.ts": `import { defineSwarm, list, local, sh } from "locusts";
      export default defineSwarm({ name: "circle", jobs: list("id", ["circle"]), inputs: { text: "{id}.txt" },
        command: ({ inputs }) => sh\`cat \${inputs.text}\`, targets: { local: local() } });`,
  });
  symlinkSync("circle.txt", join(folder, "data/circle.txt"));
  const below = join(folder, "swarms/one");
  const said: readonly (readonly [words: string, cwd: string, code: number, expected: RegExp])[] = [
    [
      "rerun",
      folder,
      64,
      /^error: unknown verb 'rerun'\n\(did you mean locusts deploy --redo\?\)\n\(see: locusts --help\)/,
    ],
    ["dploy x", folder, 64, /\(did you mean locusts deploy\?\)/],
    ["status --foo", folder, 64, /^error: unknown option '--foo'\n\(see: locusts status --help\)/],
    [
      "clean --stale --reset",
      folder,
      64,
      /^error: option '--stale' cannot be used with option '--reset'\n\(see: locusts clean --help\)/,
    ],
    ["clean --reset --nodes", folder, 64, /^error: option '--nodes' cannot be used with option '--reset'\n/],
    ["run data/a.txt --save --limit 1", folder, 64, /^error: option '--save' cannot be used with option '--limit/],
    ["run data/a.txt --save -n", folder, 64, /^error: option '--save' cannot be used with option '-n, --dry-run'\n/],
    ["deploy --redo all S1", folder, 1, /S1 cannot be given with it\n {2}hint: say --redo all, or --redo S1\n/],
    ["check", folder, 1, /hint: name one of these: swarms\/one, swarms\/two; or begin one here: locusts init\n/],
    [
      "check",
      join(folder, "data"),
      1,
      /hint: name one of these: circle\.config\.ts, other\.config\.ts; or begin one here/,
    ],
    ["logs S007", below, 1, /named by an option: locusts logs --job S007, locusts deploy --only S007\n/],
    ["deploy lab", below, 1, /hint: a target is named by an option: --target lab\n/],
    [
      "import-tree no.fst",
      folder,
      1,
      /^error: \S+\/no\.fst: it is not there \(ENOENT\)\n {2}hint: name the predecessor/,
    ],
    [
      "check data/circle.config.ts",
      folder,
      1,
      /its links lead in a circle\n(?:.*\n)+? {2}hint: mend the link, or leave it/,
    ],
    ["run data", folder, 1, /^error: data is no file\n/],
    [
      "run swarms/one",
      folder,
      1,
      /has a definition, and run takes a list of commands\n {2}hint: .*locusts deploy swarms\/one\n/,
    ],
  ];
  await Promise.all(
    said.map(async ([words, cwd, code, expected]) => {
      const { exitCode, stderr } = await locusts(words.split(" "), { cwd });
      assert.match(stderr, expected, words);
      assert.equal(exitCode, code, words);
    }),
  );
  const { stdout } = await locusts(["--help"], { cwd: folder });
  assert.match(stdout, /130 stopped by Ctrl-C/);
});

test("what failed is listed with its causes, a log with text is shown, and what was not kept can be had", async () => {
  const folder = folderOf({ "sub/tasks.txt": "echo fine\nfalse\necho words >&2; exit 1\nexit 4\necho new\n" });
  const here = (words: readonly string[]) => locusts(words, { cwd: folder });
  const first = await here(["run", "sub/tasks.txt", "--only", "1-4"]);
  assert.match(
    first.stdout,
    /1 job failed: exit, exit code 1\n {2}line 2: false\n1 job .*1\n {2}line 3: .*\n {2}3\| words\n/,
  );
  const list = await here(["logs", "sub/tasks.txt"]);
  const texts = ["false", "echo words >&2; exit 1"].map((line, i) => `${i + 2}\texit, exit code 1\t${line}\n`);
  assert.match(list.stderr, /^1 job failed: exit, exit code 1\n {2}3\| words$/m);
  assert.equal(list.stdout, `${texts.join("")}4\texit, exit code 4\texit 4\n`);

  const asDocument = await here(["logs", "sub/tasks.txt", "--job", "99", "--json"]);
  assert.match(JSON.parse(asDocument.stdout).errors[0].hint, /sub\/tasks\.txt\.locusts\/results\/jobs\.tsv/);
  const none = await here(["logs", "sub/tasks.txt", "--job", "99"]);
  const [, table = ""] = /number in the list; the first column of (\S+) has/.exec(none.stderr) ?? [];
  assert.ok(existsSync(join(folder, table)), none.stderr);

  const notKept = await here(["logs", "sub/tasks.txt", "--job", "1"]);
  const [, hint = ""] = /hint: (.* --keep-logs) runs it again/.exec(notKept.stderr) ?? [];
  assert.equal(hint, "locusts run sub/tasks.txt --only 1 --redo --keep-logs");
  await here(wordsOf(hint));
  assert.equal((await here(["logs", "sub/tasks.txt", "--job", "1"])).stdout, "fine\n");

  const isNew = await here(["logs", "sub/tasks.txt", "--job", "5"]);
  assert.match(isNew.stderr, /5 has not run yet; locusts run sub\/tasks\.txt runs it\n/);
});

test.run();
