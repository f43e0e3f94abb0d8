import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** Results that an earlier version has made, whose bundles had whole keys in their tables. */
const test = suite("older keys");

const fields = (word: string): string =>
  `jobs: list("id", ["a", "b", "c"]), outputs: { out: "{id}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.id} >> $HOME/runs; [[ \${params.id} != c ]] || exit 3; echo ${word} > \${outputs.out}\`,`;

/** Adds the keys of the definition as it stands, by the ones that an earlier version would have given. */
async function addKeys(deployment: Deployment, keys: Map<string, string>): Promise<void> {
  const compilation = await compile(deployment.path("swarm.config.ts"), undefined);
  const onJob = ({ key, olderKey }: { key: string; olderKey(): string }) => void keys.set(key, olderKey());
  build(compilation, { folder: deployment.path("bundle/local"), write: false, digests: undefined, onJob });
}

/** What is known of results, as that version would have left it. */
function age(deployment: Deployment, keys: ReadonlyMap<string, string>): void {
  for (const table of ["ledger.tsv", "placed.tsv"]) {
    const path = deployment.path(".locusts", table);
    const text = readFileSync(path, "utf8").replace(/[0-9a-f]{20}-[0-9a-f]{12}/g, (key) => keys.get(key) as string);
    writeFileSync(path, text);
  }
  const kept = deployment.path(".locusts/kept");
  for (const key of existsSync(kept) ? readdirSync(kept) : []) renameSync(`${kept}/${key}`, `${kept}/${keys.get(key)}`);
}

test("they count, those of an edited definition too, and nothing is run again for them", async () => {
  const deployment = new Deployment(fields("one"), { runs: "" });
  const env = { HOME: deployment.folder };
  const keys = new Map<string, string>();
  const ran = () => deployment.read("runs").split("\n").filter(Boolean).sort().join("");
  await deployment.deploy([], env);
  await addKeys(deployment, keys);
  deployment.define(fields("two"));
  await deployment.deploy([], env);
  await addKeys(deployment, keys);
  assert.equal(keys.size, 6);
  age(deployment, keys);
  deployment.write("runs", "");

  const preview = await deployment.verb(["deploy", "--dry-run"], env);
  assert.match(preview.stdout, /^3 jobs, 2 done before: 1 to run \(1 failed before\)/);
  const { report } = await deployment.deploy([], env);
  assert.deepEqual([report.jobs.done, report.jobs.failed, ran()], [2, 1, "c"]);
  // What was kept of the first version comes back, without a run.
  deployment.define(fields("one"));
  const back = await deployment.deploy([], env);
  assert.deepEqual([back.report.jobs.done, deployment.result("a.txt"), ran()], [2, "one\n", "cc"]);
});

test("logs of a list of commands are found by them, too", async () => {
  const deployment = new Deployment('jobs: commands("tasks.txt"),', { "tasks.txt": "true\necho oops >&2; exit 3\n" });
  const keys = new Map<string, string>();
  await deployment.deploy();
  await addKeys(deployment, keys);
  age(deployment, keys);
  for (const [key, older] of keys) {
    const [now, before] = [key, older].map((of) => deployment.path(`results/_logs/2.${of.slice(0, 8)}.err`));
    if (existsSync(now as string)) renameSync(now as string, before as string);
  }
  await deployment.deploy(["--only", "1"]);
  const { stdout } = await deployment.verb(["logs", "--job", "2"]);
  assert.match(stdout, /^oops$/m);
});

test("an edit of what all jobs have in common leaves their lines in jobs.tsv as they are, and diff says what it was", async () => {
  const deployment = new Deployment(fields("one"));
  const bundled = () => deployment.read("bundle/local/jobs.tsv");
  await deployment.verb(["build"]);
  const before = bundled();
  deployment.define(fields("two").replace('"{id}.txt"', 'nonEmpty("{id}.txt")'));
  const diff = await deployment.verb(["diff"]);
  assert.match(diff.stdout, /^3 jobs changed: command, environment or rules/);
  await deployment.verb(["build"]);
  assert.equal(bundled(), before);
});

test.run();
