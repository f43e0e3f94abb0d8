import * as assert from "uvu/assert";
import { findLastProgram } from "../../compiler/shell/last-program.js";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** The last program of a command takes the place of the shell, wherever that makes no difference. */
const test = suite("shell/last-program");

// A caret stands where `exec` may.
const COMMANDS = [
  '^cat "$a" > "$b"',
  "^cat <<E\nhi\nE\n",
  "> out ^sort -u in",
  "x=1\nmodule load y; ^awk '{ print $1; print ($2) }' f > out",
  "é=1; ^python3 x.py é",
  "^./run.sh; ",
  "^x $(ls | wc)",
  "^ls\n\n# a comment\n",
  "^foo \\\n  --a b \\\n  > out",
  "foo & ^bar",
];
const LEFT_ALONE = [
  ["a pipe", "foo a | b"],
  ["the one of two", "foo && bar"],
  ["its code turned", "! cat x"],
  ["the background", "cat x &"],
  ["a subshell", "( cat x )"],
  ["a group", "{ cat x; }"],
  ["a branch", "if a; then b; fi"],
  ["a loop", "while read x\ndo foo\ndone < f"],
  ["a variable of its own", "FOO=1 cat x"],
  ["a builtin", "echo hi"],
  ["a keyword", "time ls"],
  ["a name to be expanded", '"$tool" a'],
  ["a redirection between its words", "sort a > b c"],
  ["a process that it reads", "diff <(a) <(b)"],
  ["a function", "cat() { echo mine; }\ncat x"],
  ["a function of a file", ". ./functions.sh\nfoo"],
  ["an alias", "shopt -s expand_aliases; alias foo=bar\nfoo"],
  ["what forks if it leads a process group", "nice setsid foo > out"],
  ["something for the end", "trap 'rm -f lock' EXIT\nfoo"],
] as const;

test("exec is put before the name of a last program", async () => {
  for (const marked of COMMANDS) {
    const text = marked.replace("^", "");
    assert.is(await findLastProgram(text), marked.indexOf("^"), text);
  }
});

test("anything else stays as it is, also for what has run before", async () => {
  for (const [what, text] of LEFT_ALONE) assert.is(await findLastProgram(text), undefined, what);
  assert.is(await findLastProgram("cat x", "cat() { echo mine; }"), undefined);
});

test("a function of the user's environment comes before the program of its name", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`hostname \${params.id} > \${outputs.text}\`,
  `);
  await deployment.succeed([], { "BASH_FUNC_hostname%%": '() {  echo "mine $1"\n}' });
  assert.is(deployment.result("a.txt"), "mine a\n");
});

test("a program that is not there fails as ever, and one that is killed", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a", "b"]),
    command: ({ params }) => sh\`
      if [[ \${params.id} == b ]]; then bash -c 'kill -SEGV $$'; fi
      no-such-program \${params.id}\`,
  `);
  const { report } = await deployment.deploy();
  assert.equal(
    report.failures.map(({ cause, exitCode }) => [cause, exitCode]),
    [
      ["exit", 127],
      ["signal", 139],
    ],
  );
});

test.run();
