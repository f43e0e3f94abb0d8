import assert from "node:assert/strict";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What a job has of its own, whatever else is called so. */
const test = suite("own values");

test("a job's own values come before what the environment has under their names", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { text: "in.txt" },
    outputs: { o: checked("{id}.txt", ({ output }) => sh\`grep -q "^[ab] text" \${output}\`) },
    command: ({ inputs, outputs, params }) => sh\`echo \${params.id} $(cat \${inputs.text}) $output > \${outputs.o}\`,
  `,
    { "in.txt": "text\n" },
  );
  // What the definition has, what a check has, and what the manager itself has.
  const own = { param_id: "wrong", in_text: "wrong", out_o: "/wrong" };
  const others = {
    output: "theirs",
    locusts_slots: "0",
    locusts_run: "wrong",
    locusts_lib: "wrong",
    locusts_folder: "wrong",
  };
  await deployment.succeed([], { ...own, ...others });
  assert.equal(deployment.result("a.txt"), "a text theirs\n");
  assert.equal(deployment.result("b.txt"), "b text theirs\n");
});

test.run();
