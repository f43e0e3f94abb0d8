import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { quoteInAnsi, quoteInDouble, quoteInHereDocument, quoteWord } from "../../compiler/format/quote.js";
import { describeExit } from "../../compiler/shell/exit-words.js";
import { suite } from "../runner/suite.js";

const test = suite("shell/quote");

const NASTY: readonly string[] = [
  "",
  "plain",
  "a b",
  " lead and trail ",
  "it's",
  '"double"',
  "$(touch pwned)",
  "`touch pwned`",
  "${HOME}",
  "$HOME",
  "*",
  "?[a]",
  "-n",
  "--",
  "~",
  "~root",
  "a\nb",
  "\n",
  "a\n\n",
  "tab\there",
  "\\",
  "a\\",
  "\\'",
  "é 日本 😀",
  "#no comment",
  "!x",
  "{a,b}",
  "a;b",
  "&",
  ">f",
  "A=1",
  "=x",
  "if",
  "esac",
  "[[",
  "{",
  "}",
  "!",
  "a\rb",
  "\x01\x7f",
  "%s\\n",
  "a,b",
  "1..3",
  "]",
  ")",
  "(",
  "'",
  "''",
  "&[x]",
  "x/y",
];

function bash(script: string): string {
  const run = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: "/" });
  assert.is(run.stderr, "", script);
  return run.stdout;
}

test("a quoted word is exactly the text", () => {
  const script = NASTY.map((text) => `printf '%s\\0' ${quoteWord(text)}`).join("\n");
  assert.equal(bash(script).split("\0").slice(0, -1), NASTY);
});

test("every ASCII character, and every pair of special ones", () => {
  const all = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1));
  const special = [..."\\'\"$`!~*?[]{}()<>|&;# \t\n=-"];
  const texts = [...all, ...special.flatMap((a) => special.map((b) => a + b))];
  for (const quote of [quoteWord, (t: string) => `"${quoteInDouble(t)}"`, (t: string) => `$'${quoteInAnsi(t)}'`]) {
    const script = `printf '%s\\0' ${texts.map(quote).join(" ")}`;
    assert.equal(bash(script).split("\0").slice(0, -1), texts);
  }
  for (const text of texts.filter((t) => !t.includes("\n"))) {
    if (text.includes("\\") || text.includes("$") || text.includes("`")) {
      assert.is(bash(`cat <<EOF\n${quoteInHereDocument(text)}\nEOF\n`), `${text}\n`);
    }
  }
});

test("a word that begins a command is never a keyword or an assignment", () => {
  for (const text of ["if", "{", "A=1", "A+=1", "!", "[[", "case"]) {
    assert.is(spawnSync("bash", ["-c", quoteWord(text)]).status, 127, text);
  }
});

test("safe words stay bare, others are readable", () => {
  for (const text of ["a", "out/x.txt", "--opt=3", "-9", "a:b,c@d%e+f", "1.5e-3"]) assert.is(quoteWord(text), text);
  assert.is(quoteWord("it's"), "'it'\\''s'");
  assert.is(quoteWord(""), "''");
  assert.throws(() => quoteWord("a\0b"), /NUL/);
  assert.throws(() => quoteInDouble("\ud800"), /surrogate/);
});

test("exit codes in words", () => {
  assert.is(describeExit(127), "command not found");
  assert.is(describeExit(137), "killed (SIGKILL)");
  assert.is(describeExit(139), "segmentation fault (SIGSEGV)");
  assert.is(describeExit(152), "CPU time limit exceeded (SIGXCPU)");
  assert.is(describeExit(130), "interrupted (SIGINT)");
  assert.is(describeExit(165), "real-time signal 37");
  assert.is(describeExit(3), "exit code 3");
  assert.is(describeExit(255), "exit code 255");
  assert.is(describeExit(0), "succeeded");
  assert.is(describeExit(143), "terminated (SIGTERM)");
});

test.run();
