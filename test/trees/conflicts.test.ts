import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { Deployment, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { rowsOf, snapshot } from "./classify.js";

/** Where two want a path to be different things, each version is kept and listed. */
const test = suite("conflicts of trees");

const FILES: Readonly<Record<string, string>> = {
  "env/edited": "before\n",
  "env/removed": "before\n",
  "env/to-delete": "before\n",
  "env/deleted-and-edited": "before\n",
  "env/plain": "before\n",
  "env/way/inner": "before\n",
  "env/half/selected": "before\n",
  "env/half/private.txt": "private\n",
  "env/left-out.txt": "mine\n",
};

const COMMAND = `
  for file in edited removed plain way/inner; do echo after > $file; done
  echo other > way/new
  rm to-delete deleted-and-edited
  rm -r half
  echo theirs > left-out.txt
  mkdir private.txt; echo theirs > private.txt/inner
`;

function treeOf(jobs: string, options: string, command: string): Deployment {
  return new Deployment(
    `jobs: ${jobs},
  environment: { tree: tree({ root: "env", select: ["**", "!left-out.txt", "!half/private.txt", "!private.txt"], ${options} }) },
  command: ({ params }) => sh\`\n: \${params.id}\n${command}\`,`,
    FILES,
  );
}

const conflictsOf = (deployment: Deployment) =>
  rowsOf(deployment.folder, "conflicts.tsv").map(([path, why, kept]) => [path, why, kept]);

test("nothing here that was edited, or not selected, is replaced or removed", async () => {
  const deployment = treeOf('list("id", ["one"])', "apply: true", COMMAND);
  await deployment.deploy(["--detach"]);
  for (let preview = { trees: [] }; preview.trees.length === 0; ) {
    preview = JSON.parse((await deployment.verb(["gather", "--dry-run", "--json"])).stdout);
  }
  // What a person has done in the meantime.
  deployment.write("env/edited", "edited here\n");
  rmSync(deployment.path("env/removed"));
  deployment.write("env/deleted-and-edited", "edited here\n");
  rmSync(deployment.path("env/way"), { recursive: true });
  deployment.write("elsewhere/inner", "not of the tree\n");
  symlinkSync("../elsewhere", deployment.path("env/way"));
  deployment.write("env/private.txt", "a file where jobs have a folder\n");

  const { exitCode, stdout, stderr } = await deployment.verb(["gather"]);
  assert.equal(exitCode, 0, stderr);
  const notSelected = "it is here, and was not selected";
  assert.deepEqual(conflictsOf(deployment), [
    ["deleted-and-edited", "it was edited here", "NA"],
    ["edited", "it was edited here", "tree/edited"],
    ["half", "it holds what was not selected, or edited here", "NA"],
    ["left-out.txt", notSelected, "tree/left-out.txt"],
    ["private.txt", notSelected, "tree/private.txt"],
    ["private.txt/inner", "a link or a file is in the way here", "tree/private.txt/inner"],
    ["removed", "it was removed here", "tree/removed"],
    ["way/inner", "a link or a file is in the way here", "tree/way/inner"],
    ["way/new", "a link or a file is in the way here", "tree/way/new"],
  ]);
  for (const path of ["edited", "deleted-and-edited", "left-out.txt", "half/private.txt", "private.txt"]) {
    assert.match(deployment.read(`env/${path}`), /here|mine|private|file where/, path);
    assert.match(stdout, new RegExp(`conflict: ${path.split("/")[0]}`));
  }
  assert.equal(deployment.read("elsewhere/inner"), "not of the tree\n");
  for (const path of ["edited", "removed", "way/inner"]) assert.equal(deployment.result(`tree/${path}`), "after\n");
  assert.equal(deployment.result("tree/left-out.txt"), "theirs\n");
  assert.equal(deployment.result("tree/private.txt/inner"), "theirs\n");
  // The rest is applied.
  assert.equal(deployment.read("env/plain"), "after\n");
  assert.ok(!deployment.exists("env/to-delete") && !deployment.exists("env/half/selected"));
  assert.ok(!deployment.exists("results/tree/plain"));
  const after = snapshot(deployment.folder);
  await deployment.verb(["gather"]);
  assert.deepEqual(snapshot(deployment.folder), after, "gathering again changes nothing");
});

test("jobs that do the same agree, and those that do not are all heard", async () => {
  const deployment = treeOf(
    'list("id", ["a", "b", "c/d"])',
    'mode: "perJob", apply: true',
    `echo same > plain
    if [[ \${params.id} == a ]]; then rm to-delete; chmod 600 edited; else echo changed > to-delete; chmod 640 edited; fi
    if [[ \${params.id} == b ]]; then echo b > removed; fi
    mkdir made; echo \${params.id} > made/mine`
      .replaceAll("${params", "$\\{params")
      .replaceAll("$\\{", "${"),
  );
  // Whichever verb collects the trees says what has become of them.
  await deployment.deploy(["--detach"]);
  await until("all have ended", () => deployment.processes().length === 0);
  const { stdout, stderr } = await deployment.begin(["cancel"]).outcome;
  assert.match(stdout, /^the tree: .*\n {2}3 changes applied .*\n {2}conflict: edited: .* \(3 jobs\)/m, stderr);
  const conflicts = rowsOf(deployment.folder, "conflicts.tsv");
  assert.deepEqual(
    conflicts.map(([path, , kept, job]) => [path, kept, job]),
    [
      ["edited", "conflicts/a/edited", "a"],
      ["edited", "conflicts/b/edited", "b"],
      ["edited", "conflicts/c%2Fd/edited", "c/d"],
      ["made/mine", "conflicts/a/made/mine", "a"],
      ["made/mine", "conflicts/b/made/mine", "b"],
      ["made/mine", "conflicts/c%2Fd/made/mine", "c/d"],
      ["to-delete", "NA", "a"],
      ["to-delete", "conflicts/b/to-delete", "b"],
      ["to-delete", "conflicts/c%2Fd/to-delete", "c/d"],
    ],
  );
  assert.equal(deployment.result("conflicts/c%2Fd/made/mine"), "c/d\n");
  assert.equal(deployment.read("env/to-delete"), "before\n");
  assert.equal(deployment.read("env/plain"), "same\n");
  assert.equal(deployment.read("env/removed"), "b\n");
});

test("what is said of a tree names its places as they are, also of a definition by another name", async () => {
  const deployment = treeOf(
    'list("id", ["a", "b"])',
    'mode: "perJob", apply: true',
    'echo "$param_id" > made; echo > left-out.txt; echo > same',
  );
  deployment.write("sub/other.config.ts", deployment.read("swarm.config.ts").replace('root: "env"', 'root: "../env"'));
  deployment.write("sub/swarm.config.ts", deployment.read("swarm.config.ts"));
  const { stdout, stderr } = await deployment.verb(["deploy", "sub/other.config.ts"]);
  const results = "sub/other.config.ts.locusts/results";
  assert.match(stdout, /^ {2}1 change applied to env on this machine$/m, stderr);
  assert.ok(
    stdout.includes(
      `conflict: made: jobs have changed it in different ways (2 jobs); every version is kept below ${results}/conflicts\n`,
    ),
    stdout,
  );
  const kept = "tree/left-out.txt";
  assert.ok(stdout.includes(`; the other version is kept: ${results}/${kept}\n`), stdout);
  assert.ok(deployment.exists(`${results}/${kept}`));
});

test("a later run of some jobs takes nothing away of what the others have changed", async () => {
  const fields =
    'echo "line ${params.id}" >> log; echo ${params.id} > "own ${params.id}"; [[ ${params.id} != b || -e ${flag} ]]';
  const deployment = treeOf('list("id", ["a", "b", "c"])', "", fields.replace("${flag}", '"$HOME/flag"'));
  const home = deployment.path("home");
  const first = await deployment.deploy([], { HOME: home });
  assert.equal(first.exitCode, 3, first.stderr);
  deployment.write("home/flag", "");
  await deployment.succeed([], { HOME: home });
  const paths = rowsOf(deployment.folder, "changes.tsv").map(([path]) => path);
  assert.deepEqual(paths, ["log", "own a", "own b", "own c"]);
  assert.equal(deployment.result("tree/own a"), "a\n");
  assert.equal(deployment.result("tree/log"), "line b\n");
  const kept = conflictsOf(deployment);
  assert.deepEqual(kept, [["log", "an earlier run had changed it, too", "conflicts/earlier/log"]]);
  const earlier = readFileSync(deployment.path("results/conflicts/earlier/log"), "utf8");
  assert.equal(earlier.match(/^line /gm)?.length, 3);
});

for (const apply of ["", ", apply: true"]) {
  test(`whoever runs last is not right for that${apply && ", nor applied"}`, async () => {
    const command = 'echo "last: ${params.id}" > last; [[ ${params.id} != c || -e "$HOME/flag" ]]';
    const deployment = treeOf('list("id", ["a", "b", "c"])', `mode: "perJob"${apply}`, command);
    const home = deployment.path("home");
    const first = await deployment.deploy([], { HOME: home });
    assert.equal(first.exitCode, 3, first.stderr);
    deployment.write("home/flag", "");
    await deployment.succeed([], { HOME: home });
    const kept = ["a", "b", "c"].map((job) => [
      "last",
      "jobs have changed it in different ways",
      `conflicts/${job}/last`,
    ]);
    assert.deepEqual(conflictsOf(deployment), kept);
    for (const job of ["a", "b", "c"]) assert.equal(deployment.result(`conflicts/${job}/last`), `last: ${job}\n`);
    assert.ok(!deployment.exists("results/tree/last") && !deployment.exists("env/last"));
    const after = snapshot(deployment.folder);
    await deployment.verb(["gather"]);
    assert.deepEqual(snapshot(deployment.folder), after, "gathering again changes nothing");
    await deployment.succeed(["--redo", "b"], { HOME: home });
    assert.deepEqual(conflictsOf(deployment), kept);
  });
}

test("a path that one job alone had changed is in conflict once another one changes it", async () => {
  const command =
    'echo ${params.id} > "own ${params.id}"; [[ ${params.id} == a || -e "$HOME/flag" ]]; echo ${params.id} > mine';
  const deployment = treeOf('list("id", ["a", "b"])', 'mode: "perJob"', command);
  const home = deployment.path("home");
  await deployment.deploy([], { HOME: home });
  assert.equal(deployment.result("tree/mine"), "a\n");
  deployment.write("home/flag", "");
  await deployment.succeed([], { HOME: home });
  assert.ok(!deployment.exists("results/tree/mine"));
  assert.equal(deployment.result("conflicts/a/mine") + deployment.result("conflicts/b/mine"), "a\nb\n");
  assert.equal(deployment.result("tree/own a") + deployment.result("tree/own b"), "a\nb\n");
});

test("in one tree, each run's version of a path is kept, also by runs that change nothing", async () => {
  const command = "[[ ${params.id} == d ]] || echo ${params.id} > last";
  const deployment = treeOf('list("id", ["a", "b", "c", "d"])', "", command);
  for (let run = 1; run <= 4; run += 1) {
    const { exitCode, stderr } = await deployment.deploy(["--limit", "1"]);
    assert.equal(exitCode, 0, stderr);
  }
  assert.equal(deployment.result("tree/last"), "c\n");
  assert.equal(deployment.result("conflicts/earlier/last"), "a\n");
  assert.equal(deployment.result("conflicts/earlier.2/last"), "b\n");
  assert.deepEqual(
    conflictsOf(deployment).map(([path, , kept]) => [path, kept]),
    [
      ["last", "conflicts/earlier.2/last"],
      ["last", "conflicts/earlier/last"],
    ],
  );
});

test("results that are not Locusts' own are left alone", async () => {
  const deployment = treeOf('list("id", ["one"])', "", COMMAND);
  deployment.write("results/changes.tsv", "my own table\n");
  const { exitCode, stdout } = await deployment.deploy();
  assert.equal(exitCode, 1);
  assert.match(stdout, /changes\.tsv is a file of yours/);
  assert.ok(!existsSync(deployment.path("results/tree")));
});

test("what is the user's own below results/ stays as it is; what jobs make of it lies beside it", async () => {
  const deployment = treeOf('list("id", ["1", "2"])', 'mode: "perJob"', "echo by $param_id > g$param_id");
  await deployment.succeed();
  deployment.write("results/tree/g2", "edited\n");
  deployment.write("results/tree/h1", "mine\n");
  deployment.write("results/tree/h2/deep", "mine as well\n");
  await deployment.succeed(["--redo"]);
  assert.equal(deployment.result("tree/g1"), "by 1\n");
  const why = "it is yours in results/, or was edited there";
  assert.deepEqual(conflictsOf(deployment), [["g2", why, "conflicts/collected/g2"]]);
  assert.equal(deployment.result("conflicts/collected/g2"), "by 2\n");
  // Without what is known here, the tables tell.
  rmSync(deployment.path(".locusts/tree.tsv"));
  deployment.write("results/tree/g2", "edited\n");
  await deployment.succeed(["--redo"]);
  assert.equal(deployment.result("tree/g2"), "edited\n");

  // Jobs that make other things: theirs is not in the way of what is there, and what was edited is not removed.
  deployment.write("swarm.config.ts", deployment.read("swarm.config.ts").replace("> g$param_id", "> h$param_id"));
  await deployment.succeed();
  assert.deepEqual(conflictsOf(deployment), [
    ["h1", why, "conflicts/collected/h1"],
    ["h2", why, "conflicts/collected/h2"],
  ]);
  const texts = ["tree/g2", "tree/h1", "tree/h2/deep", "conflicts/collected/h2"].map((path) => deployment.result(path));
  assert.deepEqual(texts, ["edited\n", "mine\n", "mine as well\n", "by 2\n"]);
  assert.ok(!deployment.exists("results/tree/g1"), "what nobody has edited goes with its job");
});

test("a folder that one job has made of a path, and a file that another one has, are in conflict with all in them", async () => {
  for (const apply of [false, true]) {
    const make = "if ((param_id == 1)); then mkdir k; echo one > k/f; else echo two > k; fi";
    const deployment = treeOf('list("id", ["1", "2"])', `mode: "perJob", apply: ${apply}`, make);
    await deployment.succeed();
    const why = "jobs have changed it in different ways";
    assert.deepEqual(conflictsOf(deployment), [
      ["k", why, "conflicts/1/k"],
      ["k", why, "conflicts/2/k"],
      ["k/f", why, "conflicts/1/k/f"],
    ]);
    assert.equal(deployment.result("conflicts/1/k/f"), "one\n");
    assert.equal(deployment.result("conflicts/2/k"), "two\n");
    for (const place of ["results/tree/k", "env/k"]) assert.ok(!deployment.exists(place), place);
  }
});

test("what results/ has of a tree that the definition does not make any more, or has lost, is named", async () => {
  const define = (ids: string) => treeOf(ids, 'mode: "perJob"', "echo by $param_id > g$param_id");
  const deployment = define('list("id", ["1", "2", "3"])');
  await deployment.succeed();
  rmSync(deployment.path("results/tree/g1"));
  for (const verb of ["status", "gather"])
    assert.match(
      (await deployment.verb([verb])).stderr,
      /^note: 1 path of the tree that results\/ had is gone: tree\/g1/m,
    );
  const definition = deployment.read("swarm.config.ts");
  deployment.write("swarm.config.ts", definition.replace(', "3"', ""));
  const { stderr } = await deployment.deploy();
  assert.match(
    stderr,
    /^note: 1 path of the tree that results\/ had is gone: tree\/g1; locusts deploy --redo makes it again$/m,
  );
  assert.match(
    stderr,
    /^note: stale: .* have 1 path of jobs that the definition no longer has: g3; locusts deploy --redo/m,
  );
  const cleaned = await deployment.verb(["clean", "--stale"]);
  assert.match(
    cleaned.stdout,
    /^nothing in results is stale, .*; what jobs have made of a tree, locusts status .*tells of$/m,
  );
  const again = await deployment.deploy(["--redo"]);
  assert.doesNotMatch(again.stderr, /^note: /m);
  assert.ok(deployment.exists("results/tree/g1") && !deployment.exists("results/tree/g3"));
  deployment.define('jobs: list("id", ["1"]), command: () => sh`true`,');
  assert.match(
    (await deployment.deploy()).stderr,
    /^note: results\/tree, .* of an earlier definition, whose jobs had a tree/m,
  );
});

test.run();
