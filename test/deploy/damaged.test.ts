import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../runner/suite.js";
import { begin, Deployment, kill, until } from "./deployment.js";

/** State files that were damaged or lost while nothing ran: a deploy goes on, or says what to do. */
const test = suite("damaged state");

const SWARM = (word: string, pause = "") => `
  jobs: range("i", 1, 4),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} >> ../../../../../../../../ran; ${pause} echo ${word} > \${outputs.text}\`,
`;

/** Two jobs are done long before the others. */
const PAUSE = "i=${params.i}; sleep $((i / 3)).$i;";

/** How often jobs have begun. */
function begun(deployment: Deployment): number {
  return deployment.exists("ran") ? deployment.read("ran").trim().split("\n").length : 0;
}

/** A run of which two jobs are done, and nothing was collected: all that worked on it is dead. */
async function leaveDead(deployment: Deployment): Promise<void> {
  const { child, outcome } = deployment.begin(["deploy"]);
  const journal = deployment.path(".locusts/local/runs/1/journal/main.1.tsv");
  const ended = () => (existsSync(journal) ? deployment.read(journal.slice(deployment.folder.length + 1)) : "");
  await until(
    "two jobs are done",
    () =>
      ended()
        .split("\n")
        .filter((line) => line.startsWith("done")).length >= 2,
    30,
  );
  child.kill("SIGKILL");
  await outcome;
  for (const pid of deployment.processes()) kill(pid);
  await until("all are gone", () => deployment.processes().length === 0, 10);
  rmSync(deployment.path("results"), { recursive: true, force: true });
  for (const record of ["ledger.tsv", "placed.tsv"]) rmSync(deployment.path(".locusts", record), { force: true });
}

const NOISE = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 151 + 89) % 256));

test("a run whose bundle is damaged is gathered, and what was done does not run again", async () => {
  const deployment = new Deployment(SWARM("one", PAUSE));
  await leaveDead(deployment);
  const before = begun(deployment);
  const bundle = readdirSync(deployment.path(".locusts/local/bundle"), { recursive: true, withFileTypes: true });
  for (const entry of bundle) if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), NOISE);
  const report = await deployment.succeed();
  assert.equal(report.jobs.done, 4);
  assert.ok(begun(deployment) - before <= 2, `${begun(deployment) - before} jobs have run again`);
});

test("a bundle that is not whole, and was never deployed from here, is not called one that was", async () => {
  const deployment = new Deployment(SWARM("one"));
  const lab = 'lab: ssh({ host: "nowhere.invalid", directory: "/tmp", slots: 1 })';
  deployment.write("swarm.config.ts", deployment.read("swarm.config.ts").replace(/local: local\(.*?\)/, lab));
  assert.equal((await deployment.verb(["build"])).stderr, "");
  rmSync(deployment.path("bundle/lib"), { recursive: true }); // as where a folder was copied, and a link in it was not followed
  const { exitCode, stderr } = await deployment.verb(["status"]);
  assert.equal(exitCode, 1);
  assert.equal(
    stderr,
    `error: nothing has been deployed from here to lab yet, and ${deployment.path("bundle/lab")} is not as it was built\n` +
      "  hint: build it anew: locusts build\n",
  );
});

test("a line of a journal with other columns is named, and nothing but its job runs again", async () => {
  const deployment = new Deployment(SWARM("one", PAUSE));
  await leaveDead(deployment);
  const before = begun(deployment);
  const journal = ".locusts/local/runs/1/journal/main.1.tsv";
  const lines = deployment.read(journal).split("\n");
  const at = lines.findIndex((line) => line.startsWith("done"));
  lines[at] = (lines[at] as string).replace(/\t\.$/, "\tmore\t.");
  lines.splice(at, 0, "done\t1\t.");
  deployment.write(journal, lines.join("\n"));
  const sentence = (line: number) =>
    `note: line ${line} of journal/main.1.tsv of run 1 is torn, or has other columns than this version knows`;
  for (const verb of ["status", "deploy"]) {
    const { stderr } = await deployment.verb([verb]);
    for (const line of [at + 1, at + 2]) assert.ok(stderr.includes(sentence(line)), `${verb}: ${stderr}`);
  }
  assert.equal(deployment.results().filter((path) => /^\d\.txt$/.test(path)).length, 4);
  assert.equal(begun(deployment) - before, 3, "the two that were cut off, and the one of that line");
});

test("a manager that cannot open its journal leaves at once, in words", async () => {
  const deployment = new Deployment(SWARM("one", PAUSE));
  await leaveDead(deployment);
  mkdirSync(deployment.path(".locusts/local/runs/1/journal/main.2.tsv"));
  const manager = deployment.path(".locusts/local/bundle/manager.sh");
  const { exitCode, stderr } = await begin("bash", [manager], deployment.folder).outcome;
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /runs\/1\/journal\/main.2.tsv cannot be written/);
});

