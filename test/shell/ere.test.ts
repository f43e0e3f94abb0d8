import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { toPosixEre } from "../../compiler/shell/ere.js";
import { ereInBytes } from "../../compiler/shell/ere-in-bytes.js";
import { suite } from "../runner/suite.js";

const test = suite("shell/ere");

/** The lines that `grep -E` finds. */
function grep(ere: string, ignoreCase: boolean, lines: readonly string[], locale: string): string[] {
  const run = spawnSync("grep", ["-aE", ...(ignoreCase ? ["-i"] : []), "-e", ere], {
    input: lines.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, LC_ALL: locale },
  });
  assert.ok(run.status === 0 || run.status === 1, `grep ${ere}: ${run.stderr}`);
  return run.stdout.split("\n").slice(0, -1);
}

/** The same as a bash word, in the C locale, as where jobs run. */
function grepInBytes(ere: string, ignoreCase: boolean, lines: readonly string[]): string[] {
  const script = `grep -aE${ignoreCase ? "i" : ""} -e ${ereInBytes(ere)}`;
  const input = lines.map((line) => `${line}\n`).join("");
  const run = spawnSync("bash", ["-c", script], {
    input,
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, LC_ALL: "C" },
  });
  assert.ok(run.status === 0 || run.status === 1, `${script}: ${run.stderr}`);
  return run.stdout.split("\n").slice(0, -1);
}

function assertSame(pattern: RegExp, lines: readonly string[], locales = ["C", "C.UTF-8"]): void {
  const converted = toPosixEre(pattern.source, pattern.flags);
  assert.ok("ere" in converted, `${pattern}: ${JSON.stringify(converted)}`);
  if (!("ere" in converted)) return;
  const expected = lines.filter((line) => new RegExp(pattern.source, pattern.flags.replace("g", "")).test(line));
  for (const locale of locales) {
    const found = grep(converted.ere, converted.ignoreCase, lines, locale);
    assert.equal(found, expected, `${pattern} as ${converted.ere} in ${locale}`);
  }
  const found = grepInBytes(converted.ere, converted.ignoreCase, lines);
  assert.equal(found, expected, `${pattern} as ${ereInBytes(converted.ere)}`);
}

