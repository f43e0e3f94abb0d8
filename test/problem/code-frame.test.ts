import * as assert from "uvu/assert";
import { formatProblems } from "../../compiler/problem/code-frame.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

const test = suite("problems as text");

const folder = makeFolder({
  "swarm.config.ts": "one\n\ttwo three\n\nfour\n",
  "wide.ts": `${"x".repeat(400)}!${"y".repeat(400)}\n`,
});

test("a problem is shown with its line, a caret and its hint", () => {
  const problem = {
    message: "three is odd",
    place: { file: "swarm.config.ts", line: 2, column: 6 },
    hint: "take four",
  };
  assert.is(
    formatProblems([problem], folder, false),
    [
      "swarm.config.ts:2:6 error: three is odd",
      "  1 | one",
      "  2 | \ttwo three",
      "    | \t    ^",
      "  hint: take four",
      "",
    ].join("\n"),
  );
});

test("a problem without a place, or whose file is gone, is told all the same", () => {
  assert.is(formatProblems([{ message: "no data" }], folder, false), "error: no data\n");
  const gone = { message: "gone", place: { file: "gone.ts", line: 1, column: 1 } };
  assert.is(formatProblems([gone], folder, false), "gone.ts:1:1 error: gone\n");
});

test("several problems are parted by an empty line", () => {
  assert.is(formatProblems([{ message: "a" }, { message: "b" }], folder, false), "error: a\n\nerror: b\n");
});

test("of a very long line the part around the place is shown", () => {
  const text = formatProblems([{ message: "m", place: { file: "wide.ts", line: 1, column: 401 } }], folder, false);
  const [, source = "", caret = ""] = text.split("\n");
  assert.ok(source.length < 200);
  assert.is(source[caret.indexOf("^")], "!");
});

test("colours are there only if wanted", () => {
  const problem = { message: "m", place: { file: "swarm.config.ts", line: 1, column: 1 } };
  assert.match(formatProblems([problem], folder, true), "\u001b[31merror");
  assert.not.match(formatProblems([problem], folder, false), "\u001b");
});

test.run();
