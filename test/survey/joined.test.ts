import assert from "node:assert/strict";
import { JobSource } from "../../compiler/dsl/job-source.js";
import { files, lines, linspace, list, logspace, matrix, table } from "../../compiler/dsl/jobs.js";
import { DefinitionMistake } from "../../compiler/dsl/mistake.js";
import type { Problem } from "../../compiler/problem/problem.js";
import { enumerateJobs } from "../../compiler/survey/sources/enumerate-jobs.js";
import { definition, makeFolder, mistakes } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

/** Sources that are put together: files with files, one source with another, lines of a file, numbers between others. */
const test = suite("joined sources");

type Files = Readonly<Record<string, string>>;

function survey(source: unknown, contents: Files = {}) {
  return enumerateJobs(JobSource.said(source), makeFolder({ "x/y": "", ...contents }));
}

/** The params of each job, each as `name=value`. */
function jobsOf(source: unknown, contents: Files = {}): string[] {
  const { jobs, problems } = survey(source, contents);
  assert.deepEqual(problems, []);
  return Array.from(jobs, (job) =>
    Object.entries(job)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
  );
}

const told = ({ place, message, hint }: Problem) =>
  `${place ? `${place.file}:${place.line}:${place.column} ` : ""}${message}${hint === undefined ? "" : ` (${hint})`}`;

function wrong(source: unknown, contents: Files = {}): string[] {
  return survey(source, contents).problems.map(told);
}

const empty = (...names: string[]): Files => Object.fromEntries(names.map((name) => [name, ""]));

test("files that share a part of their names are one job, and its inputs", () => {
  const pairs = files({ r1: "in/{s}_R1.fq", r2: "in/{s}_R2.fq" });
  const both = empty(
    "in/b_R2.fq",
    "in/a_R1.fq",
    "in/b_R1.fq",
    "in/a_R2.fq",
    "in/10_R1.fq",
    "in/10_R2.fq",
    "in/2_R1.fq",
  );
  assert.deepEqual(jobsOf(pairs, { ...both, "in/2_R2.fq": "" }), ["s=2", "s=10", "s=a", "s=b"]);
  assert.deepEqual(Object.keys(survey(pairs, { ...both, "in/2_R2.fq": "" }).inputs ?? {}), ["r1", "r2"]);
  // A file that belongs to several jobs, and names of which a part does not matter.
  const lanes = files({ reads: "in/{s}_S*_{lane}.fq", sheet: "sheets/{s}.csv" });
  const found = empty("in/a_S1_L1.fq", "in/a_S1_L2.fq", "in/b_S7_L1.fq", "sheets/a.csv", "sheets/b.csv");
  assert.deepEqual(jobsOf(lanes, found), [
    "s=a lane=L1 *reads=in/a_S1_L1.fq",
    "s=a lane=L2 *reads=in/a_S1_L2.fq",
    "s=b lane=L1 *reads=in/b_S7_L1.fq",
  ]);
});

