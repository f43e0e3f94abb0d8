import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import picocolors from "picocolors";
import type { BundleDescription } from "../../compiler/format/bundle.js";
import { sayFailures } from "../../runtime/cli/output/failures.js";
import type { Failure } from "../../runtime/results/failure.js";
import { clusterSwarm } from "../../runtime/results/failures/cluster-swarm.js";
import { whatItSays } from "../../runtime/results/failures/what-it-says.js";
import type { JobResult } from "../../runtime/results/ledger.js";
import { logPath } from "../../runtime/results/logs.js";
import { suite } from "../runner/suite.js";

/** Failures by what they are like, from their logs and from what sets their jobs apart. */
const test = suite("failures in clusters");

interface MadeUp {
  readonly params: readonly string[];
  readonly exitCode?: number;
  readonly host?: string;
  readonly manager?: string;
  readonly err?: string;
  readonly out?: string;
}

/** What people are told, and the clusters, of jobs that are made up; those without an exit code are done. */
function cluster(params: readonly string[], jobs: readonly MadeUp[]) {
  const folder = mkdtempSync(join(tmpdir(), "locusts-clusters-"));
  const results = new Map<string, JobResult>();
  const failures: Failure[] = [];
  const all = jobs.map(({ params: values, exitCode = 0, host = "n1", manager = "p0.1", ...logs }, i) => {
    const name = `job-${i}`;
    const result: JobResult = {
      ...{
        key: name,
        name,
        status: exitCode === 0 ? "done" : "failed",
        cause: exitCode === 0 ? "ok" : "exit",
        exitCode,
      },
      ...{
        attempts: 1,
        seconds: 1,
        earlier: [],
        start: 0,
        host,
        manager,
        slot: "0",
        run: "here/1",
        outputs: [],
        digests: [],
        detail: "",
      },
      ...{ cpuSeconds: undefined, peakMemory: undefined, readBytes: undefined, writtenBytes: undefined },
    };
    results.set(name, result);
    if (exitCode !== 0) failures.push({ ...result, params: values, log: name, line: undefined });
    for (const [stream, text] of Object.entries(logs)) {
      const path = join(folder, logPath(name, stream as "err" | "out"));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return { number: i + 1, name, key: name, params: values, inputs: [], outputs: [] };
  });
  const description = { params, pilots: {} as BundleDescription["pilots"] };
  const clusters = clusterSwarm(
    { folder, description, ledger: { get: (key) => results.get(key) }, jobs: () => all },
    failures,
  );
  const said: string[] = [];
  const voice = { say: (text: string) => void said.push(text), quote: (text: string) => void said.push(text) };
  sayFailures({ ...voice, colors: picocolors.createColors(false) }, clusters);
  rmSync(folder, { recursive: true });
  return { clusters, said: said.join("\n") };
}

/** Numbers by lot, the same each time. */
function lots(): () => number {
  let state = 7;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 64); // the last digits of these are not by lot
  };
}

const KINDS = `cannot open the table|matrix is singular|no convergence|index is outside|key is missing|name is unknown
out of range|header is damaged|license has gone|socket was closed|image is too dark|tree has no root|sum is negative
model is stale|seed was used|unit is unknown|gap is too wide|strand is empty|peak was lost|lock is held`.split(/[|\n]/);

test("20 kinds of failures of 50 jobs each are 20 clusters, whatever numbers, paths and times they print", () => {
  const lot = lots();
  const hex = () => lot().toString(16).padStart(8, "0");
  const time = () => new Date(1.7e12 + lot()).toISOString();
  const noise = [
    () =>
      `0x${hex()} after ${lot() % 100}.${lot() % 1000} s in /scratch/u${lot() % 9}/tmp.${hex()}/part-${lot() % 50}.bin`,
    () => `[${time()}] worker ${lot() % 64} (pid ${lot() % 32768}): ${lot() % 100}% of ${lot() % 900}.5 MB`,
    () =>
      `at ${time().slice(11, 19)}, id ${hex()}-${hex().slice(4)}-4${hex().slice(5)}-a${hex().slice(5)}-${hex()}${hex().slice(4)}`,
  ];
  const jobs: MadeUp[] = [];
  for (let i = 0; i < 1000; i += 1) {
    const kind = i % KINDS.length;
    const progress = Array.from({ length: lot() % 4 }, () => `\u001b[32mstep ${lot()}/${lot()}\u001b[0m\n`).join("");
    const message = `Error: ${KINDS[kind]}, ${noise[kind % 3]?.()}\n`;
    // What is planted: one kind fails on one chromosome, and one on one node, for the most part.
    const chrom = kind === 3 ? "Y" : String(lot() % 22);
    const host = kind === 5 && i > 100 ? "n3" : `n${lot() % 20}`;
    const stream = kind === 7 ? { err: "warming up\n", out: progress + message } : { err: progress + message };
    jobs.push({ params: [String(2 * i), chrom], exitCode: 1, host, ...stream });
    jobs.push({ params: [String(2 * i + 1), String(lot() % 22)], host: `n${lot() % 20}` });
  }
  const { clusters, said } = cluster(["id", "chrom"], jobs);
  assert.deepEqual(
    clusters.map((one) => [one.jobs.length, new Set(one.jobs.map(({ params }) => Number(params[0]) % 40)).size]),
    KINDS.map(() => [50, 1]),
    said,
  );
  const named = clusters
    .filter(({ traits }) => traits.length > 0)
    .map(({ text, traits }) => [text.slice(0, 23), traits.length]);
  assert.deepEqual(named, [
    ["Error: index is outside", 1],
    ["Error: name is unknown,", 1],
  ]);
  assert.match(
    said,
    /^50 jobs failed: exit, exit code 1\n {2}job-6, job-46, .* and 45 more\n {2}all 50 have chrom=Y; of 1,000 done jobs none$/m,
  );
  assert.match(said, /^ {2}\d\d of 50 ran on node n3; of 1,000 done jobs \d+$/m);
  assert.match(said, /^ {2}job-14\| Error: license|^ {2}job-\d+\| .*Error: header is damaged/m);
});

