import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { Deployment, type Report } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** What lies in results when a definition changes, and changes back. */
const test = suite("versions");

/** Every job notes that it was run. */
function fields(jobs: string, command: string, output = "{id}.txt"): string {
  return `jobs: ${jobs}, inputs: { text: "in.txt" }, outputs: { out: ${JSON.stringify(output)} },
    command: ({ inputs, outputs, params }) => sh\`echo \${params.id} >> $HOME/runs; ${command}\`,`;
}

class Versions extends Deployment {
  constructor(text: string, files: Record<string, string> = {}) {
    super(text, { "in.txt": "input\n", runs: "", ...files });
  }

  override surroundings(): NodeJS.ProcessEnv {
    return { HOME: this.folder };
  }

  /** The jobs that were run since it was asked last. */
  ran(): string[] {
    const jobs = this.read("runs").split("\n").filter(Boolean).sort();
    this.write("runs", "");
    return jobs;
  }

  async json(
    ...words: string[]
  ): Promise<Report & { readonly stale: string[]; readonly moved?: string[]; readonly left?: string[] }> {
    return JSON.parse((await this.verb([...words, "--json"])).stdout);
  }
}

const AB = 'list("id", ["a", "b"])';
const echo = (word: string) => fields(AB, `echo ${word} \${params.id} > \${outputs.out}`);

test("a command or an input that is changed there and back costs nothing, and nothing is mistaken", async () => {
  const swarm = new Versions(echo("one"));
  await swarm.succeed();
  assert.deepEqual(swarm.ran(), ["a", "b"]);
  swarm.define(echo("two"));
  await swarm.succeed();
  assert.deepEqual([swarm.result("a.txt"), swarm.result("b.txt")], ["two a\n", "two b\n"]);
  assert.deepEqual(swarm.ran(), ["a", "b"]);
  swarm.define(echo("one"));
  const { jobs } = await swarm.succeed();
  assert.equal(jobs.cached, 2);
  assert.deepEqual([swarm.result("a.txt"), swarm.result("b.txt")], ["one a\n", "one b\n"]);
  assert.deepEqual(swarm.ran(), []);
  swarm.write("in.txt", "another\n");
  await swarm.succeed();
  rmSync(swarm.path(".locusts/kept"), { recursive: true });
  swarm.write("in.txt", "input\n");
  await swarm.succeed();
  assert.deepEqual(swarm.ran(), ["a", "a", "b", "b"], "what is not kept any more is made anew");
});

test("a changed job that fails, or was not run yet, leaves no output of its old version", async () => {
  const swarm = new Versions(echo("one"));
  await swarm.succeed();
  swarm.define(fields(AB, "[[ ${params.id} != a ]]; echo two > ${outputs.out}"));
  const { report } = await swarm.deploy(["--limit", "1"]);
  assert.deepEqual([report.jobs.failed, report.jobs.pending], [1, 1]);
  assert.deepEqual(swarm.results(), []);
  assert.equal(swarm.jobs().get("b")?.status, "pending");
});

