/**
 * Runs the compiled test files, each in a process of its own, and judges them.
 *
 *     node dist/test/runner/run.js [--folder DIR] [--seconds N] [--minimum N] [--again N] [FILTER…]
 *
 * A filter is part of a file's path; `quick` alone is a little of everything, in half a minute. The last line is `N passed, N failed, N skipped`.
 *
 * Many tests wait for real processes and a real scheduler, beside each other on few processors. So up to three
 * files that have failed are run once more when nothing else runs. What passes then is passed, and named as
 * unsteady with what it has said before: that is a fault to look into, of the test or of the product.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CLUSTERS, prepareToStopClusters } from "../cluster/stop-clusters.js";
import { VerbServer } from "../verbs/start-verb-server.js";
import { VERB_SERVER } from "../verbs/verb-order.js";
import { judge } from "./judge.js";
import type { SkippedTest, Tally } from "./tally.js";
import { killRunningFiles, runTestFile } from "./test-file.js";

const QUICK = [
  ...["deploy/at-work", "deploy/logs", "deploy/target-names", "doctor/local", "emit/claims", "load/load"],
  ...["results/edits", "shell/last-program", "shell/quote", "survey/patterns", "survey/sources", "survey/tables"],
  "workspace/init",
];

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    /** where the test files are; those of this project unless given */
    folder: { type: "string" },
    /** how long one file may take */
    seconds: { type: "string", default: "600" },
    /** fewer tests than this are a failure */
    minimum: { type: "string" },
    /** so many files that have failed are run once more, alone; with more of them it is no accident */
    again: { type: "string" },
  },
});

const ci = process.env.CI === "true";
const folder = options.folder ?? fileURLToPath(new URL("../", import.meta.url));
const filters = words.length === 1 && words[0] === "quick" ? QUICK : words;
const files = testFiles(folder).filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));
// One more than the processors: tests wait about half of their time.
const concurrency = Number(process.env.LOCUSTS_TEST_JOBS ?? Math.min(availableParallelism() + 1, 3));
/** What runs verbs is warm after a few of them, so that the files of a worker share it. */
const sharesVerbs = options.folder === undefined && process.env[VERB_SERVER] === undefined;
const scratch = mkdtempSync(join(tmpdir(), "locusts-tests-"));

// The runner's own tests run it on other folders, in the middle of it all.
const stopClusters = options.folder === undefined ? prepareToStopClusters() : () => {};

let passed = 0;
let failed = 0;
let withOnly = false;
const skipped: SkippedTest[] = [];
const failures: string[] = [];
const unsteady: string[] = [];

interface FileOutcome {
  readonly index: number;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly verdict: Tally;
  readonly problems: readonly string[];
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killRunningFiles();
    stopClusters();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });
}

