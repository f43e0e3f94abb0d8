import assert from "node:assert/strict";
import { existsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explainSystemError } from "../../runtime/system/system-errors.js";
import { suite } from "../runner/suite.js";
import { begin, Deployment } from "./deployment.js";

/** What it prints may get lost, be very large, or meet a disk that refuses: it ends in order, and in words. */
const test = suite("streams");

const CLI = fileURLToPath(new URL("../../runtime/cli/bin.js", import.meta.url));
const TRACE = /\n\s+at |mistake in Locusts/;

/** Runs a line of bash in a deployment's folder, in which `locusts` is the command line. */
async function bash(deployment: Deployment, line: string) {
  const start = `set -o pipefail; locusts() { "${process.execPath}" "${CLI}" "$@"; };`;
  const ended = await begin("bash", ["-c", `${start} ${line}`], deployment.folder).outcome;
  assert.doesNotMatch(ended.stderr + ended.stdout, TRACE, line);
  return ended;
}

function swarm(): Deployment {
  return new Deployment(`jobs: range("id", 1, 6), outputs: { o: "{id}.txt" },
    command: ({ outputs, params }) => sh\`sleep 0.2; echo > \${outputs.o}; seq 50000; echo words >&2; [[ \${params.id} != 1 ]]\`,`);
}

test("a deploy goes on when nobody reads what it says, or nothing can be said", async () => {
  for (const how of ["2>&1 | head -n 0", "2>/dev/full", ">&- 2>&-"]) {
    const deployment = swarm();
    const { exitCode } = await bash(deployment, `locusts deploy ${how}`);
    assert.equal(exitCode, 3, how);
    assert.equal(deployment.results().length, 5, how);
    assert.ok(deployment.exists("results/jobs.tsv"));
  }
});

test("verbs end quietly when their reader leaves, and say it when results could not be written", async () => {
  const deployment = swarm();
  await deployment.deploy();
  for (const [line, code] of [
    ["locusts logs --job 1 | head -n 1", 0],
    ["locusts logs --job 1 --json | head -c 10", 0],
    ["locusts status --json | true", 3],
    ["locusts --help | true", 0],
    ["locusts status --json >&-", 3],
  ] as const) {
    const { exitCode, stderr } = await bash(deployment, line);
    assert.equal(exitCode, code, line);
    assert.doesNotMatch(stderr, /error/, line);
  }
  for (const line of [
    "locusts logs --job 1 > /dev/full",
    "locusts --help > /dev/full",
    "locusts check --json > /dev/full",
  ]) {
    const { exitCode, stderr } = await bash(deployment, line);
    assert.equal(exitCode, 1, line);
    assert.match(stderr, /error: standard output: no space left \(ENOSPC\)/, line);
  }
  const { exitCode, stderr } = await bash(deployment, "locusts status --json > /dev/full");
  assert.equal(exitCode, 3);
  assert.match(stderr, /error: standard output: no space left \(ENOSPC\)/, "also where jobs have failed");
});

test("with --json wrong usage is a document, too", async () => {
  for (const words of ["frobnicate", "deploy --limit x", "status --nope"]) {
    const { exitCode, stdout } = await bash(swarm(), `locusts ${words} --json`);
    assert.equal(exitCode, 64, words);
    assert.equal(JSON.parse(stdout).errors.length, 1, words);
  }
});

test("logs of any size are shown, and cut with a word where they are part of a document", async () => {
  const deployment = swarm();
  await deployment.deploy();
  const log = deployment.path("results/_logs/1.out");
  await bash(deployment, "find results .locusts -name 1.out -exec truncate -s 3G {} +");
  assert.equal((await bash(deployment, "locusts logs --job 1 | head -c 6")).stdout, "1\n2\n3\n");
  const document = await bash(deployment, "locusts logs --job 1 --json");
  const { out, err, omittedBytes } = JSON.parse(document.stdout);
  assert.equal(err, "words\n");
  assert.equal(out.length + omittedBytes.out, statSync(log).size);
  assert.match(document.stderr, /the first .* GB are left out; all of it is in .*1\.out/);

  // The end of a line without end, and a character that the cut goes through.
  writeFileSync(deployment.path("results/_logs/1.err"), `${"é".repeat(40_000)}x\nthe end\n`);
  const { stdout } = await bash(deployment, "locusts status");
  assert.match(stdout, /1\| …é{499}x\n.*1\| the end\n/);
});

