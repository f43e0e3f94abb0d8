import assert from "node:assert/strict";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** Verbs in the process that runs many say and do what they do in one of their own. */
const test = suite("verbs for tests");

const fields = (word: string) => `jobs: list("id", ["a", "b"]), outputs: { text: "{id}.txt" },
  command: ({ outputs, params }) => sh\`[[ \${params.id} == a ]] && echo ${word} \${params.id} > \${outputs.text}\`,`;

test("they end and speak alike, and nothing of one is left for the next", async () => {
  const [one, other] = [new Deployment(fields("one")), new Deployment(fields("other"))];
  const both = async (words: string[], env: NodeJS.ProcessEnv = {}) => {
    const outcome = await one.verb(words, env);
    assert.deepEqual(outcome, await one.begin(words, env).outcome, words.join(" "));
    return outcome;
  };
  assert.equal((await both(["--version"])).exitCode, 0);
  assert.equal((await both(["chekc"])).exitCode, 64);
  assert.equal((await both(["status"])).exitCode, 1);
  assert.equal((await both(["check"])).exitCode, 0);
  one.define(`${fields("one")} nonsense: 7,`);
  assert.match((await both(["check", "--target", "local"])).stderr, /^swarm\.config\.ts:\d+:\d+ error: .*nonsense/m);
  one.define(fields("one"));
  assert.match((await both(["deploy"], { PATH: one.path("none") })).stderr, /bash/);
  for (const swarm of [one, other]) {
    assert.equal((await swarm.deploy()).exitCode, 3);
    assert.deepEqual(swarm.results(), ["a.txt"]);
  }
  assert.equal((await both(["logs", "--job", "b"])).exitCode, 0);
  assert.equal((await both(["repro", "b"])).exitCode, 1);
  assert.equal((await both(["status", "nowhere"])).exitCode, 1);
  assert.doesNotMatch((await both(["status"])).stdout, /nowhere/);
});

test("two at once run beside each other", async () => {
  const waiting = (mine: string, theirs: string) =>
    new Deployment(`jobs: list("id", ["a"]),
      command: ({ params }) => sh\`: > $BOTH/${mine}; until [[ -e $BOTH/${theirs} ]]; do sleep 0.1; done; : \${params.id}\`,`);
  const [left, right] = [waiting("left", "right"), waiting("right", "left")];
  await Promise.all([left, right].map((swarm) => swarm.succeed([], { BOTH: left.folder })));
});

test.run();
