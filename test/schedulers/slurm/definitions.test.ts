import assert from "node:assert/strict";
import { readSbatchOptions, refuseSbatchLine } from "../../../compiler/format/sbatch-options.js";
import { suite } from "../../runner/suite.js";
import { Elsewhere } from "../../target/elsewhere.js";

/** What cannot be, or is not wise, under SLURM is said before anything runs, at its place. */
const test = suite("definitions for SLURM");

const FIELDS = `jobs: range("i", 1, 40),
  limits: { time: "LIMIT" },
  command: ({ params }) => sh\`: \${params.i}\`,`;

/** A definition with such a limit and such options of its target. */
function define(limit: string, options: string): Elsewhere {
  return new Elsewhere(
    { environment: {}, home: "/nowhere" },
    FIELDS.replace("LIMIT", limit),
    `slurm({ directory: "/nowhere", cpusPerNode: 2, ${options} })`,
  );
}

interface Document {
  readonly errors?: readonly { message: string; hint: string; place: { line: number; column: number } }[];
  readonly notes?: readonly { message: string; hint: string; place: { line: number; column: number } }[];
}

test("options of sbatch that Locusts depends on are refused by name, at their place", async () => {
  const refused = [
    ...[
      "--array=1-4",
      "-a 1-4",
      "--output=x",
      "-o x",
      "--error=x",
      "--job-name=x",
      "-Jx",
      "--export=NONE",
      "--exp=NONE",
    ],
    ...["--wrap=true", "--nodes=2", "-N2", "--time=1", "-t 1", "--dependency=singleton", "-d singleton", "--chdir=/"],
    ...[
      "--no-requeue",
      "--signal=USR2",
      "--clusters=all",
      "-M all",
      "--parsable",
      "-Hn4",
      "--ntasks=4",
      "--comment=x -W",
    ],
    ...["--open-mode=truncate", "--cpus-per-task=4", "--test-only"],
  ];
  const fine = [
    "--comment=--array=1",
    '--comment="a --array"',
    "-x n1",
    "--mem=0",
    "--ntasks=1",
    "--nice",
    "--gres=a:1",
  ];
  const swarm = define("1m", `walltime: "1h", sbatch: ${JSON.stringify([...fine, ...refused])}`);
  const { exitCode, document } = await swarm.json<Document>("check");
  assert.equal(exitCode, 1);
  const errors = document.errors ?? [];
  assert.equal(errors.length, refused.length, errors.map(({ message }) => message).join("\n"));
  refused.forEach((option, i) => {
    assert.ok(errors[i]?.message.startsWith(`"${option}" sets --`), errors[i]?.message);
    assert.ok(errors[i]?.hint);
  });
  const line = swarm.read("swarm.config.ts").split("\n")[(errors[0]?.place.line ?? 1) - 1] as string;
  assert.ok(line.slice((errors[0]?.place.column ?? 1) - 1).startsWith('"--array=1-4"'));
  for (const option of [...fine, "--constructor"]) assert.equal(refuseSbatchLine(option), undefined, option);
  assert.deepEqual(readSbatchOptions("-p short --account lab -Hw n[1-2]"), [
    { name: "partition", value: "short" },
    { name: "account", value: "lab" },
    { name: "hold", value: undefined },
    { name: "nodelist", value: "n[1-2]" },
  ]);
});

test("a limit that no pilot has the time for is refused; one that wastes much of it is noted with its node-hours", async () => {
  const over = await define("2h", 'walltime: "1h"').json<Document>("check");
  assert.equal(over.exitCode, 1);
  assert.deepEqual(
    over.document.errors?.map(({ message }) => message),
    ["a job may take 02:00:00, and a pilot on there runs for 01:00:00"],
  );
  const just = await define("1h", 'walltime: "1h"').json<Document>("check");
  assert.match(just.document.errors?.[0]?.message ?? "", /it can have 00:59:20 at most/);
  const long = await define("50m", 'walltime: "1h", nodes: 4, successors: 4').json<Document>("check");
  assert.equal(long.exitCode, 0);
  assert.deepEqual(
    long.document.notes?.map(({ message }) => message),
    [
      "jobs of up to 00:50:00 in pilots of 01:00:00: where they take as long as that, 17 % of each pilot's time is lost, up to 3.3 of 20 node-hours",
    ],
  );
  const short = await define("5m", 'walltime: "1h"').json<Document>("check");
  assert.deepEqual(short.document.notes, []);
});

test("a pilot asks for no tasks and no memory unless it is told to", async () => {
  const swarm = define("1m", 'walltime: "1h"');
  assert.equal((await swarm.verb(["build"])).exitCode, 0);
  const lines = swarm.read("bundle/there/pilot.sh").split("\n");
  assert.deepEqual(
    lines.filter((line) => /^#SBATCH --(ntasks|mem)/.test(line)),
    [],
  );
});

test.run();
