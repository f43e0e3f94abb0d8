import assert from "node:assert/strict";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What lies in the results and is not Locusts' own stays as it is. */
const test = suite("files of the user's own in the results");

const SWARM = `
  jobs: list("id", ["a", "b"]),
  inputs: { word: "word" },
  outputs: { text: "sub/{id}.txt", tree: "tree_{id}/" },
  command: ({ inputs, outputs, params }) => sh\`
    cat \${inputs.word} > \${outputs.text}
    mkdir \${outputs.tree}
    cat \${inputs.word} > \${outputs.tree}/leaf
    until [[ ! -e $HOME/hold ]]; do sleep 0.05; done\`,
`;

const fresh = () => new Deployment(SWARM, { word: "word\n" });

async function refuses(deployment: Deployment, path: string): Promise<void> {
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 1, JSON.stringify(report));
  assert.ok(report.errors?.[0]?.message.includes(path), JSON.stringify(report));
}

test("deploy refuses to replace a file, a folder, a link, and what lies on the way", async () => {
  const ways: [string, (deployment: Deployment) => void][] = [
    ["results/sub/b.txt", (deployment) => deployment.write("results/sub/b.txt", "mine")],
    ["results/tree_a", (deployment) => deployment.write("results/tree_a/leaf", "mine")],
    ["results/tree_a", (deployment) => deployment.write("results/tree_a", "mine")],
    ["results/sub", (deployment) => deployment.write("results/sub", "mine")],
    ["results/jobs.tsv", (deployment) => deployment.write("results/jobs.tsv", "my own jobs\n")],
    ["results/outputs.tsv", (deployment) => deployment.write("results/outputs.tsv", "my own outputs\n")],
    [
      "results/sub/a.txt",
      (deployment) => {
        deployment.write("results/sub/other", "mine");
        symlinkSync("other", deployment.path("results/sub/a.txt"));
      },
    ],
  ];
  const deployment = fresh();
  for (const [path, put] of ways) {
    put(deployment);
    await refuses(deployment, path);
    assert.deepEqual(deployment.journal(), [], "a job was run");
    rmSync(deployment.path("results"), { recursive: true });
  }
  await deployment.succeed();
});

test("status names an output that somebody has edited, whose job is pending", async () => {
  const deployment = fresh();
  await deployment.succeed();
  deployment.write("results/sub/b.txt", "corrected\n");
  const { stdout, exitCode } = await deployment.verb(["status"]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /: 1\/2 done, 0 running, 0 failed, 1 pending\n/);
  assert.match(
    stdout,
    /edited: results\/sub\/b\.txt was changed after Locusts had put it there; move it away, or remove it, and/,
  );
  rmSync(deployment.path("results/sub/b.txt"));
  await deployment.succeed();
  assert.equal(deployment.result("sub/b.txt"), "word\n");
});

test("what Locusts has put there itself is replaced, also after its state was lost", async () => {
  const deployment = fresh();
  await deployment.succeed();
  deployment.write("word", "another\n");
  await deployment.succeed();
  assert.equal(deployment.result("sub/a.txt"), "another\n");
  assert.equal(deployment.result("tree_a/leaf"), "another\n");

  rmSync(deployment.path(".locusts"), { recursive: true });
  deployment.write("word", "a third\n");
  await deployment.succeed();
  assert.equal(deployment.result("sub/a.txt"), "a third\n");
});

test("a result that was edited by hand is not replaced", async () => {
  const deployment = fresh();
  await deployment.succeed();
  deployment.write("results/sub/a.txt", "edited by hand\n");
  await refuses(deployment, "results/sub/a.txt");
  assert.equal(deployment.result("sub/a.txt"), "edited by hand\n");
});

test("drafts of tables that a killed process has left are removed, and nothing that is only called alike", async () => {
  const deployment = fresh();
  const drafts = ["jobs.tsv", "changes.tsv", "conflicts.tsv", "report.html"].map((name) => `.${name}.0123456789ab.new`);
  const mine = [".mine.tsv.0123456789ab.new", ".changes.tsv.new", "changes.tsv.0123456789ab.new"];
  for (const name of [...drafts, ...mine]) deployment.write(`results/${name}`, "half");
  await deployment.succeed();
  assert.deepEqual(
    [...drafts, ...mine].filter((name) => deployment.exists(`results/${name}`)),
    mine,
  );
});

