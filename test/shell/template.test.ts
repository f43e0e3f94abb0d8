import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { lineCommand, Reference, type ShellCommand, type ShellPart, sh } from "../../compiler/dsl/command.js";
import { quoteWord } from "../../compiler/format/quote.js";
import { assembleTemplate } from "../../compiler/shell/template.js";
import { suite } from "../runner/suite.js";

const test = suite("shell/template");

const first = new Reference("input", "first");
const n = new Reference("param", "n");

const NASTY = [
  "plain",
  "a  b",
  'it\'s "so"',
  "$(touch pwned)",
  "`touch pwned`",
  "*",
  "-n",
  "a\nb",
  "é 日本",
  "\\",
  "a\\'b\\",
  "~",
  "&x",
  "{a,b}",
  "$HOME",
  "]",
  "}",
  "x)",
  ";;",
  "#x",
  "EOF",
  "'",
  "'; touch pwned; '",
  '"; touch pwned; "',
  "/",
];

async function assemble(command: ShellCommand): Promise<string> {
  const { text, mistakes } = await assembleTemplate(command.parts);
  assert.equal(mistakes, [], `${text}: ${mistakes[0]?.message}`);
  return text;
}

function bash(script: string, variables: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), "locusts-shell-"));
  try {
    const run = spawnSync("bash", ["-c", `show() { printf '<%s>' "$@"; }\n${script}`], {
      encoding: "utf8",
      cwd: directory,
      env: { PATH: process.env.PATH ?? "", HOME: "/home", LC_ALL: "C.UTF-8", ...variables },
    });
    assert.is(run.stderr, "", script);
    assert.not(existsSync(join(directory, "pwned")), `${script} ran a value as code`);
    assert.equal(
      readdirSync(directory).filter((name) => name !== "out"),
      [],
      script,
    );
    return run.stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function nestedBackticks(v: Reference | string): ShellPart[] {
  const hole = typeof v === "string" ? { constant: v } : { reference: v };
  return [{ text: 'x=`printf %s "\\`printf %s ' }, hole, { text: '\\`"`; show "$x"' }];
}

/** Templates by context; `¤` stands, in what they print, for the value. */
const CONTEXTS: Record<string, [(v: Reference | string) => ShellCommand, string]> = {
  word: [(v) => sh`show ${v}`, "<¤>"],
  "part of a word": [(v) => sh`show pre_${v}.txt`, "<pre_¤.txt>"],
  "two in a word": [(v) => sh`show ${v}${v}x${v}`, "<¤¤x¤>"],
  double: [(v) => sh`show "a ${v} 'b' \"c"`, "<a ¤ 'b' \"c>"],
  locale: [(v) => sh`show $"a ${v}"`, "<a ¤>"],
  "after quotes": [(v) => sh`show 'a"'${v}"b'" $'\'' ${v} \' ${v}`, "<a\"¤b'><'><¤><'><¤>"],
  assignment: [(v) => sh`x=${v} y="${v}"; show "$x$y"`, "<¤¤>"],
  export: [(v) => sh`export x=${v}:b; show "$x"`, "<¤:b>"],
  array: [(v) => sh`x=(${v} b ${v}); show "\${x[@]}" ${v}`, "<¤><b><¤><¤>"],
  "array element": [(v) => sh`declare -A x; x[${v}]=1; show "\${!x[@]}" "\${x[${v}]}"`, "<¤><1>"],
  substitution: [(v) => sh`show "$(printf %s ${v}; printf "%s" "${v}")"`, "<¤¤>"],
  "substitution in a substitution": [(v) => sh`show "$(printf %s "$(printf %s ${v})")" # it's`, "<¤>"],
  backticks: [(v) => sh`x=\`printf %s ${v}\`; show "$x"`, "<¤>"],
  "backticks in double": [(v) => sh`show "\`printf %s ${v}\`" ${v}`, "<¤><¤>"],
  "double in backticks in double": [(v) => sh`show "\`printf %s "${v}"\`"`, "<¤>"],
  "backticks in backticks": [
    // the tag cannot write a backslash before a backtick
    (v) => ({ ...sh``, parts: nestedBackticks(v) }),
    "<¤>",
  ],
  default: [(v) => sh`show \${x:-${v}} "\${x:-${v}}" "\${x:-"${v}"}" "\${x-a${v}b}"`, "<¤><¤><¤><a¤b>"],
  "cut off": [(v) => sh`x=pre${v}post; show "\${x#pre${v}}" \${x#pre${v}} "\${x%"${v}"post}"`, "<post><post><pre>"],
  replace: [(v) => sh`x=a_b; show "\${x/_/${v}}"; y=\${x//_/${v}}; show "$y"`, "<a¤b><a¤b>"],
  condition: [(v) => sh`[[ ${v} == ${v} && -n ${v} && x${v} =~ ^x${v}$ && ( a${v} != b ) ]] && show ${v}`, "<¤>"],
  case: [(v) => sh`case ${v} in (b) show b;; ${v}) show ${v};; *) show c; esac`, "<¤>"],
  "case in a substitution": [
    (v) => sh`show "$(case b in a) printf ${v};; (b|c) printf %s ${v} ;; esac; : ')')" ${v}`,
    "<¤><¤>",
  ],
  "here-string": [(v) => sh`cat <<<${v}`, "¤\n"],
  "here-document": [
    (v) => sh`cat <<EOF
a ${v} "b" 'c ${v}' \$x
${v}
EOF
show ${v}`,
    "a ¤ \"b\" 'c ¤' $x\n¤\n<¤>",
  ],
  "here-document without tabs": [
    (v) => sh`cat <<-EOF
	a ${v}
	EOF
	show ${v}`,
    "a ¤\n<¤>",
  ],
  "two here-documents": [
    (v) => sh`{ cat; cat <&3; } <<A 3<<'B'; show ${v}
it's ${v}
A
"b
B
show ${v}`,
    "it's ¤\n\"b\n<¤><¤>",
  ],
  "here-document in a substitution": [
    (v) => sh`show "$(cat <<EOF
) ' ${v}
EOF
)" ${v}`,
    "<) ' ¤><¤>",
  ],
  "expansion in a here-document": [
    (v) => sh`cat <<E
\${x:-${v}} $(printf %s ${v})
E`,
    "¤ ¤\n",
  ],
  function: [(v) => sh`f() { case x in x) show ${v};; esac; }; f`, "<¤>"],
  "in a loop": [(v) => sh`for x in a ${v}; do if true; then show "$x"; fi; done # ${first} it's`, "<a><¤>"],
  subshell: [(v) => sh`(cd / && show ${v} \${#x} $# $$ >/dev/null); ( ( show ${v} ) )`, "<¤>"],
  process: [(v) => sh`cat <(printf %s ${v})`, "¤"],
  redirection: [(v) => sh`printf %s ${v} >out; cat <out 2>&1; show ${v}`, "¤<¤>"],
  continuation: [
    (v) => sh`show ${v} \
  ${v}`,
    "<¤><¤>",
  ],
  braces: [(v) => sh`show {a,${v}}`, "<a><¤>"],
  arithmetic: [(v) => sh`show $((1 << 2)) ${v}; (( 1 << 1 )); show ${v}`, "<4><¤><¤>"],
};

for (const [context, [template, shown]] of Object.entries(CONTEXTS)) {
  test(`values come through unharmed: ${context}`, async () => {
    const text = await assemble(template(first));
    const runs = NASTY.map((value) => `in_first=${quoteWord(value)}\n(\n${text}\n)\nprintf '\\0'\n`);
    const outputs = bash(runs.join("")).split("\0");
    NASTY.forEach((value, i) => {
      assert.is(outputs[i], shown.split("¤").join(value), `${text} with ${value}`);
    });
  });
  test(`constants come through unharmed: ${context}`, async () => {
    const texts: [string, string][] = [];
    for (const value of NASTY) {
      const { text, mistakes } = await assembleTemplate(template(value).parts);
      if (mistakes.length === 0) texts.push([text, value]);
    }
    assert.ok(texts.length >= NASTY.length - 4, `${NASTY.length - texts.length} constants are refused`);
    const outputs = bash(texts.map(([text]) => `(\n${text}\n)\nprintf '\\0'\n`).join("")).split("\0");
    texts.forEach(([text, value], i) => {
      assert.is(outputs[i], shown.split("¤").join(value), `${text} with ${value}`);
    });
  });
}

async function mistakeOf(command: ShellCommand): Promise<string> {
  const { mistakes } = await assembleTemplate(command.parts);
  return mistakes.map(({ message, part, offset }) => `${part}:${offset} ${message}`).join("\n");
}

test("references where bash expands nothing are mistakes, at their places", async () => {
  assert.match(
    await mistakeOf(sh`awk '{print ${first}}' x`),
    /^1:0 the input "first" stands in single quotes, where bash expands nothing$/,
  );
  assert.match(await mistakeOf(sh`echo $'a ${first}'`), /^1:0 .*\$'…'/);
  for (const delimiter of ["'EOF'", '"EOF"', "\\EOF"]) {
    const parts = [{ text: `cat <<${delimiter}\n` }, { reference: first }, { text: "\nEOF\n" }];
    assert.match((await assembleTemplate(parts)).mistakes[0]?.message ?? "", /delimiter is quoted/);
  }
  assert.match(await mistakeOf(sh`echo $${first}`), /^1:0 a \$ stands right before/);
  assert.match(
    await mistakeOf(sh`cat <<${first}
X`),
    /delimiter/,
  );
  assert.match(await mistakeOf(sh`echo \${${first}%.txt}`), /unquoted/);
  assert.match(await mistakeOf(sh`echo \${x//_/${first}}`), /unquoted/);
  assert.is(await mistakeOf(sh`echo \${x//${first}/_} "\${x//_/${first}}"`), "");
  assert.match(await mistakeOf(sh`echo "\${x:-${"{a,b}"}}"`), /brace/);
  assert.match(await mistakeOf(sh`for i in {1..${n}}; do :; done`), /expands before/);
  assert.match(await mistakeOf(sh`echo $(( ${first} + 1 ))`), /path/);
});

test("a reference may be cut up by bash's own expansions", async () => {
  assert.is(
    bash(await assemble(sh`show "\${${first}%.txt}"; x=\${${first}##*/}; show "$x"`), { in_first: "a b/c d.txt" }),
    "<a b/c d><c d.txt>",
  );
});

test("references in arithmetic are told, as their values are code there", async () => {
  const one = await assembleTemplate(sh`echo $(( ${n} + 1 )) ${first}`.parts);
  assert.equal(one.arithmetic, ["param_n"]);
  const templates = [
    sh`(( ${n} > 1 ))`,
    sh`for ((i = 0; i < ${n}; i++)); do :; done`,
    sh`[[ ${n} -eq 1 ]]`,
    sh`[[ 1 -lt "${n}" ]]`,
    sh`echo \${x:${n}}`,
    sh`x=(1 2); echo "\${x[${n}]}"`,
    sh`x[${n}]=1`,
    sh`echo $[${n}]`,
    sh`echo "$(( "${n}" ))"`,
  ];
  for (const template of templates) assert.equal((await assembleTemplate(template.parts)).arithmetic, ["param_n"]);
  assert.equal((await assembleTemplate(sh`[[ ${n} == 1 ]]; [ ${n} -eq 1 ]; echo $(echo ${n})`.parts)).arithmetic, []);
  assert.is(bash(await assemble(sh`echo $(( ${n} + ${2} - ${-3} ))`), { param_n: "4" }), "9\n");
});

test("constants that would run together with the text are kept apart, or are mistakes", async () => {
  assert.is(
    bash(
      await assemble(sh`x=1; show $x${"a"} a${2}>/dev/null; show ${"if"} \${x/1/${"a/b"}} {${"1,2"},3} {${1}..${3}}`),
    ),
    "<if><a/b><1,2><3><1><2><3>",
  );
  assert.is(bash(await assemble(sh`show ${2}>out; cat out`)), "<2>");
  assert.match(await mistakeOf(sh`echo "$x${"a"}"`), /name of the variable/);
  assert.is(bash(await assemble(sh`show '${"a b"}' $'${"it's"}'`)), "<a b><it's>");
  assert.match(await mistakeOf(sh`echo '${"it's"}'`), /has a single quote/);
  assert.match(
    await mistakeOf(sh`cat <<EOF
EO${"F"}
b
EOF`),
    /uncertain/,
  );
  assert.match(await mistakeOf(sh`echo $(( ${"1.5"} ))`), /no whole number/);
  assert.match(await mistakeOf(sh`echo ${"a\0b"}`), /NUL/);
});

test("comments hold anything", async () => {
  assert.is(
    bash(
      await assemble(sh`# ${first} it's ${"a\nb"}
show a # " ${first}
show b#${"c"}`),
    ),
    "<a><b#c>",
  );
});

test("syntax errors stand at their places", async () => {
  assert.is(await mistakeOf(sh`é ${first} "abc`), '2:1 the quote " is never closed');
  assert.is(await mistakeOf(sh`a 'b ${first}`), "0:2 the quote ' is never closed");
  assert.is(await mistakeOf(sh`a | ${first} | | b`), "2:1 `|` has no command after it");
  assert.match(await mistakeOf(sh`if ${first}; then b`), /^0:0 the `if` here has no `fi`/);
  assert.match(
    await mistakeOf(sh`${first} é
function {`),
    /^2:3 anonymous functions/,
  );
  const { mistakes } = await assembleTemplate(
    sh`
    cat <<EOF
    a
    EOF
  `.parts,
  );
  assert.match(mistakes[0]?.hint ?? "", /begin its line/);
});

test("empty commands, last backslashes and bad characters", async () => {
  assert.is(await mistakeOf(sh``), "0:0 the command is empty");
  assert.is(
    await mistakeOf(sh`
    # ${first}
  `),
    "0:0 the command is empty",
  );
  assert.match(
    await mistakeOf(sh`a ${first} \
  `),
    /^2:1 the command ends in a backslash/,
  );
  assert.is(
    await mistakeOf(sh`a # \
  `),
    "",
  );
  const at = async (text: string) =>
    (await assembleTemplate([{ text }])).mistakes.map((m) => `${m.offset} ${m.message}`).join();
  assert.match(await at("a\r\nb"), /^1 .*Windows/);
  assert.match(await at("ab\0"), /^2 .*NUL/);
});

test("all mistakes are told at once, and offsets lead back", async () => {
  assert.is((await mistakeOf(sh`a '${first}'; b $'${n}' | | c`)).split("\n").length, 3);
  const { placeOf, text } = await assembleTemplate(sh`ab ${first} cd`.parts);
  assert.equal(placeOf(text.indexOf("cd")), { part: 2, offset: 1 });
  assert.equal(placeOf(5), { part: 1, offset: 0 });
  assert.equal(placeOf(1), { part: 0, offset: 1 });
});

test("a line of a list of commands is code where a command begins, and refused elsewhere", async () => {
  const line = lineCommand();
  for (const command of [
    line,
    sh`module load x; ${line}`,
    sh`set -u
  ${line} > ${n}.log 2>&1`,
    sh`time ${line} | tee log`,
    sh`if true; then ${line}; fi`,
    sh`A=1 B=${n} ${line} && echo done # ${line}`,
    sh`( ${line} ) || exit 3; echo "$(${line})"`,
  ]) {
    assert.match(await assemble(command), /locusts_line/);
  }
  for (const command of [
    sh`srun ${line}`,
    sh`echo '${line}'`,
    sh`bash -c "${line}"`,
    sh`x=(${line})`,
    sh`${line} --more`,
    sh`x${line}`,
    sh`[[ ${line} ]]`,
  ]) {
    assert.match(await mistakeOf(command), /^\d+:\d+ the line stands where no command of its own can$/);
  }
});

test.run();
