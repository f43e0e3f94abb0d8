import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import type { DataColumns } from "../../compiler/format/data-columns.js";
import { readPlacedLines } from "../../compiler/format/lines.js";
import type { DataMistake } from "../../runtime/results/data/data-mistake.js";
import { readData } from "../../runtime/results/data/read-data.js";
import { readPage, valuesOf } from "../report/read-page.js";
import { suite } from "../runner/suite.js";
import { temporaryFolder } from "../swarms/swarm-folders.js";
import { Deployment } from "./deployment.js";

const test = suite("data");

/** A Parquet file by another implementation than the one that has written it: its columns' types, and its rows. */
async function readParquet(path: string) {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { children } = parquetSchema(await parquetMetadataAsync(file));
  const types = Object.fromEntries(children.map(({ element }) => [element.name, element.type]));
  return { types, rows: await parquetReadObjects({ file }) };
}

const FITS = `
  jobs: list("id", ["a", "b", "c", "d", "e", "f", "g"]),
  outputs: {
    fit: data("fits/{id}.json", { slope: "number", steps: "integer?", converged: "boolean", note: "string" }),
    trace: optional(data("traces/{id}.csv", { t: "integer", "x y": "number?" })),
  },
  command: ({ params, outputs }) => sh\`
    good='{"slope": 1.5, "steps": 7, "converged": true, "note": "tab\\tand more", "other": []}'
    case \${params.id} in
      a) printf '%s' "$good" > \${outputs.fit}; printf 'x y,t\\n"1.25",1\\n,2\\n' > \${outputs.trace} ;;
      b) printf '[%s,\\n %s]' "$good" '{"slope": -2e3, "converged": false, "note": ""}' > \${outputs.fit} ;;
      c) echo odd >&2; printf '{\\n  "slope": "steep", "converged": true, "note": ""}' > \${outputs.fit} ;;
      d) printf '{"slope": 1,\\n "converged": tru}' > \${outputs.fit} ;;
      e) printf '%s' "$good" > \${outputs.fit}; printf 't,x y\\n1,2\\n2,3,4\\n' > \${outputs.trace} ;;
      f) printf '{"slope": 1, "converged": true}' > \${outputs.fit} ;;
      g) printf '%s' "$good" > \${outputs.fit}; printf 't,x y\\n1,2\\n1.5,2\\n' > \${outputs.trace} ;;
    esac
  \`,
`;

test("the rows of all jobs come together, with their types; a job whose file does not fit has failed, and its place is named", async () => {
  const swarm = new Deployment(FITS);
  const { exitCode, stderr } = await swarm.deploy();
  assert.equal(exitCode, 3);
  const blanks =
    /^note: fit\.tsv has blanks for the tabs, line ends and NULs of 2 texts; fit\.parquet has them as they are$/m;
  assert.match(stderr, blanks);
  const jobs = swarm.jobs();
  const { failures } = (await swarm.deploy(["--only", "a"])).report;
  assert.deepEqual(
    [...jobs.values()].map(({ status, cause }) => `${status} ${cause}`),
    ["done ok", "done ok", ...Array.from({ length: 5 }, () => "failed invalid-output")],
  );
  assert.deepEqual(
    failures.map(({ detail }) => detail),
    [
      'fits/c.json:2:12: slope is "steep", and is declared to be a number',
      "fits/d.json:2:15: it is no JSON: invalid symbol",
      "traces/e.csv:3:1: a row has 3 fields, and the header 2",
      "fits/f.json:1:1: note is missing",
      'traces/g.csv:3:1: t is "1.5", and is declared to be a whole number',
    ],
  );
  assert.deepEqual(
    swarm.results().filter((path) => path.includes("/")),
    ["fits/a.json", "fits/b.json", "traces/a.csv"],
  );

  assert.equal(swarm.log("c"), "odd\n", "what it has printed is collected as of any failed job");

  assert.equal(
    swarm.result("fit.tsv"),
    [
      "name\tid\tslope\tsteps\tconverged\tnote",
      "a\ta\t1.5\t7\ttrue\ttab and more",
      "b\tb\t1.5\t7\ttrue\ttab and more",
      "b\tb\t-2000\tNA\tfalse\t",
      "",
    ].join("\n"),
  );
  const fit = await readParquet(swarm.path("results/fit.parquet"));
  assert.deepEqual(fit.types, {
    ...{ name: "BYTE_ARRAY", id: "BYTE_ARRAY", slope: "DOUBLE", steps: "INT64", converged: "BOOLEAN" },
    note: "BYTE_ARRAY",
  });
  assert.deepEqual(fit.rows, [
    { name: "a", id: "a", slope: 1.5, steps: 7n, converged: true, note: "tab\tand more" },
    { name: "b", id: "b", slope: 1.5, steps: 7n, converged: true, note: "tab\tand more" },
    { name: "b", id: "b", slope: -2000, steps: null, converged: false, note: "" },
  ]);
  const trace = await readParquet(swarm.path("results/trace.parquet"));
  assert.deepEqual(trace.rows, [
    { name: "a", id: "a", t: 1n, "x y": 1.25 },
    { name: "a", id: "a", t: 2n, "x y": null },
  ]);
  const all = await readParquet(swarm.path("results/jobs.parquet"));
  assert.deepEqual(
    all.rows.map(({ name, status, attempts }) => [name, status, attempts]),
    [...swarm.jobs().values()].map(({ name, status, attempts }) => [name, status, BigInt(attempts as string)]),
  );

  swarm.write("use.ts", 'import { fit } from "./results.js";\nexport const rows = [...fit()];\n');
  const { rows } = await import(await transpiled(swarm));
  assert.deepEqual(rows[2], { name: "b", id: "b", slope: -2000, steps: null, converged: false, note: "" });

  swarm.write("results/fit.tsv", "mine\n");
  assert.match((await swarm.deploy()).stderr, /results\/fit\.tsv is a file of yours, where Locusts writes a table/);
});