test("a file that appears while the job runs is not replaced either", async () => {
  const deployment = fresh();
  deployment.write("hold", "");
  const begun = deployment.beginDeploy([], { HOME: deployment.folder });
  while (deployment.journal().filter(([event]) => event === "start").length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  deployment.write("results/sub/a.txt", "mine, just now\n");
  rmSync(deployment.path("hold"));
  const { exitCode, stdout } = await begun.outcome;
  assert.equal(exitCode, 3);
  const [failure] = JSON.parse(stdout).failures;
  assert.equal(failure.cause, "node");
  assert.match(failure.detail, /sub\/a\.txt is not what Locusts has put there/);
  assert.equal(deployment.result("sub/a.txt"), "mine, just now\n");
  assert.equal(deployment.result("sub/b.txt"), "word\n");
});

test("where results/ takes nothing, no job is to blame, and what they have made is collected later", async () => {
  const swarm = new Deployment(
    `
  jobs: range("i", 1, 3),
  outputs: { text: "sub/{i}.txt" },
  command: ({ outputs, params }) => sh\`echo mine > $RESULTS/sub; echo x >> $TALLY; echo \${params.i} > \${outputs.text}\`,
`,
  );
  const env = { RESULTS: swarm.path("results"), TALLY: swarm.path("tally") };
  const { exitCode, report } = await swarm.deploy([], env);
  assert.equal(exitCode, 1);
  assert.match(JSON.stringify(report.errors), /nothing can be put into .*results\/sub/);
  assert.equal(swarm.result("sub"), "mine\n");
  rmSync(swarm.path("results/sub"));
  const gathered = await swarm.verb(["gather"]);
  assert.equal(gathered.exitCode, 0, gathered.stderr);
  assert.equal(swarm.result("sub/3.txt"), "3\n");
  assert.equal((await swarm.succeed([], env)).jobs.cached, 3);
  assert.equal(swarm.read("tally"), "x\nx\nx\n");
});

test("each of several definitions in a folder has bundles and results of its own, and knows of no other's jobs", async () => {
  const swarm = new Deployment('jobs: range("i", 1, 2),\n  command: () => sh`exit 1`,');
  await swarm.deploy();
  const text = swarm.read("swarm.config.ts");
  swarm.write(
    "other.config.ts",
    text
      .replace("exit 1", "ls > names")
      .replace("command:", 'outputs: { names: "names_{i}" },\n  command:')
      .replace("> names", "> ${outputs.names}")
      .replace("() =>", "({ outputs }) =>"),
  );
  const early = await swarm.verb(["status", "other.config.ts"]);
  assert.equal(early.exitCode, 1);
  assert.match(early.stderr, /nothing has been deployed from \S*other\.config\.ts yet/);
  assert.match(
    (await swarm.verb(["deploy", "other.config.ts"])).stdout,
    /^2\/2 done: other\.config\.ts\.locusts\/results$/m,
  );
  const home = "other.config.ts.locusts";
  assert.match(
    swarm.read(`${home}/bundle/local/manager.sh`),
    /from other\.config\.ts; .* npx locusts build other\.config\.ts$/m,
  );
  assert.ok(swarm.exists(`${home}/results/names_1`) && !swarm.exists("results/names_1"));
  for (const words of [["build", "--check"], ["diff"], ["status"], ["gather"]])
    assert.equal((await swarm.verb([...words, "other.config.ts"])).exitCode, 0, words.join(" "));
  const { exitCode, stdout } = await swarm.verb(["status"]);
  assert.equal(exitCode, 3, "the first one is as it was");
  assert.match(stdout, /2 failed/);
});

test("of two definitions that are deployed at once, each has its own place, and keeps it", async () => {
  const swarm = new Deployment(
    'jobs: range("i", 1, 2),\n  outputs: { o: "{i}" },\n  command: ({ outputs }) => sh`sleep 0.3 > ${outputs.o}`,',
  );
  const names = ["one.config.ts", "-two.config.ts"];
  for (const name of names) swarm.write(name, swarm.read("swarm.config.ts"));
  rmSync(swarm.path("swarm.config.ts"));
  for (const expected of [/^2\/2 done: /m, /^2\/2 done \(2 of them before\): /m]) {
    const ended = await Promise.all(names.map((name) => swarm.verb(["deploy", `./${name}`])));
    for (const { stdout } of ended) assert.match(stdout, expected);
  }
  assert.match(
    swarm.read("-two.config.ts.locusts/bundle/local/manager.sh"),
    /npx locusts build \.\/-two\.config\.ts$/m,
  );
});

test("a definition that was renamed goes on where it was", async () => {
  const swarm = new Deployment('jobs: range("i", 1, 2),\n  command: () => sh`exit 1`,');
  await swarm.deploy();
  renameSync(swarm.path("swarm.config.ts"), swarm.path("other.config.ts"));
  for (const words of [["status"], ["deploy"], ["status"]]) {
    const { exitCode, stdout } = await swarm.verb([...words, "other.config.ts"]);
    assert.equal(exitCode, 3);
    assert.match(stdout, /2 failed/);
  }
  assert.ok(!swarm.exists("other.config.ts.locusts"));
});

test.run();
