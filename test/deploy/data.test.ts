import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { readPage, valuesOf } from "../report/read-page.js";
import { suite } from "../runner/suite.js";
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
  const { exitCode } = await swarm.deploy();
  assert.equal(exitCode, 3);
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

/** The module that reads the results, and one that uses it, as JavaScript. */
async function transpiled(swarm: Deployment): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = swarm.path("use.mjs");
  await build({ entryPoints: [swarm.path("use.ts")], bundle: true, format: "esm", platform: "node", outfile });
  return outfile;
}

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
  const { stderr } = await swarm.begin(["check"]).outcome;
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
  const { stderr } = await swarm.begin(["check"]).outcome;
  assert.match(
    stderr,
    /a column is "string", "number", "integer" or "boolean", with a \? if it may be missing, not "float"/,
  );
  assert.match(stderr, /did you mean "number"\?/);
});

test("a deploy that is killed while tables take their places: the next verb puts the others in theirs", async () => {
  const fields = (ids: string) => `jobs: list("id", [${ids}]), outputs: { fit: data("{id}.json", { x: "number" }) },
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
  const tables = () => ["jobs.tsv", "outputs.tsv", "fit.tsv"].map((name) => /^b\t/m.test(swarm.result(name)));
  assert.deepEqual(tables(), [true, true, false]);
  await swarm.begin(["status"]).outcome;
  assert.deepEqual(tables(), [true, true, true]);
  assert.equal((await readParquet(swarm.path("results/fit.parquet"))).rows.length, 2);
  assert.deepEqual(valuesOf(readPage(swarm.result("report.html")), "status"), ["done", "done"]);
  assert.deepEqual(swarm.results(), ["a.json", "b.json", "fit.parquet", "fit.tsv"]);
});

test.run();