test("what no number here holds is told, and not made another; words that objects inherit are none", () => {
  const folder = temporaryFolder();
  const rowsOf = (name: string, text: string | Buffer, type: DataColumns[string]) => {
    writeFileSync(join(folder, name), text);
    try {
      return [...readData(join(folder, name), name, { x: type })].flat();
    } catch (error) {
      return (error as DataMistake).message;
    }
  };
  const fits = ["0", "-0.0e5", "9007199254740991", "100000000000000000000", "1.5e20", "-1e308", "9007199254740992.5"];
  // As programs write numbers: with 17 digits, or as few as tell them from others.
  fits.push(
    "1.2345678901234567e+20",
    "1234567890123456800",
    "-9.0071992547409920e+15",
    "99999999999999991611392",
    "1e23",
  );
  for (const text of fits) {
    assert.deepEqual(rowsOf("a.tsv", `x\n${text}\n`, "number"), [Number(text)]);
    assert.deepEqual(rowsOf("a.json", `[{"x": 1}, {"x": ${text}}]`, "number"), [1, Number(text)]);
  }
  const others = {
    "9007199254740993": "9007199254740992",
    "-1e400": "infinite",
    "123456789012345678.0": "123456789012345680",
    "-1e-400": "0",
    "9007199254740993e0": "9007199254740992",
    "-1.234567890123456789E18": "-1234567890123456768",
    "9007199254740.993e3": "9007199254740992",
  };
  for (const [text, would] of Object.entries(others)) {
    const expected = new RegExp(`x is "${text}", and would be ${would} as a number`);
    for (const type of ["number", "integer?"] as const) {
      assert.match(String(rowsOf("a.tsv", `x\n${text}\n`, type)), expected);
      assert.match(String(rowsOf("a.csv", `x\n${text}\n`, type)), expected);
      assert.match(String(rowsOf("a.json", `[{"x": 1},\n {"x": ${text}}]`, type)), expected);
      assert.match(String(rowsOf("a.jsonl", `{"x": 1}\n{"x": ${text}}`, type)), /^2:7: x is/);
    }
  }
  assert.deepEqual(rowsOf("a.csv", "x\ncafé\n", "string"), ["café"]);
  assert.match(
    String(rowsOf("a.csv", Buffer.from("x\ncaf\xe9\n", "latin1"), "string")),
    /^2:1: x is "caf.", with something/,
  );
  assert.match(
    String(rowsOf("a.json", '{"x": "\\ud800"}', "string")),
    /^1:7: x is ".", with something that is no char/,
  );
  assert.deepEqual(rowsOf("a.tsv", "x\ninf\nNaN\n", "number"), [Number.POSITIVE_INFINITY, Number.NaN]);
  assert.deepEqual(rowsOf("a.csv", '\uFEFF"y","x"\r\n"1,\r\n2","3"\r\n,4\r\n', "number"), [3, 4]);
  for (const word of ["constructor", "toString", "__proto__"])
    for (const type of ["boolean", "number"] as const)
      assert.match(String(rowsOf("a.tsv", `x\n${word}\n`, type)), new RegExp(`^2:1: x is "${word}", and is declared`));
});

