import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeOwnLock, folderIdentity } from "../../runtime/system/lock-file.js";
import { bootOfMachine, processSpace } from "../../runtime/system/process.js";
import { lockState } from "../../runtime/workspace/deploy-lock.js";
import { begin, Deployment, kill, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** One process at a time has a definition's state, and the lock of one that is gone needs nobody to remove it. */
const test = suite("lock");

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "locusts-lock-"));
  made.push(folder);
  return folder;
}

const SILENCE = 700;
const GONE = "999999 1";
const AT_WORK = /another locusts is at work here: process 4711 on elsewhere/;

/** A lock's file, as another process writes it. */
function writeLock(
  folder: string,
  process_: string,
  space: string,
  token = "t",
  identity = folderIdentity(folder),
): void {
  writeFileSync(join(folder, "lock"), `${process_} elsewhere ${space} ${identity} ${token}\n`);
}

/** Renews a lock as its owner does. */
function renew(folder: string): NodeJS.Timeout {
  let seconds = 1_000_000;
  return setInterval(() => {
    seconds += 2;
    utimesSync(join(folder, "lock"), seconds, seconds);
  }, 100);
}

async function takes(folder: string): Promise<void> {
  const began = performance.now();
  const unlock = await lockState(folder, { heartbeatTimeout: SILENCE });
  assert.equal(readFileSync(join(folder, "lock"), "utf8").split(" ")[0], String(process.pid));
  assert.deepEqual(readdirSync(folder), ["lock"], "nothing else is left");
  unlock();
  assert.deepEqual(readdirSync(folder), []);
  assert.ok(performance.now() - began < 20 * SILENCE);
}

test("a lock is had by one, and given back", async () => {
  const folder = stateFolder();
  const unlock = await lockState(folder);
  await assert.rejects(lockState(folder), /another locusts is at work here: process \d+ on /);
  unlock();
  await takes(folder);
});

test("the lock of a process of this machine that is gone is taken at once", async () => {
  const folder = stateFolder();
  writeLock(folder, GONE, processSpace());
  const began = performance.now();
  await takes(folder);
  assert.ok(performance.now() - began < SILENCE);
  writeFileSync(join(folder, "lock"), `${GONE} ${readFileSync("/proc/sys/kernel/hostname", "utf8")}`);
  await takes(folder); // as older versions wrote it
});

test("the lock of a container or another machine holds while it is renewed, and no longer", async () => {
  for (const space of [`${bootOfMachine()}/1`, "another-boot/1", "?"]) {
    const folder = stateFolder();
    writeLock(folder, "4711 1", space);
    const renewing = renew(folder);
    await assert.rejects(lockState(folder, { heartbeatTimeout: 3000 }), AT_WORK);
    clearInterval(renewing);
    await takes(folder);
  }
});

test("the lock that a copy of a folder has taken along does not hold", async () => {
  const folder = stateFolder();
  const [pid, birth] = describeOwnLock(folder).text.split(" ");
  writeLock(folder, `${pid} ${birth}`, processSpace(), "t", "1:1");
  await takes(folder);
});

test("a lock whose maker was killed before it could write is taken", async () => {
  const folder = stateFolder();
  writeFileSync(join(folder, "lock"), "");
  await takes(folder);
});

test("on a full disk a lock is had by one, too: clean has to make room", async () => {
  const folder = stateFolder();
  const module = new URL("../../runtime/workspace/deploy-lock.js", import.meta.url).href;
  // No file may grow: what writes gets an error, as on a full disk.
  const script = `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
fs.writeSync = () => { throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", errno: -28 }); };
syncBuiltinESMExports();
const { lockState } = await import(${JSON.stringify(module)});
const unlock = await lockState(${JSON.stringify(folder)});
process.stdout.write("has it\\n");
setTimeout(unlock, 6000);`;
  const { child, outcome } = begin(process.execPath, ["--input-type=module", "--eval", script], folder);
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  await assert.rejects(
    lockState(folder, { heartbeatTimeout: 5000 }),
    /another locusts is at work here: a process that has not/,
  );
  assert.equal((await outcome).exitCode, 0);
  await takes(folder);
});

