import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { MACHINERY_SOURCE } from "../../compiler/emit/machinery.js";
import { machineryFiles } from "../../compiler/format/machinery.js";
import { Deployment, hasProgram } from "../deploy/deployment.js";
import { Pilots } from "../deploy/pilots.js";
import { suite } from "../runner/suite.js";

/** The bash that is generated, read by others than bash 5. */
const test = suite("generated bash");

const execute = promisify(execFile);

const BARE = 'jobs: range("i", 1, 2), command: () => sh`:`,';

/** Definitions that differ in what their managers have to do. */
const DEFINITIONS: Readonly<Record<string, string>> = {
  bare: BARE,
  params: `
    jobs: matrix({ chrom: [1, 2], seed: ["a", "b"] }),
    command: ({ params }) => sh\`echo \${params.chrom} \${params.seed}\`,`,
  files: `
    description: "Two lines,\\nwith a 'quote', a $dollar and a \`tick\`",
    jobs: files("in/{id}.txt"),
    inputs: { text: "in/{id}.txt", common: shared("common") },
    outputs: { out: "{id}.out", tree: "tree_{id}/" },
    command: ({ inputs, outputs }) => sh\`
      cat \${inputs.text} \${inputs.common} > \${outputs.out}
      unused=1; mkdir \${outputs.tree}; cd \${outputs.tree}; echo $undefined\`,`,
  checks: `
    jobs: list("id", ["a"]),
    outputs: {
      one: checked("{id}.one", ({ output }) => sh\`test -s \${output}\`),
      two: matches(nonEmpty("{id}.two"), /it's "ok"$/i),
      three: optional(minBytes("{id}.three", 10)),
    },
    command: ({ outputs }) => sh\`cp /etc/passwd \${outputs.one}\`,`,
  limits: `
    jobs: list("id", ["a"]),
    resources: { cpus: 2, memory: "2 GB" },
    limits: { time: "20s", retries: 3, retryOn: ["timeout", "oom"], maxFailures: 5, stagger: "1s" },
    command: ({ params }) => sh\`echo \${params.id}\`,`,
  surroundings: `
    jobs: list("id", ["a"]),
    environment: {
      variables: { A: "it's $1 \`x\` \\\\ z" },
      prepare: "f() { echo; }",
      modules: ["gcc/12", "r x"],
    },
    command: ({ params }) => sh\`f; echo \${params.id}\`,`,
  container: `
    jobs: list("id", ["a"]),
    inputs: { common: shared("common") },
    environment: { container: { image: "it's.sif", binds: ["/a b:/c"], runtime: "singularity" }, prepare: "g() { :; }" },
    command: ({ inputs }) => sh\`cat \${inputs.common}\`,`,
};

/** Definitions for SLURM: what they say of their target, and the rest. */
const CLUSTER_DEFINITIONS: Readonly<Record<string, readonly [target: string, fields: string]>> = {
  pilots: ["", 'jobs: range("i", 1, 2), command: () => sh`:`,'],
  "pilots with all": [
    `nodes: 3, gpus: "a100:2", scratch: '/lscratch/$SLURM_JOB_ID/it\\'s "mine"', nodesMaySubmit: false, slots: 2,
     partition: "norm", memory: "2 GB", mail: { to: "me@here" }, gres: "lscratch:10", sbatch: ["--comment=it's mine"]`,
    `
    jobs: list("id", ["a"]),
    inputs: { common: shared("common") },
    outputs: { one: checked("{id}.one", ({ output }) => sh\`test -s \${output}\`), tree: "tree_{id}/" },
    resources: { gpus: 1 },
    limits: { time: "20s", retries: 3, maxFailures: 5, stagger: "1s" },
    command: ({ inputs, outputs }) => sh\`cp \${inputs.common} \${outputs.one}; mkdir \${outputs.tree}\`,`,
  ],
};

const scripts = new Map<string, string>(
  machineryFiles(MACHINERY_SOURCE).map((name) => [`lib/${name}`, join(MACHINERY_SOURCE, name)]),
);

test.before(async () => {
  for (const [name, fields] of Object.entries(DEFINITIONS)) {
    const deployment = new Deployment(fields, { "in/a.txt": "a", common: "c" });
    const { exitCode, stderr } = await deployment.verb(["build"]);
    assert.equal(exitCode, 0, `${name}: ${stderr}`);
    scripts.set(name, join(deployment.folder, "bundle/local/manager.sh"));
  }
  for (const [name, [target, fields]] of Object.entries(CLUSTER_DEFINITIONS)) {
    const pilots = new Pilots(fields, target, { common: "c" });
    const { exitCode, stderr } = await pilots.verb(["build"]);
    assert.equal(exitCode, 0, `${name}: ${stderr}`);
    scripts.set(name, join(pilots.bundle, "manager.sh"));
    for (const script of ["pilot.sh", "submit.sh"]) scripts.set(`${name}: ${script}`, join(pilots.bundle, script));
  }
});

const names = [
  ...scripts.keys(),
  ...Object.keys(DEFINITIONS),
  ...Object.keys(CLUSTER_DEFINITIONS).flatMap((name) => [name, `${name}: pilot.sh`, `${name}: submit.sh`]),
];

for (const name of names) {
  test(`${name}: bash parses it`, async () => {
    await execute("bash", ["-n", scripts.get(name) as string]);
  });
}

const shellcheck = await hasProgram("shellcheck");
for (const name of names) {
  test.skipUnless(shellcheck, "shellcheck is not installed", `${name}: ShellCheck finds nothing`, async () => {
    const { stdout } = await execute("shellcheck", ["--norc", "--format=gcc", scripts.get(name) as string]).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, "");
  });
}

