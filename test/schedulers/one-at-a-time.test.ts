import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill, until } from "../deploy/deployment.js";
import { readPage, valuesOf } from "../report/read-page.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, type Place } from "../target/elsewhere.js";
import { catAndLs, followAfterDetach, linesInFolder, noMoreThanBusy, sharedOut } from "../target/pilot-checks.js";

/** Pilots under another batch system than SLURM: one of the test's own, and two lines that make it known. */
const test = suite("another batch system", undefined, { seconds: 120 });

const place: Place = {
  environment: { NODE_OPTIONS: `--import=${new URL("./use-one-at-a-time.js", import.meta.url).href}` },
  home: realpathSync(mkdtempSync(join(tmpdir(), "locusts-queue-"))),
};
const FOUR =
  'slurm({ directory: DIRECTORY, nodes: 4, cpusPerNode: 2, minJobsPerCpu: 1, walltime: "10m", silence: "4s" })';

test("each job has one result", async () => {
  await sharedOut(place, FOUR, 200);
});

test("no more pilots than the jobs can keep busy", () => noMoreThanBusy(place, FOUR.replace("minJobsPerCpu: 1, ", "")));

test("deploy --detach leaves at once; the next deploy follows and gathers", () => followAfterDetach(place, FOUR));

test("the predecessor's first example; lines in a folder of their own", async () => {
  await catAndLs(FOUR.replace("DIRECTORY", JSON.stringify(join(place.home, "first"))), place.environment);
  const project = join(place.home, "project");
  mkdirSync(project);
  await linesInFolder(place, FOUR, project, ":");
});

test("a pilot that is killed is followed by the next one; cancel ends what runs, and deploy goes on", async () => {
  const swarm = new Elsewhere(
    place,
    `jobs: range("i", 1, 24),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 1; echo \${params.i} > \${outputs.text}\`,`,
    FOUR,
  );
  const left = await swarm.deploy(["--detach"]);
  assert.equal(left.exitCode, 0, left.stderr);
  // What a manager's file begins with is its process.
  const manager = (name: string) =>
    Number(readFileSync(join(swarm.run(), "managers", `${name}.1`), "utf8").split(" ")[0]);
  await until("the first one is at work", () => (swarm.shares().get("p1") ?? 0) > 0);
  kill(manager("p1"));
  await until("the second one is at work", () => (swarm.shares().get("p2") ?? 0) > 0);
  const { document } = await swarm.json<{ stopped: number; jobs: { done: number } }>("cancel");
  assert.equal(document.stopped, 1);
  assert.ok(document.jobs.done > 0 && document.jobs.done < 24, JSON.stringify(document));
  assert.throws(() => process.kill(manager("p2"), 0), "nothing runs any more");
  const states = valuesOf(readPage(swarm.result("report.html")), "status");
  assert.equal(
    states.filter((state) => state === "done").length,
    document.jobs.done,
    "and the report has what is done",
  );
  const report = await swarm.succeed();
  assert.equal(report.jobs.done, 24);
});

test.run();