test("files without a partner are named, each with what it lacks, in one message", () => {
  const pairs = files({ r1: "in/{s}_R1.fq", r2: "in/{s}_R2.fq" });
  const hint = "(add what is missing, or move away what is alone)";
  assert.deepEqual(wrong(pairs, empty("in/a_R1.fq", "in/a_R2.fq", "in/b_R1.fq", "in/c_R2.fq")), [
    `2 files without a partner: in/b_R1.fq lacks r2, in/b_R2.fq; in/c_R2.fq lacks r1, in/c_R1.fq ${hint}`,
  ]);
  const many = empty("in/0_R2.fq", ...Array.from({ length: 100 }, (_, i) => `in/${i}_R1.fq`));
  assert.match(
    wrong(pairs, many).join("\n"),
    /^99 files without .*in\/3_R2\.fq; and 96 more \(add what is missing[^\n]*$/,
  );
  assert.deepEqual(wrong(pairs, empty("in/a_R1.fq", "in/b_R1.fq")), [
    'nothing matches r2: "in/{s}_R2.fq"; r1 has 2 files (in/ has a_R1.fq, b_R1.fq; no wildcard matches a leading dot)',
  ]);
  const lanes = files({ reads: "{s}_{lane}.fq", sheet: "{s}.csv" });
  assert.deepEqual(wrong(lanes, empty("a_1.fq", "a.csv", "b.csv")), [
    `1 file without a partner: b.csv lacks reads, b_{lane}.fq ${hint}`,
  ]);
  assert.deepEqual(wrong(files({ r1: "{s}_*.fq", r2: "{s}.csv" }), empty("a_1.fq", "a_2.fq", "a.csv")), [
    '"{s}_*.fq" finds more than one file for r1 of one job: a_1.fq and a_2.fq (put a placeholder where they differ, or more of the name instead of the wildcard)',
  ]);
});

test("patterns that do not say which files belong together are refused", () => {
  assert.deepEqual(wrong(files({ a: "{x}.a", b: "{y}.b" })), [
    'no pattern of files({ a: "{x}.a", b: "{y}.b" }) has all of {x} and {y}, so that it is not said which files belong together (let one of them have all; for each file with each other one: files("…").times(files("…")))',
  ]);
  assert.match(
    wrong(files({ a: "{x}.a", ref: "ref.fa" })).join("\n"),
    /ref has no placeholder.*inputs: \{ ref: shared/,
  );
  assert.match(
    wrong(files({ a: "in/{x}.a", b: "in/{x}.b" })).join("\n"),
    /^the swarm has no jobs: nothing matches files/,
  );
});

test("each job of a source with each of another, as long as their params differ", () => {
  const crossed = files("in/{s}.bam")
    .filter(({ s }) => s !== "c")
    .times(matrix({ chrom: [1, 2] }).times(list("k", ["x"])))
    .filter(({ s, chrom }) => s === "b" || chrom === 2);
  const bams = empty("in/a.bam", "in/b.bam", "in/c.bam");
  assert.deepEqual(jobsOf(crossed, bams), ["s=a chrom=2 k=x", "s=b chrom=1 k=x", "s=b chrom=2 k=x"]);
  const clash = table("p.csv").times(list("n", [1, 2]) as never);
  assert.deepEqual(wrong(clash, { "p.csv": "n,m\n1,2\n" }), [
    "both sources have the param n (name it otherwise in one of them; to put rows to files: table(…) alone, with its params in the paths of the inputs)",
  ]);
  const inputs = files({ a: "{x}.a" }).times(files({ a: "{y}.b" }));
  assert.match(wrong(inputs, empty("1.a", "2.b")).join("\n"), /^both sources have the input a \(/);
  assert.match(wrong(list("n", []).times(list("m", [1]))).join("\n"), /^the swarm has no jobs: the list/);
});

test("the lines of a file are jobs, and what may be no value is asked for", () => {
  const text = "\uFEFFid1\r\n\r\n# a comment\r\n  \r\nid 2\r\n#\r\n007";
  assert.deepEqual(jobsOf(lines("ids.txt", "s"), { "ids.txt": text }), ["s=id1", "s=id 2", "s=007"]);
  assert.deepEqual(jobsOf(lines("ids.txt"), { "ids.txt": "a\nb\n" }), ["line=a", "line=b"]);
  assert.deepEqual(wrong(lines("ids.txt", "s"), { "ids.txt": "a\n#b\na\n b\nc\td\n" }), [
    'ids.txt:5:2 the line has a tab in it: is this a table? (for columns: table("ids.txt"), whose first line names them)',
    'ids.txt:2:1 this line begins with #: it may be a value, or a comment (say which: lines("ids.txt", "s", { comments: true }) leaves such lines out, { comments: false } takes them)',
    "ids.txt:3:1 this line says the same as line 1 (leave one of them out)",
  ]);
  const hashed = { "ids.txt": "a\n#b\n" };
  assert.deepEqual(jobsOf(lines("ids.txt", "s", { comments: true }), hashed), ["s=a"]);
  assert.deepEqual(jobsOf(lines("ids.txt", "s", { comments: false }), hashed), ["s=a", "s=#b"]);
  assert.match(
    survey(lines("ids.txt"), { "ids.txt": "a\nb \n" }).notes.map(told).join("\n"),
    /^ids\.txt:2:1 a line begins/,
  );
  assert.match(
    wrong(lines("ids.txt"), { "ids.txt": "# none\n" }).join("\n"),
    /^the swarm has no jobs: all lines of ids/,
  );
  const same = wrong(lines("ids.txt"), { "ids.txt": "a\n".repeat(1000) });
  assert.equal(same.at(-1), "and 996 more of these in ids.txt");
});

test("numbers at equal distances and ratios are rounded once, to 15 digits", () => {
  const numbers = (source: unknown) => Array.from(survey(source).jobs, ({ x }) => x as number);
  assert.deepEqual(numbers(linspace("x", 0, 1, 11)), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  assert.deepEqual(numbers(linspace("x", 0.3, -0.3, 7)), [0.3, 0.2, 0.1, 0, -0.1, -0.2, -0.3]);
  assert.deepEqual(numbers(linspace("x", 0, 1, 4)), [0, 0.333333333333333, 0.666666666666667, 1]);
  assert.deepEqual(numbers(linspace("x", 5, 7, 1)), [5]);
  assert.deepEqual(numbers(logspace("x", -3, 3, 7)), [0.001, 0.01, 0.1, 1, 10, 100, 1000]);
  assert.deepEqual(numbers(logspace("x", 0, 1, 3)), [1, 3.16227766016838, 10]);
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-14 * Math.abs(b);
  for (const [from, to, count] of [
    [-7.5, 12.25, 1000],
    [1e-9, 3e5, 97],
    [250, -250, 501],
  ] as const) {
    const step = (to - from) / (count - 1);
    const linear = numbers(linspace("x", from, to, count));
    assert.ok(linear.every((x, i) => close(x, from + step * i) || Math.abs(x - from - step * i) < 1e-12 * count));
    const ratios = numbers(logspace("x", Math.min(from, 200), to > 200 ? 200 : to, count));
    const [low, high] = [Math.min(from, 200), to > 200 ? 200 : to];
    const exact = (i: number) => low + ((high - low) * i) / (count - 1);
    assert.ok(ratios.every((x, i) => Math.abs(Math.log10(x) - exact(i)) < 1e-12 * 200));
  }
  assert.throws(() => linspace("x", 0, 0, 2), DefinitionMistake);
  assert.throws(() => linspace("x", 0, 1, 1.5), DefinitionMistake);
  assert.throws(() => logspace("x", 0.001, 1000, 7), /numbers that are too large/);
});

test("types know the params of both sources, and the inputs that files are", async () => {
  const jobs = 'files({ r1: "in/{s}_R1.fq", r2: linked("in/{s}_R2.fq") })';
  const good = (source: string, jobName = "{s}") =>
    definition({
      import: 'import { defineSwarm, files, linked, linspace, local, matrix, sh, table } from "locusts"',
      name: `  name: "x", jobName: "${jobName}",`,
      jobs: `  jobs: ${source},`,
      inputs: "",
      outputs: '  outputs: { o: "{s}_{k}.txt" },',
      command:
        "  command: ({ inputs, params, outputs }) => sh`cat ${inputs.r1} ${inputs.r2} ${params.k} > ${outputs.o}`,",
    });
  assert.deepEqual(
    await mistakes(good(`${jobs}.times(matrix({ k: [1, 2] })).filter(({ k, s }) => k > 1 || s === "")`)),
    [],
  );
  assert.deepEqual(await mistakes(good(jobs, "{t}")), [
    "3:23 unknown placeholder {t}; this swarm's jobs have {s}",
    "6:17 unknown placeholder {k}; this swarm's jobs have {s}",
    '7:87 there is no param "k"; this swarm\'s params are s',
  ]);
  assert.deepEqual(await mistakes(good(`${jobs}.times(linspace("s", 0, 1, 3))`)), [
    `4:${10 + jobs.length + 6} both sources have the param {s} (name it otherwise in one of them; to put rows to files: table(…) alone, with its params in the paths of the inputs)`,
  ]);
  assert.match(
    (await mistakes(good(`${jobs}.times({ k: [1] })`))).join("\n"),
    /^4:\d+ what is given to times\(…\) is no source/,
  );
  assert.match(
    (await mistakes(good('files(["{s}.fq"])'))).join("\n"),
    /^4:15 files takes a pattern, or several by the names/,
  );
});

test.run();
