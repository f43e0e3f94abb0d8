import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { type HalfDead, putBetween } from "../cluster/half-dead.js";
import { hostEntry, useSshd } from "../cluster/sshd.js";
import { reportOf, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** A connection over which nothing gets through for a while, without a word: it costs time, and nothing else. */
const test = suite("half dead connections", undefined, { seconds: 180 });

const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

const SIZE = 24 * 1024 * 1024;

function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

check("while connecting, staging, following and gathering", async () => {
  await Promise.all(["builtin", "openssh"].map(survive));
});

async function survive(ssh: string): Promise<void> {
  const sshd = await useSshd();
  const network = await putBetween(sshd.port);
  const config = join(sshd.folder, "half-dead");
  writeFileSync(
    config,
    hostEntry("lab", { ...sshd, port: network.port }, [
      "HostKeyAlias known",
      "ConnectTimeout 3",
      "ServerAliveInterval 1",
      "ServerAliveCountMax 2",
    ]),
  );
  writeFileSync(join(sshd.folder, "known_hosts"), `known ${sshd.hostKey}\n`);
  const data = randomBytes(SIZE);
  const deployment = new Elsewhere(
    { environment: { LOCUSTS_SSH_CONFIG: config }, home: join(sshd.home, "half-dead") },
    `jobs: range("i", 1, 12),
       inputs: { data: shared("data.bin") },
       outputs: { copy: "{i}.bin" },
       command: ({ inputs, outputs, params }) => sh\`sleep 0.4; [[ \${params.i} != 12 ]] && echo \${params.i} > \${outputs.copy} || cp \${inputs.data} \${outputs.copy}\`,`,
    `ssh({ host: "lab", directory: DIRECTORY, slots: 2, ssh: "${ssh}" })`,
    { "data.bin": data },
  );

  network.freeze();
  const refused = await deployment.verb(["deploy"]);
  assert.equal(refused.exitCode, 1, refused.stderr);
  assert.match(refused.stderr, /^error: .*lab.*(did not answer in time|timed out)/m);
  network.thaw();

  const { outcome } = deployment.beginDeploy();
  await until("a part has arrived", () => bytesIn(deployment.directory) > 1e6);
  await fallSilent(network);
  await until("some results are here", () => deployment.results().length > 2);
  await fallSilent(network);
  // What is quick may have been put in its place before it was seen on its way.
  const collected = () =>
    bytesIn(deployment.path(".locusts/there/runs/1/work")) > 1e6 || deployment.exists("results/12.bin");
  await until("a part was collected", collected, 60);
  await fallSilent(network);
  const { exitCode, report, stderr } = reportOf(await outcome);
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 12, stderr);
  assert.match(stderr, /connecting again/);
  const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  assert.equal(sum(readFileSync(deployment.path("results/12.bin"))), sum(data));
  for (let i = 1; i < 12; i++) assert.equal(deployment.result(`${i}.bin`), `${i}\n`);
  assert.equal(deployment.shares().get("main"), 12, "no job was run twice");
  network.close();
}

/** For longer than an idle connection is believed in; then what was on its way arrives late. */
async function fallSilent(network: HalfDead): Promise<void> {
  network.freeze();
  await sleep(4500);
  network.thaw();
}

test.run();
