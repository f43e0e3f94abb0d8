import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh, type Place } from "../target/elsewhere.js";

/** A finding in the document for programs. */
interface Finding {
  readonly name: string;
  readonly status: string;
  readonly words: string;
  readonly hint: string | null;
}

const test = suite("doctor: cluster");
const realTest = (name: string, body: () => Promise<void>) => test.skipUnless(!noCluster, noCluster ?? "", name, body);

const JOBS = `
  jobs: range("i", 1, 80),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,
`;
/** On the login node itself, as root. */
const fromLoginNode = ({ home, environment }: Cluster): Place => ({
  environment: { SLURM_CONF: environment.SLURM_CONF },
  home: join(home, "work-of-root"),
});

interface Seen {
  readonly exitCode: number | null;
  readonly findings: readonly Finding[];
  /** those that fail, in words */
  readonly fails: readonly string[];
}

async function examine(swarm: Elsewhere): Promise<Seen> {
  const { exitCode, document, stderr } = await swarm.json<{ version: number; target: string; findings: Finding[] }>(
    "doctor",
  );
  assert.equal(document.version, 1, stderr);
  assert.equal(document.target, "there");
  const { findings } = document;
  return {
    exitCode,
    findings,
    fails: findings.filter(({ status }) => status === "fail").map(({ words }) => words),
  };
}

/** A deploy that has to stop before it sends anything. */
async function refused(swarm: Elsewhere): Promise<string> {
  const { exitCode, stderr, report } = await swarm.deploy();
  assert.equal(exitCode, 1, stderr);
  assert.equal(report.errors?.length, 1, stderr);
  const left = readdirSync(swarm.directory);
  assert.deepEqual(left, [], "nothing lies about on the target");
  return report.errors?.[0]?.message ?? "";
}

const slurm = (options: string) => `slurm({ host: "lab", directory: DIRECTORY, ${options} })`;
const FINE = `cpusPerNode: 2, nodes: 4, walltime: "00:10:00", memory: "500 MB"`;

realTest("a target that is right is ready, over ssh and on the login node, and nothing is left there", async () => {
  const cluster = await useCluster();
  const far = new Elsewhere(overSsh(cluster), JOBS, slurm(FINE));
  const near = new Elsewhere(fromLoginNode(cluster), JOBS, slurm(FINE).replace('host: "lab",', ""));
  const seen: (readonly Finding[])[] = [];
  for (const swarm of [far, near]) {
    const { exitCode, findings } = await examine(swarm);
    seen.push(findings);
    assert.deepEqual(
      findings.filter(({ status }) => status !== "ok"),
      [],
    );
    assert.equal(exitCode, 0);
    assert.throws(() => readdirSync(swarm.directory), /ENOENT/);
  }
  const names = seen[0]?.map(({ name }) => name) ?? [];
  for (const name of ["connection", "clock", "space", "partition", "nodes", "submit limit", "sbatch", "bound"]) {
    assert.ok(names.includes(name), name);
  }
});

realTest("people read one line for each finding, and a hint where something is wrong", async () => {
  const swarm = new Elsewhere(overSsh(await useCluster()), JOBS, slurm(`${FINE}, partition: "short"`));
  const { exitCode, stdout, stderr } = await swarm.verb(["doctor"]);
  assert.equal(exitCode, 1);
  assert.equal(stderr, "");
  assert.match(stdout, /^ok {6}partition {8}short is up$/m);
  assert.match(
    stdout,
    /^fail {4}walltime {9}the walltime is 00:10:00, .*wait for ever\n +hint: set walltime to "00:01:00"/m,
  );
  assert.match(stdout, /there is not ready: 1 thing would fail\n$/);
});

const WRONG: readonly (readonly [what: string, options: string, words: RegExp])[] = [
  ["a partition that does not exist", `${FINE}, partition: "nope"`, /^there is no partition nope$/],
  ["a walltime over the partition's", `${FINE}, partition: "short"`, /^the walltime is 00:10:00, .*wait for ever$/],
  ["more CPUs than a node has", FINE.replace("cpusPerNode: 2", "cpusPerNode: 3"), /^a pilot asks for 3 CPUs/],
  ["more memory than a node has", FINE.replace("500 MB", "5 GB"), /^a pilot asks for 5,120 MB of memory/],
  ["a partition that is down", `${FINE}, partition: "down"`, /^the partition down is down/],
];

for (const [what, options, words] of WRONG) {
  realTest(`doctor finds ${what}`, async () => {
    const { exitCode, fails } = await examine(new Elsewhere(overSsh(await useCluster()), JOBS, slurm(options)));
    assert.equal(exitCode, 1);
    assert.match(fails[0] ?? "", words);
  });
}

// One that SLURM refuses, one that it takes and never starts.
for (const [what, options, words] of WRONG.slice(0, 2)) {
  realTest(`deploy finds ${what} before it sends anything`, async () => {
    const cluster = await useCluster();
    assert.match(await refused(new Elsewhere(overSsh(cluster), JOBS, slurm(options))), words);
    assert.equal(await cluster.administer(`squeue --noheader --user=${cluster.user} --name=locusts-test`), "");
  });
}

