import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "../target/elsewhere.js";

/** Other ways for files to get to a target. */
const test = suite("transfer");

const why = noCluster;

const FIELDS = `jobs: range("i", 1, 5),
  inputs: { own: "in/{i}.txt", all: shared("all"), tool: shared("tool.sh") },
  outputs: { text: "{i}.txt" },
  command: ({ inputs, outputs }) => sh\`./\${inputs.tool} \${inputs.own} \${inputs.all}/a/b > \${outputs.text}\`,`;

const FILES = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`in/${i}.txt`, `own ${i}\n`])),
  "all/a/b": "b\n",
  "tool.sh": '#!/bin/sh\ncat "$@"\n',
};

const WAYS: Readonly<Record<string, string>> = {
  "a host of its own for data": 'transferHost: "dtn"',
  "the user's own command":
    'transfer: { command: `tar -C "$from" -c . | ssh -F "$LOCUSTS_SSH_CONFIG" dtn "tar -xp -C \'$to\'"` }',
};

for (const [words, way] of Object.entries(WAYS)) {
  test.skipUnless(why === undefined, why ?? "", words, async () => {
    const sshd = await useSshd();
    const config = join(sshd.folder, "two-hosts");
    writeFileSync(config, readFileSync(sshd.config, "utf8").replace("Host lab", "Host lab dtn"));
    const place = { environment: { LOCUSTS_SSH_CONFIG: config }, home: join(sshd.home, "transfer") };
    const target = `ssh({ host: "lab", directory: DIRECTORY, slots: 2, ${way} })`;
    const deployment = new Elsewhere(place, FIELDS, target, FILES);
    chmodSync(deployment.path("tool.sh"), 0o755);
    await deployment.succeed();
    for (const i of [1, 2, 3, 4, 5]) assert.equal(deployment.result(`${i}.txt`), `own ${i}\nb\n`);
    // What is there already is not sent again.
    deployment.write("in/3.txt", "another 3\n");
    assert.equal((await deployment.succeed()).jobs.cached, 4);
    assert.equal(deployment.result("3.txt"), "another 3\nb\n");
  });
}

test.skipUnless(why === undefined, why ?? "", "a command that fails is an error, and nothing runs", async () => {
  const sshd = await useSshd();
  const place = { environment: sshd.environment, home: join(sshd.home, "transfer") };
  const target = 'ssh({ host: "lab", directory: DIRECTORY, transfer: { command: `: "$from" "$to"; exit 9` } })';
  const deployment = new Elsewhere(place, FIELDS, target, FILES);
  const { exitCode, stderr } = await deployment.verb(["deploy"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /transfer\.command ended with exit code 9/);
});

test.run();