test("no script asks bash how a process substitution has ended: it may not know", () => {
  const sources = [MACHINERY_SOURCE, join(MACHINERY_SOURCE, "../../../runtime")].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".sh"))
      .map((name) => join(folder, name)),
  );
  assert.ok(sources.length > 50);
  const asking = sources.filter((source) => /\bwait "?\$!/.test(readFileSync(source, "utf8")));
  assert.deepEqual(asking, [], "see the rules in CONTRIBUTING.md");
});

/** The manager's own lines: without those of the definition, which are its author's affair. */
function ownLines(script: string): string[] {
  return readFileSync(script, "utf8")
    .split("\n")
    .filter((line) => !/^\s*#/.test(line));
}

/** What bash 4.4 does not know, or understands otherwise. */
const NEWER: Readonly<Record<string, RegExp>> = {
  "wait -p (5.1)": /\bwait\s+(-\w*\s+)*-\w*p/,
  "wait -f (5.0)": /\bwait\s+(-\w*\s+)*-\w*f/,
  "wait -n with ids (5.1)": /\bwait\s+-\w*n\w*\s+["$\w]/,
  "case by expansion (5.1)": /\$\{!?\w+(\[[^\]]*\])?@[uULkK]\}/,
  "EPOCHSECONDS, SRANDOM, BASH_ARGV0 (5.0, 5.1)":
    /\b(EPOCHSECONDS|SRANDOM|BASH_ARGV0|BASH_MONOSECONDS|BASH_TRAPSIG|GLOBSORT)\b/,
  "options of shopt (5.x)":
    /\b(localvar_inherit|localvar_unset|assoc_expand_once|array_expand_once|progcomp_alias|globskipdots|noexpand_translation|patsub_replacement|varredir_close|bash_source_fullpath)\b/,
  "local -I (5.1)": /\b(local|declare|typeset)\s+-\w*I/,
  "read -E (5.3)": /\bread\s+(-\w+\s+)*-\w*E/,
  "ulimit -R, -k, -P, -b new limits (5.x)": /\bulimit\s+-[RkP]/,
  "history -d range, fc -D (5.0)": /\b(history|fc)\b/,
  "command substitution without a fork (5.3)": /\$\{[ |]/,
  "printf %Q (5.2)": /\bprintf\b.*%Q/,
  "unset of a key with @ (5.2)": /\bunset\s+['"]?\w+\[[@*]\]/,
  "test -v of an array's element by number alone (5.1)": /-v\s+['"]?\w+\[/,
  "compgen -V (5.3)": /\bcompgen\b/,
  "source -p (5.3)": /(^|\s)(source|\.)\s+-p/,
  "trap -P (5.3)": /\btrap\s+-P/,
  "enable -f without a path (5.x)": /\benable\b/,
};

test("what a pilot's script says of its scratch folder is text but for its variables", async () => {
  const line = /^scratch=.*$/m.exec(readFileSync(scripts.get("pilots with all: pilot.sh") as string, "utf8"))?.[0];
  const { stdout } = await execute("bash", ["-c", `SLURM_JOB_ID=7; ${line}; printf %s "$scratch"`]);
  assert.equal(stdout, `/lscratch/7/it's "mine"`);
  for (const scratch of ["here", "/a/$(id)", "/a/`id`", "/a/${b:-c}"]) {
    const pilots = new Pilots(BARE, `scratch: ${JSON.stringify(scratch)}`);
    const { exitCode, stderr } = await pilots.verb(["build"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /error: scratch ".*" is (no absolute path|more than a path with variables)/);
  }
});

test("it uses nothing that bash 4.4 lacks", () => {
  for (const [name, script] of scripts) {
    for (const line of ownLines(script)) {
      for (const [feature, pattern] of Object.entries(NEWER)) {
        assert.ok(!pattern.test(line), `${name} uses ${feature}: ${line}`);
      }
    }
    // The finer clock of bash 5 is used where there is one, and never without something in its place.
    for (const line of ownLines(script).filter((line) => line.includes("EPOCHREALTIME"))) {
      assert.ok(!/(pilot|submit)\.sh$/.test(name), `${name}: ${line}`);
      const guarded = /^ {4}locusts_now=\$\{EPOCHREALTIME\/|\[\[ \$\{EPOCHREALTIME-\} \]\]/; // in locusts_read_clock
      assert.ok(line.includes("${EPOCHREALTIME:-$SECONDS.000000}") || guarded.test(line), `${name}: ${line}`);
    }
  }
});

test("the list of newer features is one that finds them", () => {
  const examples = [
    'wait -n -p pid "$a"',
    "wait -f 3",
    'wait -n "$pid"',
    "echo ${name@U}",
    "echo $SRANDOM",
    "shopt -s localvar_inherit",
    "local -I x",
    "ulimit -R 3",
    "x=${ date; }",
    "printf '%Q' x",
    "unset 'a[@]'",
    "[[ -v a[0] ]]",
  ];
  for (const example of examples)
    assert.ok(
      Object.values(NEWER).some((pattern) => pattern.test(example)),
      example,
    );
});

test("ShellCheck is silenced only where a comment says why, or for the definition's own text", () => {
  for (const [name, script] of scripts) {
    const lines = readFileSync(script, "utf8").split("\n");
    lines.forEach((line, i) => {
      if (!line.includes("shellcheck disable=")) return;
      const reason =
        /disable=SC[\d,SC]+ # \w+|source=\/dev\/null # \w+/.test(line) || /^\s*# \w+/.test(lines[i - 1] ?? "");
      const verbatim =
        line === "# shellcheck disable=all" && /^locusts_(command|prepare|check_\w+)\(\) \{$/.test(lines[i + 1] ?? "");
      assert.ok(reason || verbatim, `${name}, line ${i + 1}: ${line}`);
    });
  }
});

test.run();