test("outputs of jobs that have left are named, moved away when asked for, and come back with their jobs", async () => {
  const swarm = new Versions(fields(AB, "echo x > ${outputs.out}", "{id}/out.txt"), { "results/a/mine.txt": "" });
  await swarm.succeed();
  swarm.define(fields('list("id", ["b"])', "echo x > ${outputs.out}", "{id}/out.txt"));
  const { exitCode, stderr } = await swarm.verb(["deploy"]);
  assert.equal(exitCode, 0);
  assert.match(stderr, /stale:.*results\/a\/out\.txt.*locusts clean --stale/);
  const { stale, jobs } = await swarm.json("status");
  assert.deepEqual(stale, ["a/out.txt"]);
  assert.equal(jobs.total, 1, "nothing had to run, and still it is this definition that was deployed");
  assert.deepEqual((await swarm.json("clean", "--stale")).moved, ["a/out.txt"]);
  assert.deepEqual(swarm.results(), ["a/mine.txt", "b/out.txt"]);
  swarm.ran();
  swarm.define(fields(AB, "echo x > ${outputs.out}", "{id}/out.txt"));
  await swarm.succeed();
  assert.deepEqual(swarm.results(), ["a/mine.txt", "a/out.txt", "b/out.txt"]);
  assert.deepEqual(swarm.ran(), []);
  rmSync(swarm.path("results/a/mine.txt"));
  swarm.define(fields(AB, "echo x > ${outputs.out}", "of_{id}.txt"));
  await swarm.succeed();
  assert.deepEqual(swarm.results(), ["of_a.txt", "of_b.txt"], "a path that has moved leaves nothing");
  assert.ok(!existsSync(swarm.path("results/b")), "nor an empty folder of ours");
  const { stdout: built } = await swarm.verb(["build"]);
  assert.match(built, /kept +\d+ bytes of outputs of earlier versions/);
  await swarm.verb(["clean"]);
  assert.ok(!existsSync(swarm.path(".locusts/kept")));
  swarm.define(fields('list("id", ["b"])', "echo x > ${outputs.out}", "of_{id}.txt"));
  await swarm.succeed();
  swarm.write("results/of_a.txt", "mine\n");
  const { moved, left } = await swarm.json("clean", "--stale");
  assert.deepEqual([moved, left], [[], ["of_a.txt"]], "what was edited stays, and that is said");
});

test("an older copy of an output is no result; an edit by hand is never replaced", async () => {
  const swarm = new Versions(echo("one"));
  await swarm.succeed();
  copyFileSync(swarm.path("results/a.txt"), swarm.path("copy"));
  const { atime, mtime } = lstatSync(swarm.path("results/a.txt"));
  swarm.define(echo("two"));
  await swarm.succeed();
  rmSync(swarm.path(".locusts/kept"), { recursive: true });
  swarm.ran();
  copyFileSync(swarm.path("copy"), swarm.path("results/a.txt"));
  utimesSync(swarm.path("results/a.txt"), atime, mtime);
  await swarm.succeed();
  assert.equal(swarm.result("a.txt"), "two a\n");
  assert.deepEqual(swarm.ran(), ["a"]);
  const { mtime: written } = lstatSync(swarm.path("results/b.txt"));
  swarm.write("results/b.txt", "TWO B\n"); // as large, and as old
  utimesSync(swarm.path("results/b.txt"), written, written);
  assert.equal((await swarm.json("status")).jobs.done, 1);
  const { exitCode, report } = await swarm.deploy();
  assert.equal(exitCode, 1);
  assert.match(report.errors?.[0]?.message ?? "", /results\/b\.txt/);
  assert.equal(swarm.result("b.txt"), "TWO B\n");
});

test("of an output folder to which a file was added, that file is named", async () => {
  const command = (text: string) => `mkdir \${outputs.out}; echo ${text} > \${outputs.out}/x`;
  const swarm = new Versions(fields('list("id", ["a"])', command("one"), "{id}/"));
  await swarm.succeed();
  swarm.write("results/a/mine", "mine\n");
  swarm.define(fields('list("id", ["a"])', command("two"), "{id}/"));
  const { report } = await swarm.deploy();
  assert.match(report.errors?.[0]?.message ?? "", /results\/a\/mine is not what Locusts has put there/);
  rmSync(swarm.path("results/a/mine"));
  await swarm.succeed();
});

test("of a large output an edit of one byte is noticed, wherever it is", async () => {
  const command = "mkdir ${outputs.out}; head -c 1000000 /dev/zero > ${outputs.out}/large";
  const swarm = new Versions(fields('list("id", ["a"])', command, "{id}/"));
  await swarm.succeed();
  const file = openSync(swarm.path("results/a/large"), "r+");
  writeSync(file, "x", 100_000);
  closeSync(file);
  const { exitCode, report } = await swarm.deploy();
  assert.equal(exitCode, 1);
  assert.match(
    report.errors?.[0]?.message ?? "",
    /results\/a was changed after Locusts had put it there, and an output would replace it/,
  );
});

