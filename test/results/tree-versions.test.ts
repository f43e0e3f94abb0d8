import assert from "node:assert/strict";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** What jobs have changed in a tree is what the definition as it stands makes them change. */
const test = suite("versions of trees");

class TreeSwarm extends Deployment {
  constructor(readonly mode: string) {
    super("", { "env/notes.txt": "before\n" });
  }

  say(word: string): void {
    this.define(`
      jobs: list("id", ["a", "b"]),
      environment: { tree: tree({ root: "env", select: ["**"], ${this.mode} }) },
      outputs: { out: "{id}.txt" },
      command: ({ outputs, params }) => sh\`echo ${word} \${params.id} > \${outputs.out}\`,`);
  }
}

for (const mode of ['mode: "perJob"', 'mode: "copy", apply: true']) {
  test(`a command that is changed there and back, with ${mode}`, async () => {
    const swarm = new TreeSwarm(mode);
    const tree = mode.includes("apply") ? "env" : "results/tree";
    for (const word of ["one", "two", "one"]) {
      swarm.say(word);
      await swarm.succeed();
      assert.deepEqual([swarm.read(`${tree}/a.txt`), swarm.read(`${tree}/b.txt`)], [`${word} a\n`, `${word} b\n`]);
    }
    assert.equal((await swarm.succeed()).jobs.cached, 2);
  });
}

test("what the lines of a list have changed stays theirs when lines come and go", async () => {
  const lines = (...names: string[]) =>
    names.map((name) => `echo ${name} > ${name[0]}.txt; echo ${name} > all\n`).join("");
  const swarm = new Deployment("", { "env/notes.txt": "before\n", "tasks.txt": lines("a", "b") });
  swarm.define(`jobs: commands("tasks.txt"),
    environment: { tree: tree({ root: "env", select: ["**"], mode: "perJob" }) },`);
  /** Deploys these lines. @returns how many were done before, and what lies in results/ of their trees */
  const after = async (...names: string[]) => {
    swarm.write("tasks.txt", lines(...names));
    const { cached } = (await swarm.succeed()).jobs;
    const changes = swarm.read("results/changes.tsv").trimEnd().split("\n").slice(1);
    const paths = changes.map((line) => line.split("\t")[0] as string);
    const own = paths.filter((path) => path !== "all");
    const disputed = swarm
      .read("results/conflicts.tsv")
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith("all\t"));
    const all = disputed.map((line) => swarm.read(`results/${line.split("\t")[2]}`).trim()).sort();
    return [cached, ...own.map((path) => `${path} ${swarm.read(`results/tree/${path}`).trim()}`), ...all].join(", ");
  };
  assert.equal(await after("a", "b"), "0, a.txt a, b.txt b, a, b");
  assert.equal(await after("n", "a", "b"), "2, a.txt a, b.txt b, n.txt n, a, b, n");
  assert.equal(await after("b", "n", "a"), "3, a.txt a, b.txt b, n.txt n, a, b, n");
  // A line that was edited, or is back, runs, and what stood there gives way; what others have made stays.
  assert.equal(await after("b", "n", "a2"), "2, a.txt a2, b.txt b, n.txt n, a2, b, n");
  assert.equal(await after("b", "n", "a"), "2, a.txt a, b.txt b, n.txt n, a, b, n");
});

test.run();
