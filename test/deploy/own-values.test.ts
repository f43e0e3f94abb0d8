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

test("a program gets each value of a param as the definition has it, where it has several types", async () => {
  const program = `
    import { writeFileSync } from "node:fs";
    import { program } from "locusts";
    import type swarm from "./swarm.config.js";
    export default program<typeof swarm>(({ outputs, params }) => writeFileSync(outputs.o, JSON.stringify(params)));
  `;
  const over = (depths: string) => `
    jobs: list("depth", [${depths}]),
    jobName: "d{depth}",
    outputs: { o: "d{depth}.json" },
    command: () => node("./p.ts"),
  `;
  const deployment = new Deployment(over('"auto", 10, "0x10", "007", "1 ", true'), { "p.ts": program });
  await deployment.succeed();
  const values = ["auto", 10, "0x10", "007", "1 ", true];
  for (const depth of values) assert.equal(deployment.result(`d${depth}.json`), JSON.stringify({ depth }));
  deployment.define(over('10, "auto", "7", "8"'));
  const { exitCode, stderr } = await deployment.deploy();
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /^swarm\.config\.ts:\d+:\d+.* the param depth is the text "7" in a job and a number in another: a program cannot tell "7" from 7$/m,
  );
});

test.run();