test("an output may become a folder, and go into what was one", async () => {
  const jobs = 'list("id", ["a"])';
  const versions = [
    ["{id}/", "mkdir ${outputs.out}; echo 1 > ${outputs.out}/x", "a/x"],
    ["{id}/x", "echo 2 > ${outputs.out}", "a/x"],
    ["{id}", "echo 3 > ${outputs.out}", "a"],
    ["{id}/x/y", "echo 4 > ${outputs.out}", "a/x/y"],
    ["{id}/x", "echo 5 > ${outputs.out}", "a/x"],
  ] as const;
  const swarm = new Versions("");
  for (const [i, [output, command, path]] of versions.entries()) {
    swarm.define(fields(jobs, command, output));
    await swarm.succeed();
    assert.equal(swarm.result(path), `${i + 1}\n`);
  }
});

test("a copy of a whole folder is known again by its content", async () => {
  const swarm = new Versions(echo("one"));
  await swarm.succeed();
  for (const path of ["a.txt", "b.txt"]) {
    copyFileSync(swarm.path("results", path), swarm.path("copy"));
    rmSync(swarm.path("results", path));
    copyFileSync(swarm.path("copy"), swarm.path("results", path));
  }
  assert.equal((await swarm.succeed()).jobs.cached, 2);
});

test("a file of the user's own is in the way, be it empty or as large as the output", async () => {
  for (const text of ["", "mine !\n"]) {
    const swarm = new Versions(echo("one"), { "results/a.txt": text });
    const { exitCode, report } = await swarm.deploy();
    assert.equal(exitCode, 1);
    assert.match(report.errors?.[0]?.message ?? "", /results\/a\.txt/);
    assert.equal(swarm.result("a.txt"), text);
    assert.deepEqual(swarm.ran(), []);
  }
});

test("an output that cannot be moved aside is named, and the tables say of all others what is there", async () => {
  const swarm = new Versions(echo("one"));
  await swarm.succeed();
  const [, ofB = ""] = /^([\w-]+)\tb\t/m.exec(swarm.read(".locusts/ledger.tsv")) ?? [];
  swarm.write(`.locusts/kept/${ofB}`, "in the way of a folder");
  swarm.define(echo("two"));
  const { exitCode, report } = await swarm.deploy();
  assert.equal(exitCode, 1);
  assert.match(report.errors?.[0]?.message ?? "", new RegExp(`kept/${ofB}`));
  assert.deepEqual([swarm.exists("results/a.txt"), swarm.exists("results/b.txt")], [false, true]);
  assert.equal(swarm.jobs().get("a")?.status, "pending");
  assert.match(swarm.read("results/outputs.tsv"), /^a\tout\tmissing\t/m);
});