realTest("what jobs read in place and is not there, by the folder where jobs differ", async () => {
  const inputs = 'inputs: { a: inPlace("/usr/lib/{i}.so"), b: inPlace("/nope/{i}/x"), c: inPlace("/etc/passwd") },';
  const target = 'ssh({ host: "lab", directory: DIRECTORY })';
  const { fails, findings } = await examine(new Elsewhere(overSsh(await useCluster()), `${inputs}${JOBS}`, target));
  assert.deepEqual(fails, ["/nope cannot be read there"]);
  assert.equal(findings.filter(({ name }) => name === "inPlace").length, 3);
});

realTest("a directory that cannot be written to", async () => {
  const cluster = await useCluster();
  const place = join(cluster.state, "of-root");
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o755);
  const swarm = new Elsewhere({ ...overSsh(cluster), home: place }, JOBS, slurm(FINE));
  const { exitCode, fails } = await examine(swarm);
  assert.equal(exitCode, 1);
  assert.deepEqual(fails, [`${swarm.directory} cannot be written to: ${place}: Permission denied`]);
});

realTest("a disk that is too small for the inputs", async () => {
  const cluster = await useCluster();
  const place = join(cluster.state, "small-disk");
  mkdirSync(place, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", place]);
  try {
    const inputs = `inputs: { text: "in/{i}.txt" }, ${JOBS.replaceAll("80", "2")}`;
    const files = { "in/1.txt": Buffer.alloc(1e6, "x"), "in/2.txt": Buffer.alloc(1e6, "y") };
    const swarm = new Elsewhere({ ...overSsh(cluster), home: place }, inputs, slurm(FINE), files);
    const { fails } = await examine(swarm);
    assert.equal(fails.length, 1);
    assert.match(fails[0] ?? "", /^(1 MB|\d+ kB) free; the swarm takes 2 MB, beside what the jobs write$/);
    assert.match(await refused(swarm), / free; the swarm takes 2 MB/);
  } finally {
    execFileSync("umount", ["-l", place]);
    rmSync(place, { recursive: true });
  }
});

realTest("a shared directory is one, or it is not", async () => {
  const cluster = await useCluster();
  const make = (here: string) => {
    const shared = `sharedDirectory: ${JSON.stringify({ here, there: cluster.home })}`;
    return new Elsewhere(overSsh(cluster), JOBS, slurm(`${FINE}, ${shared}`));
  };
  const right = await examine(make(cluster.home));
  assert.deepEqual(right.fails, []);
  assert.ok(
    right.findings.some(({ name, words }) => name === "shared directory" && words.endsWith("both sides may write")),
  );
  const other = make(cluster.state);
  const wrong = await examine(other);
  assert.deepEqual(wrong.fails, [
    `what is written to ${cluster.home} on lab does not appear in ${cluster.state} on this machine`,
  ]);
  assert.deepEqual((await cluster.administer(`find ${cluster.home} -name '.locusts-doctor*'`)).trim(), "");
});

realTest("what another checkout has there is not taken for this one's", async () => {
  const cluster = await useCluster();
  const swarm = new Elsewhere(overSsh(cluster), JOBS, slurm(FINE));
  const folder = join(swarm.directory, cluster.user, "test");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "owner"), "some-id\tsomebody@elsewhere:/home/somebody/swarm\n");
  await cluster.administer(`chown -R ${cluster.user}: ${swarm.directory}`);
  const { fails, findings } = await examine(swarm);
  assert.deepEqual(fails, [
    "what is there of this swarm belongs to another checkout: somebody@elsewhere:/home/somebody/swarm",
  ]);
  assert.match(findings.find(({ name }) => name === "owner")?.hint ?? "", /--take-over/);
});

realTest("a host that cannot be reached, and a controller that is away", async () => {
  const cluster = await useCluster();
  const nowhere = new Elsewhere(overSsh(cluster), JOBS, slurm(FINE).replace("lab", "nobody@127.0.0.1:1"));
  const unreachable = await examine(nowhere);
  assert.equal(unreachable.exitCode, 1);
  assert.deepEqual(
    unreachable.findings.map(({ name, status }) => `${name} ${status}`),
    ["connection fail", "all else skipped"],
  );
  const conf = join(cluster.state, "slurm", "away.conf");
  await cluster.administer(`sed 's/^SlurmctldPort=.*/SlurmctldPort=1/' ${cluster.slurmConf} > ${conf}`);
  const place = { ...fromLoginNode(cluster), environment: { SLURM_CONF: conf } };
  const away = new Elsewhere(place, JOBS, slurm(FINE).replace('host: "lab",', ""));
  const { exitCode, fails } = await examine(away);
  assert.equal(exitCode, 1);
  assert.match(fails[0] ?? "", /^SLURM's controller does not answer: Slurmctld\(primary\) at \S+ is DOWN/);
  rmSync(conf);
});

test.run();
