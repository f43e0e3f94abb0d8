import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { type Sshd, useSshd } from "../cluster/sshd.js";
import { reportOf, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** A connection that breaks costs time, and nothing else. */
const test = suite("broken connections");

const why = noCluster;

const TARGET = 'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })';

/** Bytes that look like nothing else, the same each time. */
function noise(bytes: number): Buffer {
  const block = Buffer.alloc(bytes);
  let seed = createHash("sha256").update(String(bytes)).digest();
  for (let at = 0; at < bytes; at += seed.length) {
    seed = createHash("md5").update(seed).digest();
    seed.copy(block, at);
  }
  return block;
}

const placeOf = (sshd: Sshd) => ({ environment: sshd.environment, home: join(sshd.home, "broken") });

/** The bytes of all files in a folder that may be not there yet. */
function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    return 0;
  }
}

test.skipUnless(
  why === undefined,
  why ?? "",
  "in the middle of staging: the upload goes on where it was cut off",
  async () => {
    const sshd = await useSshd();
    const data = noise(64 * 1024 * 1024);
    const deployment = new Elsewhere(
      placeOf(sshd),
      `jobs: list("id", ["a"]),
     inputs: { data: shared("data.bin") },
     outputs: { sum: "{id}.sum" },
     command: ({ inputs, outputs, params }) => sh\`sha256sum < \${inputs.data} > \${outputs.sum}; : \${params.id}\`,`,
      TARGET,
      { "data.bin": data },
    );
    const { outcome } = deployment.beginDeploy();
    await until("a part has arrived", () => existsSync(deployment.directory) && bytesIn(deployment.directory) > 4e6);
    sshd.cut();
    const { exitCode, report, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, 1);
    assert.match(stderr, /connecting again/);
    assert.equal(deployment.result("a.sum").split(" ")[0], createHash("sha256").update(data).digest("hex"));
    assert.ok(!existsSync(join(deployment.there, "incoming")), "nothing is left of the parts");
  },
);

test.skipUnless(
  why === undefined,
  why ?? "",
  "in the middle of following, twice, and with the server away for a while",
  async () => {
    const first = await useSshd();
    const deployment = new Elsewhere(
      placeOf(first),
      `jobs: range("i", 1, 60),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 0.2; echo \${params.i} > \${outputs.text}\`,`,
      TARGET,
    );
    const { outcome } = deployment.beginDeploy();
    await until("some results are here", () => deployment.results().length > 4);
    first.cut();
    await until("more results are here", () => deployment.results().length > 24);
    first.cut();
    const { exitCode, report, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, 60);
    assert.equal(deployment.results().length, 60);
    assert.equal(deployment.shares().get("main"), 60);
  },
);

test.skipUnless(
  why === undefined,
  why ?? "",
  "in the middle of gathering, twice: no output is torn, and what is whole is not sent again",
  async () => {
    const sshd = await useSshd();
    const size = 48 * 1024 * 1024;
    const deployment = new Elsewhere(
      placeOf(sshd),
      `jobs: list("id", ["a", "b"]),
     outputs: { data: "{id}.bin", many: "{id}_many/" },
     command: ({ outputs, params }) => sh\`
       head -c ${size} < <(yes "\${params.id} and so on") > \${outputs.data}
       mkdir \${outputs.many}; cd \${outputs.many}; for ((i = 1; i <= 4000; i++)); do echo $i > $i; done\`,`,
      TARGET,
    );
    const { outcome } = deployment.beginDeploy();
    await until("a part was collected", () => bytesIn(deployment.path(".locusts/there/runs/1/work")) > 2e6);
    sshd.cut();
    let first = "";
    const home = deployment.path(".locusts/there/runs/1/work");
    await until("a part of a folder was collected", () => {
      const found = readdirSync(home, { recursive: true }).map(String);
      first = found.find((path) => /_many\/\d+$/.test(path)) ?? "";
      return found.filter((path) => /_many\/\d+$/.test(path)).length > 100;
    });
    const { ino } = statSync(join(home, first));
    sshd.cut();
    const { exitCode, stderr } = reportOf(await outcome);
    assert.equal(exitCode, 0, stderr);
    assert.equal(statSync(deployment.path("results", first.split("/").slice(-2).join("/"))).ino, ino);
    for (const id of ["a", "b"]) {
      assert.equal(readdirSync(deployment.path("results", `${id}_many`)).length, 4000);
      assert.equal(deployment.result(`${id}_many/4000`), "4000\n");
      const line = `${id} and so on\n`;
      const expected = Buffer.alloc(size, line);
      assert.ok(readFileSync(deployment.path("results", `${id}.bin`)).equals(expected), `${id} is whole`);
    }
    assert.deepEqual(readdirSync(deployment.path("results")).sort(), [
      "a.bin",
      "a_many",
      "b.bin",
      "b_many",
      "jobs.parquet",
      "jobs.tsv",
      "outputs.tsv",
      "report.html",
    ]);
  },
);

test.skipUnless(
  why === undefined,
  why ?? "",
  "Ctrl-C leaves the swarm at work, and says how to come back",
  async () => {
    const sshd = await useSshd();
    const deployment = new Elsewhere(
      placeOf(sshd),
      `jobs: range("i", 1, 30),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 0.2; echo \${params.i} > \${outputs.text}\`,`,
      TARGET,
    );
    const { child, outcome } = deployment.beginDeploy();
    await until("some results are here", () => deployment.results().length > 2);
    child.kill("SIGINT");
    const left = reportOf(await outcome);
    assert.equal(left.exitCode, 130);
    assert.equal(left.report.end.how, "left");
    assert.match(left.stderr, /locusts deploy follows it/);
    for (let done = 0; done < 30; ) {
      await sleep(300);
      done = (await deployment.json<{ jobs: { done: number } }>("status")).document.jobs.done;
    }
    const gathered = await deployment.json("gather");
    assert.equal(gathered.exitCode, 0, gathered.stderr);
    assert.equal(deployment.results().length, 30);
  },
);

test.run();
