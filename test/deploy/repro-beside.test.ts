import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** What else happens while a job runs again, alone. */
const test = suite("a repro at work");

const SWARM = `
  jobs: files("in/{id}.txt"),
  inputs: { own: "in/{id}.txt", reference: shared("reference.txt") },
  command: ({ inputs }) => sh\`
    if grep bad \${inputs.own}; then
      until [[ ! -e $HOLD || -e $HOLD.go ]]; do sleep 0.05; done
      cat \${inputs.reference}
      exit 7
    fi\`,
`;

test("neither clean nor a deploy that ends takes away what it reads", async () => {
  const swarm = new Deployment(SWARM, {
    "in/a.txt": "bad\n",
    "in/b.txt": "good\n",
    "reference.txt": "what all read\n",
  });
  const env = { HOLD: swarm.path("hold") };
  await swarm.deploy([], env);
  swarm.write("hold", "");
  const { outcome } = swarm.begin(["repro", "a"], env);
  await until("it runs", () => existsSync(swarm.path(".locusts/local/repro")));
  const { exitCode, stderr } = await swarm.verb(["clean"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /locusts repro runs a job there: wait for it, or end it/);
  swarm.write("in/a.txt", "good\n");
  await swarm.succeed([], env);
  swarm.write("hold.go", "");
  const ended = await outcome;
  assert.deepEqual([ended.exitCode, ended.stdout], [7, "bad\nwhat all read\n"], ended.stderr);
  assert.equal((await swarm.verb(["clean"])).exitCode, 0);
});

test.run();