test.skipUnless(
  statSync("/dev/shm", { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev,
  "needs a second file system at /dev/shm",
  "large outputs come back also where results lie on another disk",
  async () => {
    const disk = mkdtempSync("/dev/shm/locusts-versions-");
    try {
      const large = (word: string) =>
        fields(
          'range("i", 1, 12)',
          `{ echo ${word} \${params.i}; head -c 300000 /dev/zero; } > \${outputs.out}`,
          "{i}.txt",
        );
      const swarm = new Versions(large("one").replace("params.id", "params.i"));
      symlinkSync(disk, swarm.path("results"));
      await swarm.succeed();
      swarm.define(large("two").replace("params.id", "params.i"));
      await swarm.succeed();
      swarm.define(large("one").replace("params.id", "params.i"));
      assert.equal((await swarm.succeed()).jobs.cached, 12);
    } finally {
      rmSync(disk, { recursive: true });
    }
  },
);

test("where the disk with the results is away, status does not tell that nothing is done", async () => {
  const swarm = new Versions(fields(AB, "echo x > ${outputs.out}", "o/{id}.txt"));
  mkdirSync(swarm.path("disk"));
  symlinkSync("disk", swarm.path("results"));
  await swarm.succeed();
  renameSync(swarm.path("disk"), swarm.path("away"));
  for (const verb of ["status", "report", "logs", "gather"]) {
    const { exitCode, stderr } = await swarm.verb([verb]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /results is a link that leads nowhere\n {2}hint: make the folder/);
  }
  renameSync(swarm.path("away"), swarm.path("disk"));
  assert.equal((await swarm.succeed()).jobs.cached, 2);
});

test("results that cannot be used are said before a job runs; those on another disk are used", async () => {
  const ways: [RegExp | undefined, (swarm: Versions) => void][] = [
    [/results is a link that leads nowhere/, (swarm) => symlinkSync("nowhere", swarm.path("results"))],
    [/results is not a folder/, (swarm) => swarm.write("results", "mine")],
    [
      /o is a link that leads out of/,
      (swarm) => {
        mkdirSync(swarm.path("elsewhere"));
        mkdirSync(swarm.path("results"));
        symlinkSync("../elsewhere", swarm.path("results/o"));
      },
    ],
    [
      undefined,
      (swarm) => {
        mkdirSync(swarm.path("elsewhere"));
        symlinkSync("elsewhere", swarm.path("results"));
      },
    ],
  ];
  for (const [why, put] of ways) {
    const swarm = new Versions(fields(AB, "echo x > ${outputs.out}", "o/{id}.txt"));
    put(swarm);
    if (why?.source.startsWith("results")) {
      const { exitCode, stderr } = await swarm.verb(["deploy", "--dry-run"]);
      assert.equal(exitCode, 1);
      assert.match(stderr, why);
    }
    const { exitCode, report } = await swarm.deploy();
    assert.equal(exitCode, why ? 1 : 0);
    if (!why) continue;
    assert.match(report.errors?.[0]?.message ?? "", why);
    assert.deepEqual(swarm.ran(), []);
  }
});

test("with a limit new jobs come before those that have failed, and those that are asked for first", async () => {
  const swarm = new Versions(
    fields(
      'list("id", ["bad", "worse", "ok", "timeout", "fine"])',
      "[[ ${params.id} != @(bad|worse) ]]; : > ${outputs.out}",
    ),
  );
  for (let i = 0; i < 3; i += 1) await swarm.deploy(["--limit", "2"]);
  assert.deepEqual(swarm.ran(), ["bad", "fine", "ok", "timeout", "worse", "bad"].sort());
  await swarm.deploy(["--redo", "fine", "--limit", "1"]);
  assert.deepEqual(swarm.ran(), ["fine"]);
  await swarm.deploy([".", "--redo", "ok", "--limit", "1"]);
  assert.deepEqual(swarm.ran(), ["ok"], "a word that is a job's name is no cause");
});

const canPin = spawnSync("bash", ["-c", "f=$(mktemp) && chattr +i $f && chattr -i $f && rm $f"]).status === 0;

test.skipUnless(
  canPin,
  "chattr +i is not possible here",
  "what cannot be removed is a note, and tried again",
  async () => {
    const swarm = new Versions(fields(AB, "echo x > ${outputs.out}; touch pinned; chattr +i pinned"));
    const unpin = () => spawnSync("find", [swarm.folder, "-name", "pinned", "-exec", "chattr", "-i", "{}", "+"]);
    try {
      const { exitCode, stderr } = await swarm.verb(["deploy"]);
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /note: .*pinned/);
      assert.equal(swarm.jobs().size, 2);
      assert.match((await swarm.verb(["clean"])).stderr, /error: .*\/pinned cannot be removed/);
    } finally {
      unpin();
    }
    await swarm.succeed();
    assert.ok(!existsSync(`${swarm.run()}/untidied`));
  },
);

test.run();
