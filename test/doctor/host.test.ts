import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { examineRoom } from "../../runtime/doctor/directory-findings.js";
import { readHostFacts } from "../../runtime/doctor/facts/host-facts.js";
import { listCommands, type Needs } from "../../runtime/doctor/facts/needs.js";
import { examineClock, examineHost, examineStart } from "../../runtime/doctor/host-findings.js";
import { suite } from "../runner/suite.js";

const test = suite("doctor: host");

const SAID = `bash\t5.2.15(1)-release
time\t1795401998.957847254
user\tme
groups\tme users
cores\t2
base\t/data/me
room\t72094588 13676494 16777216 nfs4 server:/data
`;

const NEEDS: Needs = {
  swarm: "test",
  access: null,
  commands: listCommands({ program: undefined, container: undefined }, undefined),
  modules: [],
  places: [],
  bringsPrograms: false,
  gpus: 0,
  slots: null,
  budget: { folders: 1, files: 1, bytes: 1 },
  pilots: null,
};

function complaints(said: string, needs: Partial<Needs> = {}): string[] {
  const findings = [...examineHost(readHostFacts(said), { ...NEEDS, ...needs })];
  return findings.filter(({ status }) => status !== "ok").map(({ status, message }) => `${status}: ${message}`);
}

test("a bash that is too old, tools that are missing, and tools that are not GNU's", () => {
  assert.deepEqual(complaints(SAID), []);
  assert.deepEqual(complaints(SAID.replace("5.2.15(1)", "4.2.46(2)")), [
    "fail: bash is 4.2.46(2)-release, and the manager needs 4.4 or newer",
  ]);
  assert.deepEqual(complaints(`${SAID}missing\ttar\nmissing\ttimeout\nnot-gnu\tfind\n`), [
    "fail: not there: tar, timeout",
    "fail: not GNU's: find",
  ]);
});

test("node and apptainer may be on the nodes alone; without SLURM they have to be there", () => {
  assert.deepEqual(complaints(`${SAID}missing\tnode\n`), ["fail: node is not there"]);
  assert.deepEqual(
    complaints(`${SAID}missing\tapptainer\nno-module\tapptainer\n`, { modules: ["apptainer"], bringsPrograms: true }),
    ["warn: apptainer is not there without the swarm's environment", "fail: cannot be loaded there: apptainer"],
  );
});

test("what jobs read in place has to be there, and so has an image; under SLURM the nodes may have it", () => {
  const places = [
    { name: "inPlace", path: "/data/genomes" },
    { name: "image", path: "/images/tools.sif" },
  ] as const;
  assert.deepEqual(complaints(SAID, { places }), []);
  const said = `${SAID}no-place\t/data/genomes\n`;
  assert.deepEqual(complaints(said, { places }), ["fail: /data/genomes cannot be read there"]);
  const pilots = {} as NonNullable<Needs["pilots"]>;
  assert.deepEqual(complaints(said, { places, pilots }), [
    "warn: /data/genomes cannot be read on the login node; the nodes may differ",
  ]);
});

test("GPUs are counted where a job needs some, and no scheduler gives them", () => {
  assert.deepEqual(complaints(`${SAID}gpus\t1\n`, { gpus: 1 }), []);
  assert.deepEqual(complaints(`${SAID}gpus\t1\n`, { gpus: 2 }), ["fail: a job needs 2 GPUs; it has 1"]);
});

test("more jobs at a time than cores or memory are a warning", () => {
  const slots = (count: number | undefined, cpus: number, memoryMebibytes = 0) => {
    const needs = { cpus, memoryMebibytes };
    return { slots: { count, least: needs, most: needs } };
  };
  assert.deepEqual(complaints(SAID, slots(2, 1)), []);
  assert.deepEqual(complaints(SAID, slots(2, 2)), ["warn: 2 jobs at a time, 2 cores each; it has 2 cores"]);
  const said = `${SAID}memory\t3000\n`;
  assert.deepEqual(complaints(said, slots(undefined, 1, 2000)), []);
  assert.deepEqual(complaints(said, slots(2, 1, 2000)), [
    "warn: 2 jobs at a time, 1 core and 2,000 MB of memory each; it has 2 cores and 3,000 MB of memory",
  ]);
  assert.deepEqual(complaints(said, slots(undefined, 1, 4000)), [
    "warn: a job needs 1 core and 4,000 MB of memory; it has 2 cores and 3,000 MB of memory",
  ]);
});

