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

test.run();