test("no row is dropped, and the text NA is not nothing", async () => {
  const texts = ["DE", "NA", null, '"NA"', '""NA', "", "NAN"];
  const swarm = new Deployment(`
    jobs: list("id", ["a", "b"]),
    outputs: { one: data("one/{id}.tsv", { x: "number?" }), place: data("place/{id}.json", { code: "string?" }) },
    command: ({ outputs, params }) => sh\`
      printf 'x\\n\\n1\\n\\n3\\n\\n' > \${outputs.one}
      echo \${${JSON.stringify(JSON.stringify(texts.map((code) => ({ code }))))}} > \${outputs.place}\`,
  `);
  await swarm.succeed();
  const ofBoth = (rows: readonly string[]) =>
    ["a", "b"].flatMap((id) => rows.map((row) => `${id}\t${id}\t${row}\n`)).join("");
  assert.equal(swarm.result("one.tsv"), `name\tid\tx\n${ofBoth(["NA", "1", "NA", "3"])}`);
  const written = ["DE", '"NA"', "NA", '""NA""', '"""NA"', "", "NAN"];
  assert.equal(swarm.result("place.tsv"), `name\tid\tcode\n${ofBoth(written)}`);
  swarm.write(
    "use.ts",
    'import { place } from "./results.js";\nexport const codes = [...place()].map(({ code }) => code);\n',
  );
  assert.deepEqual((await import(await transpiled(swarm))).codes, [...texts, ...texts]);

  swarm.write("a.csv", "x\n1\n\n3\n");
  const readRequired = () => [...readData(swarm.path("a.csv"), "a.csv", { x: "number" })];
  assert.throws(readRequired, /3:1: x is "", and is declared to be a number/);
});

test("of a line of some megabytes no character is lost", () => {
  const folder = temporaryFolder();
  const [path, note] = [join(folder, "a.jsonl"), `${"日é".repeat(500_000)}${"x".repeat(1_000_000)}`];
  writeFileSync(path, `{"x": 1, "note": ""}\n{"x": 2, "note": "${note}"}\n{"x": 3, "note": "é"}`);
  const rows = [...readData(path, "a.jsonl", { x: "integer", note: "string" })];
  assert.ok(rows.flat().join() === ["1,", `2,${note}`, "3,é"].join());
  writeFileSync(path, `1\n${note}\n\né\nrest`);
  const ends = [0, 2, 2 + 3_500_001, 2 + 3_500_002];
  assert.ok(
    isDeepStrictEqual(
      [...readPlacedLines(path)],
      ["1", note, "", "é"].map((line, i) => [ends[i], line]),
    ),
  );
});

/** The module that reads the results, and one that uses it, as JavaScript. */
async function transpiled(swarm: Deployment): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = swarm.path("use.mjs");
  await build({ entryPoints: [swarm.path("use.ts")], bundle: true, format: "esm", platform: "node", outfile });
  return outfile;
}

test("a module that reads results with other types than are declared is not up to date", async () => {
  const swarm = new Deployment(FITS);
  await swarm.verb(["build"]);
  const path = join(swarm.folder, "results.ts");
  const good = readFileSync(path, "utf8");
  const checks = [
    ["build", "--check"],
    ["build", "--check", "--no-inputs"],
  ];
  for (const words of checks) assert.equal((await swarm.verb(words)).exitCode, 0);
  writeFileSync(path, good.replaceAll("\n", "\r\n"));
  for (const words of checks) assert.equal((await swarm.verb(words)).exitCode, 0, "by git's ends of lines");
  writeFileSync(path, good.replace("slope: number", "slope: string"));
  for (const words of checks) {
    const { exitCode, stdout } = await swarm.verb(words);
    assert.equal(exitCode, 2);
    assert.match(stdout, /not up to date: .*results\.ts/);
  }
  assert.match((await swarm.verb(["build"])).stdout, /written .*results\.ts/);
  assert.equal(readFileSync(path, "utf8"), good);
});

