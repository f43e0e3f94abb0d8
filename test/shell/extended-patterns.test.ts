import * as assert from "uvu/assert";
import { assembleTemplate } from "../../compiler/shell/template.js";
import { suite } from "../runner/suite.js";

/** Patterns that bash knows after `shopt -s extglob` alone, which cannot come before a command is read. */
const test = suite("extended patterns");

async function placeOf(text: string): Promise<number | undefined> {
  const [mistake] = (await assembleTemplate([{ text }])).mistakes;
  if (mistake) assert.match(mistake.message, /^bash does not read such a pattern here/, text);
  return mistake?.offset;
}

test("one where bash cannot read it is told at its place", async () => {
  for (const text of [
    "ls ^!(x)",
    "case $x in ^@(a|b)) echo ;; esac",
    "rm ^*(a)b",
    "x=(^+(a) b)",
    "echo $(ls a^?(b))",
  ]) {
    assert.is(await placeOf(text.replace("^", "")), text.indexOf("^"), text);
  }
});

test("where bash reads it, or where it is none, nothing is said", async () => {
  for (const text of [
    "[[ $x == @(a|b) ]] && echo",
    "echo \"@(a|b)\" '?(y)' \\@\\(a # +(a)",
    'x=(a b); x+=(c); y=$((2*(3+4))); f() { echo; }; let "y = 2*(3)"',
    "if !(false); then echo; fi; ! (false)",
    'echo ${z//+(a)/b} "${z//+(a)/b}"; diff <(echo a) <(echo a)',
    "[[ xay =~ ^x(a)+(y)$ ]]; case $x in (a|b) echo ;; esac",
    "cat <<X\n@(a|b)\nX",
  ])
    assert.is(await placeOf(text), undefined, text);
});

test.run();
