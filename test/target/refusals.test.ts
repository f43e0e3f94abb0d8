import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { makeKey, useSshd } from "../cluster/sshd.js";
import type { Report } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh } from "./elsewhere.js";

/** What cannot work is said in a sentence with the fix; nothing is left running or lying about. */
const test = suite("refusals");

const why = noCluster;

const FIELDS = `jobs: range("i", 1, 40),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,`;

/** Deploys, which must fail. @returns the error */
async function refused(deployment: Elsewhere): Promise<{ message: string; hint: string }> {
  const { exitCode, stdout, stderr } = await deployment.verb(["deploy", "--json"]);
  assert.equal(exitCode, 1, `${stdout}\n${stderr}`);
  const [error] = (JSON.parse(stdout) as Report).errors ?? [];
  assert.ok(error?.message && error.hint, stdout);
  return error as { message: string; hint: string };
}

async function assertNothingLeft(cluster: Cluster, deployment: Elsewhere): Promise<void> {
  assert.equal(await cluster.administer("squeue --noheader --name=locusts-test-none"), "");
  const jobs = await cluster.administer("squeue --noheader --format='%j %Z'");
  assert.ok(!jobs.includes(deployment.directory), jobs);
  const left = existsSync(deployment.directory) ? readdirSync(deployment.directory, { recursive: true }) : [];
  assert.deepEqual(left, []);
}

const REQUESTS: Readonly<Record<string, readonly [options: string, message: RegExp]>> = {
  "a partition that does not exist": ['partition: "nope"', /partition/],
  "a walltime over the partition's limit": ['partition: "short"', /limit|walltime|partition/],
  "more CPUs than any node has": ["cpusPerNode: 64", /CPU|cores|nodes/],
  "more memory than any node has": ['memory: "900 GB"', /memory|node configuration/i],
  "an account that is not the user's": ['account: "nobody"', /account/i],
};

for (const [words, [options, message]] of Object.entries(REQUESTS)) {
  test.skipUnless(why === undefined, why ?? "", words, async () => {
    const cluster = await useCluster();
    const cpus = options.startsWith("cpusPerNode") ? "" : "cpusPerNode: 2, ";
    const target = `slurm({ host: "lab", directory: DIRECTORY, ${cpus}walltime: "10m", ${options} })`;
    const deployment = new Elsewhere(overSsh(cluster), FIELDS, target);
    assert.match((await refused(deployment)).message, message);
    await assertNothingLeft(cluster, deployment);
  });
}

test.skipUnless(why === undefined, why ?? "", "a directory that cannot be written to", async () => {
  const cluster = await useCluster();
  const place = { ...overSsh(cluster), home: "/proc/nowhere" };
  const deployment = new Elsewhere(place, FIELDS, 'ssh({ host: "lab", directory: DIRECTORY })');
  const { message, hint } = await refused(deployment);
  assert.match(message, /cannot be written to|not writable/);
  assert.match(hint, /directory/);
});

test.skipUnless(why === undefined, why ?? "", "a disk that is full", async () => {
  const cluster = await useCluster();
  const home = join(cluster.home, "small");
  await cluster.administer(
    `mkdir -p ${home} && mount -t tmpfs -o size=2m,mode=777 tmpfs ${home} && head -c 3000000 /dev/zero > ${home}/filler || true`,
  );
  try {
    const deployment = new Elsewhere(
      { ...overSsh(cluster), home },
      FIELDS,
      'ssh({ host: "lab", directory: DIRECTORY })',
    );
    const { message } = await refused(deployment);
    assert.match(message, /space|room|full/i);
  } finally {
    await cluster.administer(`umount ${home}`);
  }
});

test.skipUnless(
  why === undefined,
  why ?? "",
  "a wrong host key, a refused login, a host that is not there",
  async () => {
    const sshd = await useSshd();
    const folder = mkdtempSync(join(tmpdir(), "locusts-refusals-"));
    const deployTo = async (change: (config: string) => string) => {
      const config = join(folder, "config");
      writeFileSync(config, change(readFileSync(sshd.config, "utf8")));
      const place = { environment: { LOCUSTS_SSH_CONFIG: config }, home: join(sshd.home, "refused") };
      const deployment = new Elsewhere(place, FIELDS, 'ssh({ host: "lab", directory: DIRECTORY })');
      const error = await refused(deployment);
      assert.ok(!existsSync(deployment.directory));
      return error;
    };
    try {
      makeKey(join(folder, "other"));
      const known = `[127.0.0.1]:${sshd.port} ${readFileSync(join(folder, "other.pub"), "utf8")}`;
      writeFileSync(join(folder, "known_hosts"), known);
      const changed = await deployTo((config) =>
        config.replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${join(folder, "known_hosts")}`),
      );
      assert.match(changed.message, /host key|key of/i);
      assert.match(changed.message + changed.hint, /SHA256:/);

      const login = await deployTo((config) =>
        config.replace(/IdentityFile .*/, `IdentityFile ${join(folder, "other")}`),
      );
      assert.match(login.message, /refuse|login|authenticat/i);

      await sshd.stop();
      const away = await deployTo((config) => config);
      assert.match(away.message, /refuse|reach|connect/i);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test.run();