test("if the definition has changed as well, it is said that its results cannot be known", async () => {
  const deployment = new Deployment(SWARM("one", PAUSE));
  await leaveDead(deployment);
  writeFileSync(deployment.path(".locusts/local/bundle/bundle.json"), "");
  deployment.define(SWARM("two"));
  const { stderr, exitCode } = await deployment.verb(["deploy"]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /note: the results of run 1 cannot be collected: no whole bundle of it is left/);
  assert.equal(deployment.read("results/1.txt"), "two\n");
});

test("what is lost of a run keeps no deploy from going on, and status and clean work", async () => {
  const deployment = new Deployment(SWARM("one"));
  await deployment.succeed();
  const state = (path: string) => deployment.path(".locusts", path);
  for (const lost of [
    "local/runs/1/managers",
    "local/runs/1/journal",
    "local/runs/1/gathered",
    "local/bundle/bundle.json",
  ]) {
    rmSync(state(lost), { recursive: true });
  }
  writeFileSync(state("definition"), NOISE);
  writeFileSync(state("placed.tsv"), NOISE);
  const shown = await deployment.verb(["status"]);
  assert.equal(shown.exitCode, 0, shown.stderr);
  const report = await deployment.succeed();
  assert.deepEqual([report.jobs.cached, begun(deployment)], [4, 4], "nothing has run again");
  assert.equal(deployment.read(".locusts/definition"), "swarm.config.ts\n");
  const cleaned = await deployment.verb(["clean"]);
  assert.equal(cleaned.exitCode, 0, cleaned.stderr);
  assert.equal(deployment.exists(".locusts/local/runs"), false);
});

test("clean --reset takes no state file for a target, where a folder lies in its place", async () => {
  const deployment = new Deployment(SWARM("one"));
  await deployment.succeed();
  const names = ["placed.tsv", "digests.tsv", "tree.tsv", "putting"];
  for (const name of names) {
    rmSync(deployment.path(".locusts", name), { force: true });
    deployment.write(`.locusts/${name}/x`, "");
  }
  const { stdout, exitCode } = await deployment.verb(["clean", "--reset"]);
  assert.equal(exitCode, 0, stdout);
  for (const name of names) assert.ok(stdout.includes(`.locusts/${name} was not as Locusts writes it`), stdout);
  assert.doesNotMatch(stdout, /has been deployed|collected yet|could not be removed/);
  for (const name of names) assert.ok(!deployment.exists(`.locusts/${name}`), name);
});

test("clean --reset gets one out of anything, ends what runs, and keeps results", async () => {
  const deployment = new Deployment(SWARM("one"));
  await deployment.succeed();
  deployment.define(SWARM("two", "sleep 30;"));
  const { child, outcome } = deployment.begin(["deploy"]);
  await until("jobs run", () => begun(deployment) > 4, 30);
  child.kill("SIGKILL");
  await outcome;
  for (const path of [
    ".locusts/local/bundle/bundle.json",
    ".locusts/local/next-bundle/bundle.json",
    "bundle/local/bundle.json",
  ]) {
    writeFileSync(deployment.path(path), NOISE);
  }
  writeFileSync(deployment.path("results/outputs.tsv"), NOISE);
  rmSync(deployment.path(".locusts/local/runs/2/run"));
  mkdirSync(deployment.path(".locusts/local/runs/2/run"));
  const stuck = await deployment.verb(["deploy"]);
  assert.equal(stuck.exitCode, 1);

  // Somebody who looks at what lies there.
  const looking = spawn("sleep", ["60"], { cwd: deployment.path(".locusts/local/runs"), stdio: "ignore" });
  const reset = await deployment.verb(["clean", "--reset"]);
  assert.equal(reset.exitCode, 0, reset.stdout);
  assert.deepEqual([looking.exitCode, looking.signalCode], [null, null]);
  looking.kill();
  assert.match(
    reset.stdout,
    /what was not collected yet from local is lost, and its jobs run again: the bundle that was deployed/,
  );
  assert.match(
    reset.stdout,
    /results\/outputs.tsv was not as Locusts writes it, and lies in .locusts\/damaged\/results-outputs.tsv now/,
  );
  assert.match(reset.stdout, /the results stay/);
  await sleep(100);
  assert.deepEqual(deployment.processes(), []);
  deployment.define(SWARM("one"));
  const report = await deployment.succeed();
  assert.deepEqual([report.jobs.done, report.jobs.cached], [4, 4]);
});

test.run();