test("what is left of takers that were killed is taken over, and removed", async () => {
  const folder = stateFolder();
  writeLock(folder, GONE, processSpace(), "a");
  renameSync(join(folder, "lock"), join(folder, "lock.after-b"));
  writeLock(folder, GONE, processSpace(), "b");
  writeFileSync(join(folder, "lock.4711"), "");
  writeFileSync(join(folder, ".definition.0123456789ab.new"), "");
  utimesSync(join(folder, ".definition.0123456789ab.new"), 1, 1);
  await takes(folder);
  // The last one of a chain is who counts.
  writeLock(folder, "4711 1", `${bootOfMachine()}/1`, "c");
  renameSync(join(folder, "lock"), join(folder, "lock.after-d"));
  writeLock(folder, GONE, processSpace(), "d");
  let seconds = 1_000_000;
  const renewing = setInterval(() => utimesSync(join(folder, "lock.after-d"), ++seconds, seconds), 100);
  await assert.rejects(lockState(folder, { heartbeatTimeout: 3000 }), AT_WORK);
  clearInterval(renewing);
});

/** A process that takes the lock of a folder, says so, and holds it for some milliseconds. */
function beginTaker(folder: string, hold: number) {
  const module = new URL("../../runtime/workspace/deploy-lock.js", import.meta.url).href;
  const script = `import { existsSync } from "node:fs";
import { lockState } from ${JSON.stringify(module)};
while (!existsSync(${JSON.stringify(join(folder, "go"))}));
const unlock = await lockState(${JSON.stringify(folder)});
console.log("has it");
setTimeout(unlock, ${hold});`;
  return begin(process.execPath, ["--input-type=module", "--eval", script], folder);
}

test("of many that find a lock whose owner is gone, one takes it", async () => {
  for (let round = 0; round < 3; round += 1) {
    const folder = stateFolder();
    writeLock(folder, GONE, processSpace(), `round-${round}`);
    const takers = Array.from({ length: 5 }, () => beginTaker(folder, 1500));
    setTimeout(() => writeFileSync(join(folder, "go"), ""), 400);
    const outcomes = await Promise.all(takers.map(({ outcome }) => outcome));
    assert.equal(outcomes.filter(({ stdout }) => stdout.includes("has it")).length, 1, JSON.stringify(outcomes));
    assert.equal(outcomes.filter(({ stderr }) => stderr.includes("is at work here")).length, 4);
  }
});

test("a process whose lock was taken over, since it was stopped for long, ends before it does more", async () => {
  const folder = stateFolder();
  writeFileSync(join(folder, "go"), "");
  const { child, outcome } = beginTaker(folder, 60_000);
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  kill(child.pid, "SIGSTOP");
  writeLock(folder, "4711 1", "another-boot/1");
  kill(child.pid, "SIGCONT");
  const { signal, stderr } = await outcome;
  assert.equal(signal, "SIGTERM");
  assert.match(stderr, /another locusts has taken over .*lock/);
});

test("while a deploy is at work, clean and another deploy do nothing, and gather leaves the collecting to it", async () => {
  const deployment = new Deployment(`jobs: range("id", 1, 2), outputs: { o: "{id}.txt" },
    command: ({ outputs }) => sh\`until [[ -e $GO ]]; do sleep 0.1; done; echo > \${outputs.o}\`,`);
  const { outcome } = deployment.beginDeploy([], { GO: deployment.path("go") });
  await until("a job runs", () => deployment.journal().some(([word]) => word === "start"));
  const gathered = await deployment.verb(["gather"]);
  assert.deepEqual([gathered.exitCode, gathered.stdout], [0, "0 jobs collected; 0/2 done, 0 failed\n"]);
  for (const verb of ["clean", "deploy"]) {
    const refused = await deployment.verb([verb]);
    assert.equal(refused.exitCode, 1, verb);
    assert.match(refused.stderr, /another locusts is at work here.*\n.*locusts status .*locusts cancel\n/, verb);
  }
  deployment.write("go", "");
  assert.equal((await outcome).exitCode, 0);
  mkdirSync(deployment.path(".locusts"), { recursive: true });
  writeFileSync(deployment.path(".locusts/definition"), ""); // as a full disk has left it once
  assert.equal((await deployment.verb(["clean"])).exitCode, 0);
  assert.deepEqual(
    readdirSync(deployment.path(".locusts")).filter((name) => /lock|\.new$/.test(name)),
    [],
  );
  assert.equal((await deployment.succeed()).jobs.cached, 2);
});

test.run();