test("a disk that refuses is named, with what to do", async () => {
  const deployment = swarm();
  const { exitCode, stderr } = await bash(deployment, "ulimit -f 8; locusts build");
  assert.equal(exitCode, 1);
  assert.match(stderr, /bundle\/\S+: it would be larger than a file may be \(EFBIG\)\n.*hint: raise the limit/);
});

test("where a process may have little address space, that is told, and the definition is not to blame", async () => {
  const { exitCode, stdout, stderr } = await bash(swarm(), "ulimit -v 6000000; locusts check");
  assert.equal(exitCode, 1);
  assert.match(
    stdout + stderr,
    /^error: the syntax of commands cannot be checked: .*\n.*hint: raise the limit \(ulimit -v /,
  );
});

test("the hint for a bundle elsewhere that is out of date makes it anew there", async () => {
  const definition = 'jobs: list("id", ["a"]), command: ({ params }) => sh`: ${params.id}`,';
  const deployment = new Deployment(definition);
  const check = () => deployment.verb(["build", "--check", "--out", "else where"]);
  await deployment.verb(["build", "--out", "else where"]);
  deployment.define(definition.replace(": $", "echo $"));
  const [, hint = ""] = /hint: run locusts (build --out 'else where'), /.exec((await check()).stdout) ?? [];
  await deployment.verb(hint.replaceAll("'", "").split(/ (?!where)/));
  assert.equal((await check()).exitCode, 0);
});

test("a folder for the bundle that cannot be made is named", async () => {
  const deployment = new Deployment('jobs: list("id", ["a"]), command: ({ params }) => sh`: ${params.id}`,');
  symlinkSync("/nowhere", deployment.path("dangling"));
  for (const out of ["/proc/a/b", "dangling/a", "dangling"]) {
    const { exitCode, stderr } = await deployment.verb(["build", "--out", out]);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, new RegExp(`${out.split("/").slice(0, 3).join("/")}: it cannot be made|dangling`), stderr);
    assert.doesNotMatch(stderr, /mistake in Locusts/);
  }
});

test("errors of the system are sentences with the file that they are about", () => {
  const of = (facts: object) => {
    const words = explainSystemError(Object.assign(new Error("EIO: i/o error, write"), { errno: -5, ...facts }));
    assert.ok(words && words.hint.length > 10);
    return words.message;
  };
  // Copying names two files, and it is the written one whose disk is full.
  assert.match(of({ code: "ENOSPC", path: "/from", dest: "/to" }), /^\/to: no space left/);
  assert.match(of({ code: "ENOENT", path: "/dev/null", dest: "/gone/to" }), /^\/gone: it is not there/);
  assert.match(of({ code: "EACCES", path: "/dev/null", dest: "/to" }), /^\/to: permission denied/);
  // What cannot be moved is kept back by its own folder, unless that of its new place lets nobody write.
  assert.match(of({ code: "EPERM", syscall: "rename", path: "/dev/null", dest: "/tmp/a" }), /^\/dev\/null: permission/);
  assert.match(of({ code: "EPERM", syscall: "rename", path: "/dev/null", dest: "/gone/a" }), /^\/gone\/a: permission/);
  // Node does not know all numbers.
  assert.match(of({ code: "Unknown system error -122", errno: -122, path: "/a" }), /^\/a: your quota .*EDQUOT/);
  assert.match(of({ code: "UNKNOWN", errno: -116, path: "/a" }), /^\/a: .*\(ESTALE\)/);
  assert.match(
    of({ code: "EAGAIN", syscall: "spawn bash", path: "bash" }),
    /^bash cannot be started: .*more processes/,
  );
  assert.match(of({ code: "ENOTBLK", errno: -15, path: "/a" }), /^\/a: /);
  for (const code of ["EIO", "ENOMEM", "EMFILE", "ENFILE", "EDQUOT", "EROFS", "EFBIG", "ENAMETOOLONG", "ELOOP"]) {
    assert.match(of({ code, path: "/a" }), new RegExp(`^/a: .*\\(${code}\\)$`), code);
  }
  assert.equal(explainSystemError(new TypeError("x is not a function")), undefined);
  assert.equal(existsSync("/gone"), false);
});

test.run();