test("what a log says of a failure is its last line that names the trouble, with what follows", () => {
  const said = (...lines: string[]) => whatItSays(`${lines.join("\n")}\n`, false);
  assert.equal(said("reading 3 genes", "Traceback", '  File "/a/b.py", line 12', "KeyError: 'S001'"), "KeyError: 'S#'");
  assert.equal(said("f.txt:3:15 bad row"), said("f.txt:12:5 bad row"));
  assert.equal(
    said(
      "Error in solve.default(a) : ",
      "  singular: number = 1.2e-17",
      "Calls: f -> solve.default",
      "Execution halted",
    ),
    "Error in solve.default(a) :\nsingular: number = #\nCalls: f -> solve.default\nExecution halted",
  );
  const node = (message: string) =>
    said(
      "file:///a/program.mjs:15",
      "    throw new Error()",
      "    ^",
      "",
      message,
      "    at run (file:///a/program.mjs:15:3)",
      "    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)",
      "",
      "Node.js v20.20.2",
    );
  assert.equal(node("Error: no convergence after 20 steps"), "Error: no convergence after # steps");
  // Bash tells that it was ended, and not why.
  const ended = "/x/manager.sh: line 30: 12345 Aborted                 (core dumped) ./prog";
  assert.notEqual(said("what():  std::bad_alloc", ended), said("what():  std::out_of_range", ended));
});

test("what a cluster has in common: bounds of numbers, a pilot; words that differ in each are no kinds", () => {
  const lot = lots();
  const word = () => Array.from({ length: 7 }, () => String.fromCharCode(97 + (lot() % 26))).join("");
  const jobs: MadeUp[] = [];
  for (let i = 0; i < 60; i += 1) {
    jobs.push({
      params: [String(i), "7"],
      exitCode: i < 40 ? 0 : 9,
      err: `ValueError: no gene of name ${word()} in it\n`,
    });
    jobs.push({
      params: [String(i % 30), "7"],
      manager: i % 3 ? `p${i % 2}.1` : `p2.${1 + (i % 2)}`,
      ...(i % 3 ? {} : { exitCode: 4 }),
    });
  }
  const { clusters, said } = cluster(["depth", "same"], jobs);
  assert.equal(clusters.length, 2, said);
  assert.equal(clusters.find(({ exitCode }) => exitCode === 9)?.text, "ValueError: no gene of name * in it");
  assert.match(said, /all 20 have depth ≥ 40; of 80 done jobs none/);
  assert.match(said, /all 20 ran in pilot p2; of 80 done jobs none/);
  assert.doesNotMatch(said, /same|node/);
});

test("jobs that differ by their own names and params alone have failed alike; a value that is a word of any message parts none", () => {
  const named = ["alpha", "beta", "gamma ray", "no", "eps"].map((value) => ({
    params: [value],
    exitCode: 1,
    err: `swarm.config.ts:7: out/${value}/f ${value}.txt: No such file or directory\n`,
  }));
  assert.equal(cluster(["x"], named).clusters.length, 1);
  const alike = ["file", "no", "alpha"].map((value) => ({ params: [value], exitCode: 1, err: "fatal: no file\n" }));
  assert.deepEqual(
    cluster(["x"], alike).clusters.map(({ text }) => text),
    ["fatal: no file"],
  );
  const otherwise = { params: ["delta"], exitCode: 1, err: "delta: permission denied\n" };
  assert.deepEqual(
    cluster(["x"], [...named, otherwise]).clusters.map(({ jobs }) => jobs.length),
    [5, 1],
  );
});

test("what a program colours is the same word: escape sequences part none, and hide no trouble", () => {
  const shown = (before: string, after: string) =>
    ["alpha", "beta", "gamma"].map((value) => ({
      params: [value],
      exitCode: 1,
      err: `${before}fault${after}: ${before}${value}${after}: no reads left\n`,
      out: "error: of little weight\n",
    }));
  const link = "\x1b]8;;http://x/y\x1b\\";
  for (const [before, after] of [
    ...([["\x1b[1m", "\x1b[0m"] as const, ["\x1b[38:5:1m", "\x1b[K"] as const] as const),
    ...([["\x1b(B\x1b[m", "\x1b(B"] as const, [link, "\x1b]8;;\x07"] as const] as const),
  ])
    assert.deepEqual(
      cluster(["x"], shown(before, after)).clusters.map(({ jobs, text }) => [jobs.length, text]),
      [[3, "fault: *: no reads left"]],
    );
});

test.run();
