import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { readPage, unpack, valuesOf } from "./read-page.js";

const test = suite("report");

/** Names that would be code, or break out of where they stand, if they were not data. */
const HOSTILE = ["</script><script>alert(1)</script>", `it's "quoted" & <b>`, "line\u2028end", "{{name}}"];

const SWARM = `
  jobs: list("word", [...${JSON.stringify(HOSTILE)}, "again", "fine"]),
  command: ({ params }) => sh\`
    case \${params.word} in
      fine) true ;;
      again) kill -TERM "$BASHPID" ;;
      *) printf '%s\\n' "</pre><script>alert(2)</script> failed" >&2; exit 3 ;;
    esac
  \`,
  limits: { retries: 1, retryOn: ["signal"] },
`;

test("one file holds every job of all runs as data, and asks for nothing", async () => {
  const swarm = new Deployment(SWARM);
  await swarm.deploy();
  const first = swarm.result("report.html");
  const names = [...swarm.jobs().keys()];
  const data = readPage(first);
  assert.deepEqual(valuesOf(data, "name"), names, "in the order of jobs.tsv");
  assert.deepEqual(valuesOf(data, "word"), [...HOSTILE, "again", "fine"]);
  assert.deepEqual(
    valuesOf(data, "status"),
    [...swarm.jobs().values()].map(({ status }) => status),
  );
  // Two of its own, and the data: nothing that a job is called, or has printed, has become one.
  assert.equal(first.match(/<script/gi)?.length, 2, "no other scripts");
  assert.match(first, /&lt;\/pre&gt;&lt;script&gt;alert\(2\)/, "what a failed job printed");
  assert.doesNotMatch(first, /<(?:link|img|script|iframe)[^>]+(?:src|href)="(?!data:,)/, "nothing is loaded");
  assert.match(first, /default-src 'none'/);
  // Without its script.
  const [, body = ""] =
    /<tbody>((?:(?!<\/tbody>).)*)<\/tbody><\/table><\/div>\s*<\/div>\s*<p class="controls pages/s.exec(first) ?? [];
  assert.equal(body.match(/<tr>/g)?.length, names.length, "each job has a row");

  const tries = data.timeline?.tries;
  assert.equal(tries?.jobs.length, names.length + 1, "the first try of the one that was tried again, too");
  assert.equal(tries?.jobs.filter((job) => job === names.indexOf("again")).length, 2);

  await swarm.deploy(["--redo", "fine", "--only", "fine"]);
  const second = readPage(swarm.result("report.html")).timeline;
  assert.equal(second?.tries?.jobs.length, names.length + 2);
  assert.deepEqual(
    second?.segments.flatMap(({ runs }) => runs),
    ["local/1", "local/2"],
  );

  const before = swarm.result("report.html");
  await swarm.deploy(["--only", "fine"]);
  assert.equal(swarm.result("report.html"), before, "nothing has changed: it is not written again");
  await swarm.deploy(["--redo", "fine", "--only", "fine", "--no-report"]);
  assert.equal(swarm.result("report.html"), before, "nobody wants it");
  const { stdout } = await swarm.verb(["report"]);
  assert.equal(stdout.trim(), "results/report.html");
  assert.equal(readPage(swarm.result("report.html")).timeline?.tries?.jobs.length, names.length + 3);

  swarm.write("results/report.html", "<p>mine</p>");
  const { stderr } = await swarm.deploy(["--redo", "fine", "--only", "fine"]);
  assert.match(stderr, /results\/report\.html is not what Locusts has written: move it away/);
  assert.equal(swarm.result("report.html"), "<p>mine</p>");
});

test("params stand in the table as they are, with and without the page's script", async () => {
  const values = [90129986403439, 1.23456, 0.5005];
  const swarm = new Deployment(`jobs: list("k", ${JSON.stringify(values)}), command: () => sh\`true\`,`);
  await swarm.deploy();
  await swarm.verb(["report"]);
  const page = swarm.result("report.html");
  assert.deepEqual(valuesOf(readPage(page), "k"), values);
  for (const value of values) assert.ok(page.includes(`<td class="number">${value}</td>`), String(value));
});

test("while one is at work that leaves the page out, report says that there is none, and names no file", async () => {
  const swarm = new Deployment("jobs: [], command: () => sh`true`,");
  const go = swarm.path("go");
  swarm.define(`jobs: list("i", [1]), command: () => sh\`until [ -e ${go} ]; do sleep 0.1; done\`,`);
  const begun = swarm.begin(["deploy", "--no-report"]);
  while (!existsSync(swarm.path(".locusts/local/runs/1"))) await sleep(50);
  const none = await swarm.verb(["report"]);
  assert.deepEqual([none.exitCode, none.stdout], [1, ""]);
  assert.match(none.stderr, /at work here: .*, and there is no report yet\n {2}hint: /);
  swarm.write("go", "");
  assert.equal((await begun.outcome).exitCode, 0);
  assert.equal((await swarm.verb(["report"])).stdout.trim(), "results/report.html");
  assert.ok(swarm.exists("results/report.html"));
});

test("while a deploy goes on the page has news, in a script beside it; at the end it is one file again", async () => {
  const swarm = new Deployment("jobs: [], command: () => sh`true`,");
  const go = swarm.path("go");
  swarm.define(`
    jobs: list("word", ["quick", "slow"]),
    command: ({ params }) => sh\`[ \${params.word} = quick ] || until [ -e ${go} ]; do sleep 0.1; done\`,
  `);
  const begun = swarm.begin(["deploy"]);
  const news = swarm.path("results", "report-live.js");
  while (!existsSync(news) || !swarm.exists("results/report.html")) await sleep(50);
  const script = readFileSync(news, "utf8");
  const [, json = ""] = /^locustsReport\((.*)\);\n$/s.exec(script) ?? [];
  const told = JSON.parse(json) as { sections: Record<string, string>; data: string };
  assert.match(told.sections.progress ?? "", /Running now.*slow/s);
  assert.deepEqual(valuesOf(unpack(told.data), "status"), ["done", "pending"]);
  assert.match(swarm.result("report.html"), /<body data-live="report-live\.js">/);
  swarm.write("go", "");
  const { exitCode, stderr } = await begun.outcome;
  assert.equal(exitCode, 0, stderr);
  assert.equal(swarm.exists("results/report-live.js"), false);
  assert.match(swarm.result("report.html"), /<body>/);
  assert.deepEqual(valuesOf(readPage(swarm.result("report.html")), "status"), ["done", "done"]);
});

test.run();
