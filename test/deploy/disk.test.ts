import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { Deployment, reportOf, until } from "./deployment.js";
import { jobs, Pilots, tallyOf } from "./pilots.js";

/** A disk without room, and one that cannot be written to. */
const test = suite("disks");

const mounted: string[] = [];

/** A small disk of its own, in memory. */
function mountDisk(size: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-disk-")));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "pipe" });
  mounted.push(folder);
  return folder;
}

function canMount(): boolean {
  try {
    mountDisk("1m");
    return true;
  } catch {
    return false;
  }
}

const root = canMount();
test.after(() => {
  for (const folder of mounted.reverse()) {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Leaves so many bytes of room, or less: jobs that run take some while this measures and writes. */
function fill(folder: string, leave: number): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(join(folder, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

const SWARM = `
  jobs: range("i", 1, 80),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`head -c 60000 /dev/zero > \${outputs.text}; : \${params.i}\`,
`;

for (const leave of [0, 30_000, 100_000, 300_000, 700_000, 1_500_000]) {
  test.skipUnless(root, "only root can mount a disk", `full with ${leave} bytes left`, async () => {
    const folder = mountDisk("24m");
    const deployment = new Deployment(SWARM, {}, folder);
    fill(folder, leave);
    const { exitCode, stdout, stderr } = await deployment.deploy();
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stderr, /the disk is full: make room|no space left/);
    await deployment.assertQuiet();
    rmSync(join(folder, "ballast"));
    const report = await deployment.succeed();
    assert.equal(report.jobs.done, 80);
    assert.equal(deployment.results().length, 80);
    for (const path of deployment.results()) assert.equal(deployment.result(path).length, 60_000);
  });
}

test.skipUnless(root, "only root can mount a disk", "full while jobs run: no job is blamed for it", async () => {
  const folder = mountDisk("8m");
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 60),
    outputs: { text: "{i}.txt" },
    limits: { retries: 2 },
    command: ({ outputs, params }) => sh\`sleep 0.05; head -c 50000 /dev/zero > \${outputs.text}; : \${params.i}\`,
  `,
    {},
    folder,
  );
  const deploy = deployment.beginDeploy();
  await until("jobs are done", () => deployment.journal().filter(([event]) => event === "done").length > 5);
  fill(folder, 0);
  const { exitCode, report, stderr } = reportOf(await deploy.outcome);
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /the disk is full|no space left/);
  if (report.jobs !== undefined) assert.equal(report.jobs.failed, 0, JSON.stringify(report.failures));
  await deployment.assertQuiet();
  rmSync(join(folder, "ballast"));
  await deployment.succeed();
});

test.skipUnless(
  root,
  "only root can mount a disk",
  "where only inodes are lacking, nobody is told to make room",
  async () => {
    const folder = mountDisk("24m,nr_inodes=250");
    const deployment = new Deployment(
      `
    jobs: range("i", 1, 100),
    outputs: { folder: "{i}/" },
    command: ({ outputs, params }) => sh\`mkdir \${outputs.folder}; : > \${outputs.folder}/a; : > \${outputs.folder}/b; : \${params.i}\`,
  `,
      {},
      folder,
    );
    const { exitCode, stderr } = await deployment.deploy();
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /no more files can be made/);
    assert.match((await deployment.verb(["status"])).stdout, /it has room, but no more files can be made there/);
    execFileSync("mount", ["-o", "remount,nr_inodes=5000", folder]);
    assert.equal((await deployment.succeed()).jobs.done, 100);
  },
);

test.skipUnless(root, "only root can mount a disk", "the manager by hand says that the disk is full", async () => {
  const folder = mountDisk("8m");
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 20),
    command: ({ params }) => sh\`sleep 0.2; : \${params.i}\`,
  `,
    {},
    folder,
  );
  const deploy = deployment.beginDeploy();
  await until("jobs are done", () => deployment.journal().filter(([event]) => event === "done").length > 3);
  deploy.child.kill("SIGINT");
  await deploy.outcome;
  fill(folder, 0);
  const full = await deployment.beginManager().outcome;
  assert.equal(full.exitCode, 5, full.stderr);
  assert.match(full.stderr, /No space left on device|is full|cannot write/);
  rmSync(join(folder, "ballast"));
  assert.equal((await deployment.beginManager().outcome).exitCode, 0);
  await deployment.succeed();
});

test.skipUnless(root, "only root can mount a disk", "with any number of pages left, the manager says so", async () => {
  const folder = mountDisk("8m");
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 10),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`[[ -e ${folder}/go ]] || sleep 60; head -c 400000 /dev/zero > \${outputs.text}; : \${params.i}\`,
  `,
    {},
    folder,
  );
  const deploy = deployment.beginDeploy();
  await until("its run is staged", () => existsSync(join(deployment.run(), "run")));
  deploy.child.kill("SIGINT");
  await deploy.outcome;
  deployment.write("go", "");
  for (let pages = 0; pages <= 24; pages += 1) {
    fill(folder, pages * 4096);
    const { exitCode, stderr } = await deployment.beginManager().outcome;
    assert.equal(exitCode, 5, `${pages} pages: ${stderr}`);
    rmSync(join(folder, "ballast"));
  }
  assert.equal(deployment.journal().filter(([event, reason]) => event === "finish" && reason === "finished").length, 0);
  const { report } = await deployment.deploy();
  assert.equal(report.jobs.done, 10, JSON.stringify(report));
});

for (const when of ["from the start", "once jobs run"] as const)
  test.skipUnless(root, "only root can mount a disk", `a node whose scratch is full ${when} is left out`, async () => {
    const pilots = new Pilots(jobs(12, 'head -c 900000 /dev/zero > "$BALLAST"'));
    await pilots.stage(1);
    const scratch = mountDisk("1m");
    if (when === "from the start") fill(scratch, 0);
    const env = { ...tallyOf(pilots), BALLAST: "big" };
    const first = await pilots.beginPilot(1, ["--scratch", scratch], env).outcome;
    assert.equal(first.exitCode, 8, first.stderr);
    assert.match(first.stderr, /stopped: node1: its scratch folder \S+ cannot be (written to|used): .*No space left/);
    assert.ok(first.stderr.includes(scratch), first.stderr);
    assert.equal(pilots.read("target/bad-nodes"), "node1\t1\n");
    assert.deepEqual(readdirSync(scratch), when === "from the start" ? ["ballast"] : []);
    const next = await pilots.beginPilot(1, ["--node", "node2"], env).outcome;
    assert.equal(next.exitCode, 0, next.stderr);
    pilots.assertAllDone(12);
  });

test.skipUnless(root, "only root can mount a disk", "a .locusts that cannot be written to is named", async () => {
  const deployment = new Deployment(SWARM);
  await deployment.deploy(["--limit", "1"]);
  const state = deployment.path(".locusts");
  execFileSync("mount", ["--bind", state, state]);
  mounted.push(state);
  execFileSync("mount", ["-o", "remount,ro,bind", state]);
  const { exitCode, stderr } = await deployment.deploy();
  assert.equal(exitCode, 1);
  assert.match(stderr, /\.locusts.*(read-only|permission)/i);
  execFileSync("umount", ["-l", mounted.pop() as string]);
  assert.ok(!existsSync(deployment.run(2)));
  assert.deepEqual(readdirSync(deployment.path(".locusts/local/runs")), ["1"]);
});

test.run();