test("a login that is slow, and a host that ends what it leaves behind", () => {
  assert.equal(examineStart(300).status, "ok");
  assert.match(examineStart(20_000).message, /a command takes 20\.0 s to begin, each time/);
  const access = { host: "lab", directory: "/data" } as unknown as NonNullable<Needs["access"]>;
  const said = `${SAID}left-behind\tended\n`;
  assert.deepEqual(complaints(said, { access }), [
    "warn: it ends what a login leaves behind (KillUserProcesses): jobs end when the connection does",
  ]);
  assert.deepEqual(complaints(said.replace("ended", "lingers"), { access }), []);
  assert.deepEqual(complaints(said), [], "on this machine nobody logs out");
});

test("a clock counts as different only beyond the time that the answer took", () => {
  assert.equal(examineClock(1_500, 1_000, 2_000)?.status, "ok");
  assert.equal(examineClock(61_000, 1_000, 2_000)?.status, "ok");
  assert.match(examineClock(102_000, 1_000, 2_000)?.message ?? "", /100 s ahead/);
  assert.match(examineClock(1_000, 101_000, 102_000)?.message ?? "", /100 s behind/);
});

function roomFor(said: string, bytes: number, inodes = 1): string[] {
  return [...examineRoom(readHostFacts(said), { bytes, inodes })].map(({ name, status }) => `${name} ${status}`);
}

test("room is compared with what the swarm takes", () => {
  const gigabyte = 1024 ** 3;
  assert.deepEqual(roomFor(SAID, gigabyte), ["space ok", "inodes ok"]);
  assert.deepEqual(roomFor(SAID, 50 * gigabyte), ["space warn", "inodes ok"]);
  assert.deepEqual(roomFor(SAID, 100 * gigabyte), ["space fail", "inodes ok"]);
  assert.deepEqual(roomFor(`${SAID}present\t${60 * 1024 ** 2}\n`, 100 * gigabyte), ["space warn", "inodes ok"]);
  assert.deepEqual(roomFor(SAID, 1, 20_000_000), ["space ok", "inodes fail"]);
  const lustre = SAID.replace("13676494 16777216 nfs4", "0 0 btrfs");
  assert.deepEqual(roomFor(lustre, 1, 20_000_000), ["space ok", "inodes ok"]);
});

test("a quota counts where it is that of the directory's file system", () => {
  const quota = (used: string) => `${SAID}quota\tserver:/data ${used} 9000000 10000000 0 100 0 0 0\n`;
  assert.deepEqual(roomFor(quota("1000000"), 1024 ** 3), ["space ok", "inodes ok", "quota ok"]);
  assert.deepEqual(roomFor(quota("9900000*"), 1024 ** 3), ["space ok", "inodes ok", "quota fail"]);
  assert.deepEqual(roomFor(quota("9900000*").replace("server:/data 9", "server:/home 9"), 1024 ** 3), [
    "space ok",
    "inodes ok",
  ]);
});

test("the programs that are looked for are those that scripts start, no more and no less", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const scriptsIn = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sh"))
      .map((path) => readFileSync(join(root, folder, path), "utf8").replace(/(^|\s)#.*$/gm, ""));
  const before = "(?:^|[;&|({!]|\\b(?:then|do|else|exec|if|timeout \\d+|-exec|nohup)\\s)\\s*(?:[A-Z_]+=\\S* )*";
  const starts = (scripts: readonly string[], name: string) =>
    scripts.some((script) => new RegExp(`${before}${name}(?=[\\s)])`, "m").test(script));
  const ours = scriptsIn("runtime");
  const others =
    "awk basename cmp comm dd dirname env expr ls mkfifo od paste sed seq shuf split tac tee tr uniq xargs";
  const wanted = listCommands({ program: undefined, container: undefined }, undefined);
  assert.ok(listCommands({ program: "p.js" }, undefined).includes("node"));
  assert.ok(!listCommands({ program: "p.js", container: {} }, undefined).includes("node"));
  const all = [...ours, ...scriptsIn("swarms")];
  assert.deepEqual(
    wanted.filter((name) => !starts(all, name)),
    [],
    "nothing starts these",
  );
  assert.deepEqual(
    others.split(" ").filter((name) => starts(ours, name) && !wanted.includes(name)),
    [],
    "these are started, and not looked for",
  );
});

test.run();
