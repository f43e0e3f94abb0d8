import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment, type Report } from "./deployment.js";

/** What is wrong with a target is said before anything is written for it. */
const test = suite("targets");

const FIELDS = `jobs: list("id", ["a"]), outputs: { o: "{id}.txt" }, command: ({ outputs }) => sh\`echo > \${outputs.o}\`,`;

test("targets have names that are no paths, and not those of Locusts' own files: check says where", async () => {
  const names = [
    "../x",
    "a/b",
    "..",
    "",
    "-x",
    "a b",
    "lock",
    "Ledger.tsv",
    "lock.after-x",
    "checkout",
    "definition",
    "damaged",
    "tables",
    ".git",
  ];
  const good = ["box", "lab-2", "a.b", "büro"];
  const targets = [...names, ...good].map((name) => `${JSON.stringify(name)}: local(),`);
  const deployment = new Deployment(FIELDS);
  deployment.write(
    "swarm.config.ts",
    `import { defineSwarm, list, local, sh } from "locusts";
export default defineSwarm({ name: "test", ${FIELDS} targets: {\n${targets.join("\n")}\n} });`,
  );
  const { exitCode, stdout } = await deployment.verb(["check", "--target", "box", "--json"]);
  assert.equal(exitCode, 1);
  const errors = (JSON.parse(stdout) as Report).errors ?? [];
  assert.deepEqual(
    errors.map(({ message }) => /^(".*") cannot name a target/.exec(message)?.[1]),
    names.map((name) => JSON.stringify(name)),
  );
  const first = errors[0]?.place?.line ?? 0;
  assert.deepEqual(
    errors.map(({ place }) => place?.line),
    names.map((_, i) => first + i),
  );
  assert.ok(errors.every(({ hint }) => hint));
});

test("a bash that cannot run the manager is named once, and nothing is staged", async () => {
  const deployment = new Deployment(FIELDS);
  const old = 'echo "manager.sh: this is bash 3.2.57; the manager needs bash 4.4 or newer" >&2; exit 1';
  deployment.write("old/bash", `#!/bin/bash\ncase $1 in *manager.sh) ${old} ;; esac\nexec /bin/bash "$@"\n`);
  chmodSync(deployment.path("old/bash"), 0o755);
  const env = { PATH: `${deployment.path("old")}:${process.env.PATH}` };
  const { exitCode, stderr } = await deployment.verb(["deploy"], env);
  assert.equal(exitCode, 1);
  assert.equal(stderr.match(/needs bash 4\.4/g)?.length, 1, stderr);
  assert.ok(!deployment.exists(".locusts/local/runs") && !deployment.exists(".locusts/local/shared"));
  const none = await deployment.verb(["deploy"], { PATH: deployment.path("none") });
  assert.match(none.stderr, /bash cannot be started: it is not there/);
  await deployment.succeed();
});

test.run();
