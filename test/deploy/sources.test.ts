import assert from "node:assert/strict";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { Deployment } from "./deployment.js";

/** Jobs of files that belong together, crossed with params, and what they are called. */
const test = suite("sources of jobs, deployed");

const fields = (jobName: string) => `
  jobs: files({ r1: "../{s}_S*_R1.fq", r2: linked("in/{s}_R?.fq", { as: "{s}.two" }) }).times(table("p.tsv")),
  ${jobName}
  inputs: { ref: shared("ref.txt") },
  outputs: { out: "{s}_{k}.txt" },
  command: ({ inputs, outputs, params }) => sh\`
    cat \${inputs.r1} \${inputs.r2} \${inputs.ref} > \${outputs.out}; echo \${inputs.r2} \${params.depth} >> \${outputs.out}
  \`,
`;

test("files found by wildcards reach their jobs, wherever they lie; jobs are called as the definition says", async () => {
  const swarm = new Deployment(fields(""), {
    "at/in/a_R2.fq": "a2 ",
    "at/in/b_R2.fq": "b2 ",
    "a_S1_R1.fq": "a1 ",
    "b_S22_R1.fq": "b1 ",
    "at/ref.txt": "ref\n",
    "at/p.tsv": "k\tdepth\nx\t10\ny\t20\n",
    "at/swarm.config.ts": "",
  });
  const define = (text: string) => {
    swarm.define(text);
    swarm.write("at/swarm.config.ts", swarm.read("swarm.config.ts"));
  };
  const run = (...words: string[]) => locusts(words, { cwd: swarm.path("at") });
  define(fields('jobName: "{s}-{k}",'));
  const first = await run("deploy", "--json");
  assert.equal(first.exitCode, 0, first.stderr);
  assert.equal(swarm.read("at/results/b_x.txt"), "b1 b2 ref\nb.two 10\n");
  assert.match(swarm.read("at/results/jobs.tsv"), /^b-y\tb\ty\t20\t/m);

  // One param of a job whose name stays makes that job another; names alone do not.
  swarm.write("at/p.tsv", "k\tdepth\nx\t10\ny\t21\n");
  assert.match((await run("diff")).stdout, /^2 jobs changed: params or paths\n {2}a-y, b-y\n/);
  assert.match((await run("deploy")).stderr, /4 jobs, 2 done before: 2 to run \(2 changed\)/);
  assert.equal(swarm.read("at/results/b_y.txt"), "b1 b2 ref\nb.two 21\n");
  define(fields(""));
  assert.match((await run("diff")).stdout, /^4 jobs renamed\n {2}s=a,k=x,depth=10, /);
  assert.match((await run("deploy")).stderr, /4 jobs, 4 done before: nothing to run/);
  assert.match(swarm.read("at/results/jobs.tsv"), /^s=b,k=y,depth=21\t/m);

  // What is not unique is told at the place of the name, with two jobs that clash.
  define(fields('jobName: "{s}",'));
  assert.match(
    (await run("check")).stderr,
    /swarm\.config\.ts:\d+:\d+ error: the jobs s=a,k=x,depth=10 and s=a,k=y,depth=21 are both called a; the same in 1 more job: b\n(?:.*\n)+ {2}hint: put in what sets them apart, as in "\{s\}_\{k\}"/,
  );
  define('jobs: rows([{ a: "x,b=y", b: "z" }, { a: "x", b: "y,b=z" }]), command: () => sh`true`,');
  assert.match(
    (await run("check")).stderr,
    / error: jobs 1 and 2 have other params, and are both called a=x,b=y,b=z\n(?:.*\n)+ {2}hint: .* jobName: "\{a\}\.\{b\}"/,
  );
});

test("a param that is called otherwise is a change of params", async () => {
  const swarm = new Deployment('jobs: list("k", ["a", "b"]),\n  command: ({ params }) => sh`echo ${params.k}`,');
  await swarm.verb(["build"]);
  swarm.define('jobs: list("q", ["a", "b"]),\n  command: ({ params }) => sh`echo ${params.q}`,');
  assert.match((await swarm.verb(["diff"])).stdout, /^2 jobs changed: params or paths$/m);
});

test.run();
