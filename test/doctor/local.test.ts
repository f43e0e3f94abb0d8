import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

const test = suite("doctor: this machine");

const JOBS = `
  jobs: range("i", 1, 2),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,
`;

test("this machine is ready, and looking at it changes nothing", async () => {
  const swarm = new Deployment(JOBS);
  const before = readdirSync(swarm.folder);
  // What an earlier look left when it was killed goes; what one that goes on has made stays.
  const left = swarm.path(`.locusts-doctor.${hostname()}.4194305.1`);
  const used = swarm.path(`.locusts-doctor.${hostname()}.${process.pid}.1`);
  for (const folder of [left, used]) mkdirSync(folder);
  const { exitCode, stdout, stderr } = await swarm.verb(["doctor"]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^ok {6}bash/m);
  assert.match(stdout, /local is ready\n$/);
  rmdirSync(used);
  assert.deepEqual(readdirSync(swarm.folder), before);
});

test("more jobs at a time than there is memory for are told", async () => {
  const mebibytes = Math.floor(totalmem() / 2 ** 20);
  const swarm = new Deployment(`resources: { memory: "${Math.floor((mebibytes * 2) / 3)} MB" }, ${JOBS}`);
  assert.match((await swarm.verb(["doctor"])).stdout, /^warn {4}cores .* of memory( each)?; it has .* of memory$/m);
});

test("GPUs that a job needs, and there are not, are told", async () => {
  const swarm = new Deployment(`resources: { gpus: 2 }, ${JOBS}`);
  const doctor = (devices: string) => swarm.verb(["doctor"], { CUDA_VISIBLE_DEVICES: devices });
  assert.match((await doctor("GPU-a")).stdout, /^fail {4}GPUs +a job needs 2 GPUs; it has 1$/m);
  assert.match((await doctor("3,4")).stdout, /^ok {6}GPUs +a job needs 2 GPUs; it has 2$/m);
});

test("a tool that the manager needs is missed", async () => {
  const swarm = new Deployment(JOBS);
  const bin = mkdtempSync(join(tmpdir(), "locusts-doctor-bin-"));
  for (const folder of ["/bin", "/usr/bin"]) {
    for (const name of readdirSync(folder)) {
      if (name === "tar") continue;
      try {
        symlinkSync(join(folder, name), join(bin, name));
      } catch {
        // /bin is /usr/bin, mostly
      }
    }
  }
  const { exitCode, stdout, stderr } = await swarm.verb(["doctor"], { PATH: bin });
  rmSync(bin, { recursive: true });
  assert.equal(exitCode, 1, stderr);
  assert.match(stdout, /^fail {4}programs {9}not there: tar\n +hint: the manager needs coreutils/m);
});

test("coreutils that are written anew will do, but for their cp", async () => {
  const swarm = new Deployment(JOBS);
  const environment = { PATH: `${swarm.path("bin")}:${process.env.PATH}` };
  const standIn = (name: string) => {
    const real = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    const version = `[ "$1" != --version ] || { echo "${name} (uutils coreutils) 0.12.0"; exit; }`;
    swarm.write(`bin/${name}`, `#!/bin/sh\n${version}\nexec ${real} "$@"\n`);
    chmodSync(swarm.path(`bin/${name}`), 0o755);
  };
  standIn("stat");
  assert.equal((await swarm.verb(["doctor"], environment)).exitCode, 0);
  standIn("cp");
  const { exitCode, stdout } = await swarm.verb(["doctor"], environment);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^fail {4}programs +not GNU's: cp$/m);
});

const isRoot = process.getuid?.() === 0;
test.skipUnless(isRoot, "only root can mount a disk", "a deploy that cannot fit says so before it begins", async () => {
  const disk = mkdtempSync(join(tmpdir(), "locusts-doctor-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]);
  try {
    const folder = join(disk, "swarm");
    mkdirSync(folder);
    const files = { "in/1.txt": Buffer.alloc(1e6, "x"), "in/2.txt": Buffer.alloc(1e6, "y") };
    const swarm = new Deployment(`inputs: { text: "in/{i}.txt" }, ${JOBS}`, files, folder);
    const { exitCode, report } = await swarm.deploy();
    assert.equal(exitCode, 1);
    assert.match(report.errors?.[0]?.message ?? "", /of room, and the swarm takes 2 MB, beside what the jobs write$/);
    assert.equal(swarm.exists(".locusts/local/runs/1"), false);
  } finally {
    execFileSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});

test.run();
