import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { makeFolder } from "./temp-definition.js";

/** What a definition may say about what each job needs, and what is said of a mistake in it. */
const test = suite("needs by job, as they are written");

const folder = makeFolder({ "a.bin": "aaa", "b.bin": "b" });

const LOCAL = "targets: { here: local() },";
const PILOTS =
  'targets: { c: slurm({ directory: "/data", cpusPerNode: 16, walltime: "4h", memory: "64 GB", gpus: 1 }) },';

/** What is said of a definition, each as `line:column message (hint)`. */
async function said(needs: string, target = LOCAL): Promise<readonly string[]> {
  const source = `import { defineSwarm, gigabytes, hours, inPlace, list, local, megabytes, minutes, seconds, sh, slurm } from "locusts";
export default defineSwarm({
  name: "example",
  jobs: list("n", [1, 4, 20]),
  inputs: { data: "a.bin", there: inPlace("/etc/{n}") },
  ${needs}
  command: () => sh\`true\`,
  ${target}
});
`;
  writeFileSync(join(folder, "swarm.config.ts"), source);
  try {
    const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
    build(compilation, { folder: join(folder, "bundle"), write: false, digests: undefined });
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    return error.problems.map(
      ({ place, message, hint }) => `${place?.line}:${place?.column} ${message}${hint ? ` (${hint})` : ""}`,
    );
  }
}

test("needs are functions of params, of the size of inputs, and of the try; units are functions, too", async () => {
  const needs = `resources: ({ params, inputs, attempt }) =>
      ({ cpus: params.n, memory: attempt > 1 ? gigabytes(1.5) : megabytes(inputs.data.bytes / 2) }),
    limits: { retries: 1, time: ({ attempt }) => (attempt > 1 ? hours(0.5) : attempt > 2 ? minutes(1) : seconds(90)) },`;
  assert.deepEqual(await said(needs), []);
});

test("a name that resources do not have is told also where a function gives it beside others", async () => {
  assert.deepEqual(await said('resources: () => ({ cpus: 2, memry: "1 GB" }),'), [
    '6:14 resources has no "memry", which is what the job 1 gets; the same in 2 more jobs: 4, 20 (did you mean "memory"?)',
  ]);
});

test("a job that needs more than a pilot has is named, once", async () => {
  const needs =
    "resources: ({ params, attempt }) => ({ cpus: params.n, memory: gigabytes(params.n * attempt * 2), gpus: params.n }), limits: { retries: 1, time: ({ params }) => hours(params.n) },";
  assert.deepEqual(await said(needs, PILOTS), [
    "6:14 the job 4 needs 4 GPUs, and a pilot has 1; the same in 1 more job: 20 (raise gpus)",
    "6:148 the job 4 may take 04:00:00, and of the 04:00:00 of a pilot on c it can have 03:59:20 at most: the rest is for its end; the same in 1 more job: 20 (raise the target's walltime, or lower limits.time)",
    "6:14 the job 20 needs 20 cores, and a pilot has 16 (raise cpusPerNode, or lower resources.cpus)",
    "6:14 try 2 of the job 20 needs 81920 MB, and a pilot has 65536 MB (raise memory of the target, or lower resources.memory)",
  ]);
});

test("GPUs of a pilot are counted by whatever option asks for them, and where they cannot be counted nothing is refused", async () => {
  const lacks = async (options: string, gpus: number, memory = "1 GB") => {
    const target = `targets: { c: slurm({ directory: "/data", cpusPerNode: 16, walltime: "4h", ${options} }) },`;
    const [said1] = await said(`resources: { gpus: ${gpus}, memory: "${memory}" },`, target);
    return said1?.replace(/^\S+ a job needs /, "");
  };
  for (const three of [
    ...["gpus: 3", 'gpus: "a100:3"', 'gpus: "a100:1,v100:2"', 'gres: "gpu:3"', 'gres: ["lscratch:9", "gpu:a100:3"]'],
    ...['gres: "gpu:2,gpu:v100"', 'sbatch: ["--gpus=3"]', 'sbatch: ["-G a100:3"]', 'sbatch: ["--gres=gpu:3"]'],
    ...['sbatch: ["--gpus-per-node 3"]', 'sbatch: ["--gpus-per-task=3"]', 'sbatch: ["--tres-per-node=gres/gpu:3"]'],
  ]) {
    assert.equal(await lacks(three, 3), undefined, three);
    const option = /^\w+/.exec(three)?.[0];
    assert.equal(await lacks(three, 4), `4 GPUs, and a pilot has 3 (raise ${option})`, three);
  }
  for (const unknown of [
    ...['sbatch: ["--gpus-per-socket=1"]', 'sbatch: ["--gpus-per-n=1"]', 'gpus: 1, gres: "gpu:1"', "exclusive: true"],
    ...['gres: "gpu:a100:1:x"', 'sbatch: ["--exclusive"]', 'sbatch: ["--gres=gpu:many:more"]'],
  ])
    assert.equal(await lacks(unknown, 4), undefined, unknown);
  for (const none of ['gres: "lscratch:9"', 'sbatch: ["--gpu-bind=closest", "--gres-flags=enforce-binding"]'])
    assert.equal(await lacks(none, 1), "1 GPU, and a pilot has 0 (raise gpus)", none);
  assert.equal(await lacks('gpus: 1, memory: "1 GB", sbatch: ["--mem=64G"]', 1, "8 GB"), undefined);
});

test("more retries than anybody waits for are refused where they stand, before anything is worked out for each", async () => {
  assert.deepEqual(await said("resources: ({ attempt }) => ({ cpus: attempt }), limits: { retries: 1e8 },"), [
    "6:71 retries is 100000000 (write a whole number from 0 to 1000)",
  ]);
});

test("a number of a target that is wrong is told once", async () => {
  assert.deepEqual(await said("", PILOTS.replace("16", "0")), ["8:58 cpusPerNode is 0 (write a whole number from 1)"]);
});

test("what a function gives is checked, by its types and by its value", async () => {
  for (const [needs, ...expected] of [
    [
      'resources: ({ params }) => ({ cpus: params.n, memory: "much" }),',
      '6:57 "much" is no amount of memory: write "500 MB", "2 GB" or "1 TB"',
    ],
    [
      "resources: ({ params }) => { const cpus = String(params.n); return { cpus }; },",
      "6:72 cpus, which the function of resources gives, is a number",
    ],
    [
      "resources: ({ params }) => ({ cpus: params.n - 4 }),",
      "6:14 cpus is -3: that is what the job 1 gets; the same in 1 more job: 4 (write a whole number from 1)",
    ],
    [
      "resources: ({ params }) => ({ memory: gigabytes(params.n - 4) }),",
      "6:41 -3072 is no amount of memory, for the job 1 (it has to be a number above 0)",
    ],
    [
      'resources: () => { throw new Error("no idea"); },',
      "6:28 the definition failed when it was evaluated: no idea, for the job 1",
    ],
    [
      "resources: ({ inputs }) => ({ memory: megabytes(inputs.there.bytes) }),",
      "6:64 the size of the input there is not known when the bundle is built, for the job 1 (it is used where it lies on the target: say the size by a param, or let it be sent)",
    ],
  ] as const) {
    assert.deepEqual(await said(needs), expected, needs);
  }
});

test.run();
