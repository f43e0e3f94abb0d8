import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** What jobs have used. */
const test = suite("usage");

/** Holds some memory for a while, burns time in two processes, writes a megabyte, and says what the system has counted of it. */
const PROGRAM = `
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
const memory = Buffer.alloc(80e6, 1);
const burn = "const end = process.cpuUsage().user + 4e5; while (process.cpuUsage().user < end); console.log(JSON.stringify(process.cpuUsage()))";
const other = JSON.parse(execFileSync(process.execPath, ["-e", burn], { encoding: "utf8" }));
while (process.cpuUsage().user < 4e5);
writeFileSync("written", Buffer.alloc(1e6, 2));
await new Promise((done) => setTimeout(done, 2300 + memory[0]));
const own = process.cpuUsage();
const seconds = (own.user + own.system + other.user + other.system) / 1e6;
writeFileSync(process.argv[2], JSON.stringify({ seconds, memory: process.resourceUsage().maxRSS * 1024 }));
process.exitCode = Number(process.argv[3]);
`;

const NODE = JSON.stringify(process.execPath);

const fields = (jobs: string, environment: string, more: string) => `
  jobs: list("id", ${jobs}),
  outputs: { facts: "{id}.json" },
  resources: { memory: "900 MB" },
  command: ({ outputs, params }) => sh\`
    [[ \${params.id} != quick ]] || { echo '{}' > \${outputs.facts}; exit; }
    code=0
    [[ \${params.id} != fails ]] || code=5
    "$NODE" work.mjs \${outputs.facts} "$code"\`,
  environment: { ${environment} variables: { NODE: ${NODE} } },
  ${more}
`;

function assertMeasured(row: Readonly<Record<string, string>>, facts: string): void {
  const said = JSON.parse(facts) as { seconds: number; memory: number };
  const [cpu, memory] = [Number(row.cpu_seconds), Number(row.peak_memory)];
  // The rest is what starting the programs takes, and the job's shell.
  assert.ok(cpu > said.seconds * 0.9 && cpu < said.seconds * 1.4 + 0.1, `${cpu} s, and it was ${said.seconds} s`);
  assert.ok(memory > said.memory * 0.9 && memory < said.memory * 1.5, `${memory}, and it was ${said.memory}`);
  assert.match(row.read_bytes ?? "", /^\d+$/);
  assert.match(row.written_bytes ?? "", /^\d+$/);
}

test("processor time, memory and bytes of jobs are measured, also of one that fails", async () => {
  const deployment = new Deployment(
    fields('["works", "fails", "quick"]', "", 'inputs: { program: shared("work.mjs") },'),
    { "work.mjs": PROGRAM },
  );
  const { stderr } = await deployment.deploy();
  const jobs = deployment.jobs();
  const works = jobs.get("works") ?? {};
  assertMeasured(works, readFileSync(join(deployment.folder, "results/works.json"), "utf8"));
  const { cpu_seconds, peak_memory, exit_code } = jobs.get("fails") ?? {};
  assert.equal(exit_code, "5");
  assert.ok(Number(cpu_seconds) > 0.7 && Number(peak_memory) > 80e6, `${cpu_seconds} s, ${peak_memory} bytes`);
  const quick = jobs.get("quick") ?? {};
  assert.equal(quick.peak_memory, "NA");
  assert.ok(Number(quick.cpu_seconds) < 0.2, quick.cpu_seconds);
  await deployment.assertQuiet();
  const [, most] = /jobs used at most (\d+ MB) and asked for 900 MB: with memory: "\d00 MB"/.exec(stderr) ?? [];
  assert.ok(most !== undefined && stderr.includes(`, at most ${most} of memory each`), stderr);
});

test("in a tree of its own, too", async () => {
  const environment = 'tree: tree({ root: "tree", select: ["**"], mode: "perJob" }),';
  const deployment = new Deployment(fields('["works"]', environment, ""), { "tree/work.mjs": PROGRAM });
  await deployment.succeed();
  assertMeasured(deployment.jobs().get("works") ?? {}, deployment.result("tree/works.json"));
});

test("journals and ledgers of versions that did not measure are read", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 3),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`
      [[ \${params.i} != 2 ]] || exit 7
      echo \${params.i} > \${outputs.text}\`,
  `);
  await deployment.deploy(["--detach"]);
  await until("it has ended", () => deployment.journal().some(([event]) => event === "finish"));
  const folder = join(deployment.run(), "journal");
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    const earlier = lines.map((line) => line.replace(/^((?:done|failed)(?:\t[^\t]*){6})(?:\t[^\t]*){4}/, "$1"));
    assert.notDeepEqual(earlier, lines);
    writeFileSync(join(folder, name), earlier.join("\n"));
  }
  await deployment.verb(["gather"]);
  assert.deepEqual(deployment.results(), ["1.txt", "3.txt"]);
  assert.equal(deployment.jobs().get("2")?.exit_code, "7");
  assert.equal(deployment.jobs().get("1")?.cpu_seconds, "NA");
  const ledger = deployment.read(".locusts/ledger.tsv");
  deployment.write(".locusts/ledger.tsv", ledger.replaceAll(/(?:\t[^\t\n]*){4}\t\.$/gm, "\t."));
  const { report } = await deployment.deploy(["--only", "1"]);
  assert.equal(report.jobs.cached, 2, "jobs that are done stay done");
});

test("how long jobs ran: all tries count, and what had ended before a deploy is told apart", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 2),
    outputs: { text: "{i}.txt" },
    limits: { retries: 2 },
    command: ({ outputs, params }) => sh\`
      [[ \${params.i} != 2 ]] || exit 7
      echo \${params.i} > \${outputs.text}\`,
  `);
  const first = await deployment.verb(["deploy"]);
  assert.match(
    first.stdout,
    /^took .*: 2 jobs ran for \d.* in 4 tries, with .* of processor time in their last ones$/m,
  );
  await deployment.verb(["deploy", "--redo", "1", "--only", "1", "--detach"]);
  await until("it has ended", () => deployment.journal(2).some(([event]) => event === "finish"));
  const second = await deployment.verb(["deploy", "--json"]);
  const { used } = JSON.parse(second.stdout);
  assert.deepEqual([used.ended, used.tries], [1, 3]);
  await deployment.verb(["deploy", "--redo", "1", "--only", "1", "--detach"]);
  await until("it has ended", () => deployment.journal(4).some(([event]) => event === "finish"));
  const third = await deployment.verb(["deploy"]);
  assert.match(third.stdout, /^took .*: 1 job ran for .* in 3 tries, with .* in the last one$/m);
  assert.match(third.stdout, /^1 job had ended before this deploy, and ran for .*, with .* of processor time$/m);
});

test.run();