try {
  // The slow ones first, so that none of them is left for the end.
  const weights = new Map(files.map((file) => [file, weightOf(file)]));
  const entries = [...files.entries()].sort(([, a], [, b]) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
  const clustered = entries.filter(([, file]) => needsCluster(file)).values();
  const rest = entries.filter(([, file]) => !needsCluster(file)).values();
  // The workers of a queue draw from the one iterator. Tests take a cluster's nodes down: each cluster has one file
  // at a time.
  const outcomes = await Promise.all([
    ...CLUSTERS.map((cluster) => work(chain(clustered, rest), { LOCUSTS_TEST_CLUSTER: cluster })),
    ...Array.from({ length: Math.max(1, concurrency) }, () => work(rest)),
  ]);
  const ended = outcomes.flat();
  const mostAgain = Number(options.again ?? (options.folder === undefined ? 3 : 0));
  const isAgain = ended.filter(({ problems }) => problems.length > 0).length <= mostAgain;
  for (const outcome of ended) count(isAgain && outcome.problems.length > 0 ? await runAgain(outcome) : outcome);
} finally {
  stopClusters();
  rmSync(scratch, { recursive: true, force: true });
}

const minimum = expectedMinimum();
const found = passed + failed + skipped.length;
if (found < minimum) {
  fail(`${found} tests were found, and there should be at least ${minimum}`);
}

for (const { name, reason } of skipped) console.log(`skipped: ${name} — ${reason}`);
if (skipped.length > 0 && ci) console.log("A skipped test is a failure here, since CI is set.");
for (const problem of unsteady) console.log(`unsteady, passed once nothing else ran: ${problem}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed > 0 || (ci && (skipped.length > 0 || withOnly)) ? 1 : 0;

/** One queue after the other. */
function* chain<T>(...queues: readonly IterableIterator<T>[]): Generator<T> {
  for (const queue of queues) for (let next = queue.next(); !next.done; next = queue.next()) yield next.value;
}

async function work(queue: Iterator<[number, string]>, env: NodeJS.ProcessEnv = {}): Promise<FileOutcome[]> {
  const outcomes: FileOutcome[] = [];
  let server: VerbServer | undefined;
  for (let next = queue.next(); !next.done; next = queue.next()) {
    if (sharesVerbs && !server?.isAlive) server = await new VerbServer().ready();
    outcomes.push(await runFile(...next.value, env, server));
  }
  server?.close();
  return outcomes;
}

/** Runs one file, and says how that went. @param server runs its verbs; unless it is given, the file starts its own */
async function runFile(index: number, file: string, env: NodeJS.ProcessEnv, server?: VerbServer): Promise<FileOutcome> {
  const own = mkdtempSync(join(scratch, `${index}-`));
  const variables = server ? { ...env, [VERB_SERVER]: server.folder } : env;
  const ending = await runTestFile(join(folder, file), Number(options.seconds), own, variables);
  const verdict = judge(ending);
  const problems = [...verdict.problems];
  if (verdict.only.length > 0) {
    withOnly = true;
    const note = `marked .only: ${verdict.only.join(", ")}`;
    if (ci) problems.push(note);
    else console.log(`note ${file}: ${note}`);
  }
  const sum = `${verdict.passed} passed${verdict.skipped.length > 0 ? `, ${verdict.skipped.length} skipped` : ""}`;
  if (problems.length === 0) {
    console.log(`ok   ${file}  ${sum}  ${ending.seconds.toFixed(1)} s`);
  } else {
    const rule = "─".repeat(Math.max(8, 100 - file.length));
    console.log(`FAIL ${file}  ${sum}, ${Math.max(verdict.failed, 1)} failed  ${ending.seconds.toFixed(1)} s ${rule}`);
    console.log(`${ending.output.trimEnd()}\n${"─".repeat(120)}`);
  }
  return { index, file, env, verdict, problems };
}

async function runAgain({ index, file, env, problems }: FileOutcome): Promise<FileOutcome> {
  console.log(`once more, alone: ${file}`);
  const outcome = await runFile(index, file, env);
  if (outcome.problems.length === 0) unsteady.push(...problems.map((problem) => `${file}: ${problem}`));
  return outcome;
}

function count({ file, verdict, problems }: FileOutcome): void {
  passed += verdict.passed;
  skipped.push(...verdict.skipped);
  if (problems.length === 0) return;
  failed += Math.max(verdict.failed, 1);
  failures.push(...problems.map((problem) => `${file}: ${problem}`));
}

/** How slow a file may be, in no unit: first by the time that it asks for, then by its size. */
function weightOf(file: string): number {
  const text = textOf(file);
  return 1e6 * Number(/\bseconds: (\d+)/.exec(text)?.[1] ?? 0) + text.length;
}

function needsCluster(file: string): boolean {
  return textOf(file).includes("useCluster");
}

function textOf(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

function fail(problem: string): void {
  failed += 1;
  failures.push(problem);
}

function testFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.js"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** Guards against whole files that vanish unnoticed; says nothing where only some files were asked for. */
function expectedMinimum(): number {
  if (options.minimum !== undefined) return Number(options.minimum);
  if (filters.length > 0 || options.folder !== undefined) return 1;
  const file = new URL("../../../test/runner/minimum.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { tests: number }).tests;
}