/** The same numbers each time: a failure must come again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ALPHABET = [..."abAB01_-.,^$[]{}()|*+?\\/ \t:='\"<>#&!~`@%;"];

function randomLines(below: (n: number) => number, count: number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: below(9) }, () => ALPHABET[below(ALPHABET.length)]).join(""),
  );
}

function randomPattern(below: (n: number) => number, depth: number): string {
  const pick = (choices: readonly string[]) => choices[below(choices.length)] ?? "";
  const literal = () => pick(ALPHABET).replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  const inClass = () =>
    pick([
      ...ALPHABET.map((c) => c.replace(/[\\\]^-]/, "\\$&")),
      "\\d",
      "\\w",
      "\\s",
      "a-b",
      "A-_",
      "!-/",
      "X-b",
      "+--",
    ]);
  const atom = (): string => {
    const kind = below(depth > 0 ? 9 : 7);
    if (kind < 3) return literal();
    if (kind === 3) return pick([".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\t", "\\x41", "\\u0062"]);
    if (kind < 6) return `[${pick(["", "", "^"])}${Array.from({ length: 1 + below(4) }, inClass).join("")}]`;
    if (kind === 6) return pick(["^", "$"]);
    return `${pick(["(", "(?:", `(?<n${below(1e9)}>`])}${randomPattern(below, depth - 1)})`;
  };
  const piece = () => {
    const one = atom();
    if (one === "^" || one === "$") return one;
    // grep takes ages over repetitions within repetitions that may all be empty
    if (one.startsWith("(")) return one + pick(["", "", "", "?"]);
    return one + pick(["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}"]);
  };
  return Array.from({ length: 1 + below(2) }, () =>
    Array.from({ length: (depth < 2 ? 1 : 0) + below(4) }, piece).join(""),
  ).join("|");
}

test("random patterns find in grep what they find in JavaScript", () => {
  const below = numbers(Number(process.env.SEED ?? 7));
  const lines = randomLines(below, 300);
  let compared = 0;
  for (let i = 0; i < 400; i++) {
    const source = randomPattern(below, 2) || "a";
    const pattern = new RegExp(source, i % 3 === 0 ? "i" : "");
    const converted = toPosixEre(pattern.source, pattern.flags);
    if ("mistake" in converted && /anchor/.test(converted.mistake)) continue;
    assertSame(pattern, lines, ["C.UTF-8"]);
    compared++;
  }
  assert.ok(compared > 300, `only ${compared} patterns could be compared`);
});

test("each construct by itself", () => {
  const lines = [
    "",
    "a",
    "ab",
    "aab",
    "A",
    "abc 12",
    "x-y",
    "x]y",
    "x^y",
    "x\\y",
    "[x]",
    "a.b",
    "a{2}",
    "a\tb",
    '  "status": "ok"',
    "path/to",
    "a|b",
    "(a)",
    "-",
    "^",
    "]",
    "[",
    "[.",
    "[:",
    "[:alpha:]",
    "}",
    "{,3}",
    "a+b",
    "$x",
    "word_1",
    "#",
    "~`'\"",
    "STATUS",
  ];
  const patterns = [
    /^\s*"status": "ok"/,
    /a{2}/,
    /^a{1,2}b$/,
    /\./,
    /a\.b/,
    /\//,
    /[/]/,
    /[\]^\-\\[]/,
    /[^\]^\-\\[]/,
    /[\]]/,
    /[\^]/,
    /[\^-]/,
    /[-^]/,
    /[^^]/,
    /[^-]/,
    /[^\]]/,
    /[[]/,
    /[[.]/,
    /\[:/,
    /[\d-]/,
    /[\w.]+$/,
    /^\W/,
    /^\S+$/,
    /^\D*$/,
    /(?:ab|c)\s\d/,
    /^(a|b){2,3}$/,
    /^(?:ab?)+$/,
    /(?:x[-\]^])+y/,
    /(?<word>ab)/,
    /\x61\u0062/,
    /\u{61}/u,
    /^$/,
    /a|^$/,
    /(|a)b/,
    /()b/,
    /status/i,
    /[a-c]{3}/i,
    /[Z-a]/,
    /[+--]/,
    /[!-/]/,
    /\{,3\}/,
    /{,3}/,
    /a{/,
    /}/,
    /]/,
    /a+\+b/,
    /\$x/,
    /[$]/,
    /[^\n"]+$/,
    /^[^\n]$/,
    /[\t ]/,
    /ab/g,
    /^ab/m,
    /'|"/,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: definitions may have them
    /[\x01-\x1f]/,
    /(a)?b/,
  ];
  for (const pattern of patterns) assertSame(pattern, lines);
});

test("characters beyond ASCII hold in any locale", () => {
  const lines = ["é", "éé", "É", "e", "ü", "aé", "日本", "日", "😀", "😀😀", "µ", "\u00c3"];
  for (const pattern of [
    /^é+$/,
    /^[éü]$/,
    /^[aéb]*$/,
    /^é$/i,
    /[日本]{2}/,
    /^😀+$/u,
    /😀😀/,
    /^(?:😀)$/,
    /[😀]/u,
    /日|µ/,
  ]) {
    assertSame(pattern, lines);
  }
});

test("a character is one of UTF-8, in any locale", () => {
  const lines = [
    "",
    "é",
    "éé",
    "é12",
    "xéy",
    "x日y",
    "xy",
    "xay",
    "😀",
    "a😀]",
    "-é-",
    "é^",
    " é\\",
    "ab",
    "日本語",
    "b日",
    "tab\té",
  ];
  const patterns = [
    ...[/^.{3}$/u, /^x[^a]y$/u, /^.$/u, /^.?$/u, /^.+.$/u, /^..+$/u, /^.*..$/u, /^.{2,}$/u, /^.{1,2}$/u, /^(.|x)+y$/u],
    ...[
      /^\S{2}$/u,
      /^\W$/u,
      /^\D+[^a]$/u,
      /^[^\]]{2}.?$/u,
      /^[^-]+$/u,
      /^[^\]-]{2}$/u,
      /^-[^^]-$/u,
      /^[^-]\^$/u,
      /^[^[]$/u,
    ],
    ...[/^\s.[\\]$/u, /^[^[:x]{2}$/u, /^X.Y$/iu, /\.|^é.$/u, /^[^B].$/iu],
  ];
  for (const pattern of patterns) assertSame(pattern, lines, ["C.UTF-8"]);
});

test("what grep cannot express is named, with the fix", () => {
  const cases: [RegExp, RegExp][] = [
    [/a+?/, /lazy a\+\?/],
    [/a(?=b)/, /lookahead \(\?=b\)/],
    [/(?<!a)b/, /negative lookbehind/],
    [/(a)\1/, /back reference \\1/],
    [/(?<x>a)\k<x>/, /back reference/],
    [/\bword/, /word boundary \\b/],
    [/\p{L}/u, /Unicode property \\p\{L\}/],
    [/a\nb/, /line's end/],
    [/(?:^a|b)*c/, /anchor/],
    // biome-ignore lint/correctness/noEmptyCharacterClassInRegex: what is refused
    [/[^]/, /\[\^\]/],
    // biome-ignore lint/correctness/noEmptyCharacterClassInRegex: what is refused
    [/[]/, /never matches/],
    [/[\n]/, /line's end/],
    [/[\s\S]/, /\\S within brackets/],
    [/a.b/s, /s flag/],
    [/a/y, /y flag/],
    [/\0/, /NUL/],
    [/[à-ü]/, /beyond ASCII/],
    [/[^é]/, /beyond ASCII/],
    [/a{40000}/, /repetitions/],
    // biome-ignore lint/complexity/useRegexLiterals: TypeScript knows the v flag from es2024 on
    [new RegExp("[\\w--\\d]", "v"), /set operation/],
    [/\ud83d/, /half of a character/],
    [/😀+/, /half of a character/],
  ];
  for (const [pattern, words] of cases) {
    const result = toPosixEre(pattern.source, pattern.flags);
    assert.ok("mistake" in result, `${pattern}: ${JSON.stringify(result)}`);
    if (!("mistake" in result)) continue;
    assert.match(result.mistake, words);
    assert.ok(result.hint, `${pattern} has a hint`);
  }
  const broken = toPosixEre("a(", "");
  assert.ok("mistake" in broken && /Invalid regular expression/.test(broken.mistake));
});

test("what POSIX has in brackets is refused, with what to write; brackets that hold colons alone are not", () => {
  const said = (text: string) => `a JavaScript regular expression has no ${text}: it is read as single characters`;
  for (const [source, mistake, hint] of [
    ["[[:digit:]]", said("[:digit:]"), "write \\d in brackets: [\\d]"],
    ["^[^[:alpha:]_]+$", said("[:alpha:]"), "write A-Za-z in brackets: [A-Za-z]"],
    ["[:space:]", said("[:space:]"), "write \\s in brackets: [\\s]"],
    ["[[:odd:]]", said("[:odd:]"), "list the characters"],
    ["[[.x.]]", said("[.x.]"), "write x in its place"],
    ["[[=e=]]", said("[=e=]"), "write e in its place"],
    ["[[.hyphen.]]", said("[.hyphen.]"), "list the characters"],
  ] as const)
    assert.equal(toPosixEre(source, ""), { mistake, hint }, source);
  for (const pattern of [/[:;]/, /[[:]/, /[[:digt]/, /[[.]/, /[[=]/])
    assertSame(pattern, ["a", ":", "[", ".", "=", "d"]);
});

test.run();