test("tables of an output that there is no more are named; a table of the user's own is not replaced", async () => {
  const swarm = new Deployment(`
  jobs: range("i", 1, 2),
  outputs: { fit: data("{i}.json", { a: "number" }) },
  command: ({ outputs }) => sh\`echo '{"a": 1}' > \${outputs.fit}\`,
`);
  swarm.write("results/fit.tsv", "name\tweight\nmine\t1\n");
  const refused = await swarm.verb(["deploy"]);
  assert.match(refused.stderr, /fit\.tsv is a file of yours, where Locusts writes a table/);
  assert.equal(swarm.result("fit.tsv"), "name\tweight\nmine\t1\n");
  rmSync(swarm.path("results/fit.tsv"));
  await swarm.succeed();
  for (const name of ["fit", "jobs"])
    copyFileSync(swarm.path(`results/${name}.parquet`), swarm.path(`results/my-${name}.parquet`));
  assert.doesNotMatch((await swarm.verb(["deploy"])).stderr, /parquet/, "copies are no table of an output");
  const definition = readFileSync(swarm.path("swarm.config.ts"), "utf8");
  writeFileSync(
    swarm.path("swarm.config.ts"),
    definition.replace("{ fit: data", "{ other: data").replace("outputs.fit", "outputs.other"),
  );
  const { stderr } = await swarm.deploy();
  assert.match(
    stderr,
    /^note: fit\.tsv, fit\.parquet in results\/ are of outputs that the definition does not have any more/m,
  );
  assert.equal(stderr.match(/fit\.parquet/g)?.length, 1, "once");
  writeFileSync(swarm.path("swarm.config.ts"), definition.replace("{i}.json", "fit.tsv/{i}.json"));
  assert.match(
    (await swarm.verb(["check"])).stderr,
    /output fit\.tsv\/1\.json of the job 1 would lie where Locusts keeps/,
  );
});

test("columns that cannot be are refused at their place", async () => {
  const swarm = new Deployment(`
    jobs: list("id", ["fit"]),
    outputs: {
      fit: data("out/{id}.dat", { id: "number" }),
      other: data("{id}.tsv", { x: "number" }),
      jobs: data("o/{id}.tsv", { x: "number" }),
    },
    command: ({ outputs }) => sh\`touch \${outputs.fit} \${outputs.other} \${outputs.jobs}\`,
  `);
  const { stderr } = await swarm.verb(["check"]);
  assert.match(stderr, /swarm\.config\.ts:\d+:\d+ error: data\(…\) cannot tell what "out\/\{id\}\.dat" holds/);
  assert.match(stderr, /the column id is called like the job's name or a param/);
  assert.match(stderr, /the table of the output jobs would lie where Locusts keeps its own/);
});

test("a column's type that there is not is told at its place, with those that there are", async () => {
  const swarm = new Deployment(`
    jobs: list("id", ["a"]),
    outputs: { fit: data("fits/{id}.json", { slope: "float" }) },
    command: ({ outputs }) => sh\`touch \${outputs.fit}\`,
  `);
  const { stderr } = await swarm.verb(["check"]);
  assert.match(
    stderr,
    /a column is "string", "number", "integer" or "boolean", with a \? if it may be missing, not "float"/,
  );
  assert.match(stderr, /did you mean "number"\?/);
});

test("a deploy that is killed while tables take their places: the next verb puts the others in theirs", async () => {
  const fields = (ids: string) => `
    jobs: rows([${ids}].map((id) => ({ id, depth: "7", size: "1E5", part: "1.10", many: "9007199254740993" }))), outputs: { fit: data("{id}.json", { x: "number" }) },
    command: ({ outputs }) => sh\`echo '{"x": 1}' > \${outputs.fit}\`,`;
  const swarm = new Deployment(fields('"a"'));
  await swarm.succeed();
  // Of the renames to results/, the second is its last act.
  swarm.write(
    "kill.cjs",
    `const fs = require("node:fs"), rename = fs.renameSync;
     let count = 0;
     fs.renameSync = (from, to) => {
       rename(from, to);
       if (/results\\/[^/]+$/.test(to) && ++count === 2) process.kill(process.pid, "SIGKILL");
     };`,
  );
  swarm.define(fields('"a", "b"'));
  const { signal } = await swarm.beginDeploy([], { NODE_OPTIONS: `--require=${swarm.path("kill.cjs")}` }).outcome;
  assert.equal(signal, "SIGKILL");
  const tables = () => ["jobs.tsv", "outputs.tsv", "fit.tsv"].map((name) => /^id=b,/m.test(swarm.result(name)));
  assert.deepEqual(tables(), [true, true, false]);
  await swarm.verb(["status"]);
  assert.deepEqual(tables(), [true, true, true]);
  const { types, rows } = await readParquet(swarm.path("results/jobs.parquet"));
  assert.deepEqual([types.depth, types.size, types.part, types.many], ["DOUBLE", ...Array(3).fill("BYTE_ARRAY")]);
  const [{ depth, size, part, many }] = rows as [Record<string, unknown>];
  assert.deepEqual([depth, size, part, many], [7, "1E5", "1.10", "9007199254740993"], "no value became another one");
  assert.equal((await readParquet(swarm.path("results/fit.parquet"))).rows.length, 2);
  assert.deepEqual(valuesOf(readPage(swarm.result("report.html")), "status"), ["done", "done"]);
  assert.deepEqual(swarm.results(), ["a.json", "b.json", "fit.parquet", "fit.tsv"]);
});

test.run();
