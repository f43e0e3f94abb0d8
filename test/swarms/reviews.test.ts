import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** A definition in a pull request: what it changes beside another revision, also where its data are not. */
const test = suite("reviews");

const FIELDS = (command: string, more = "") => `
  jobs: files("in/{id}.txt"),
  inputs: { text: "in/{id}.txt" },
  outputs: { count: "{id}.txt" },${more}
  command: ({ inputs, outputs }) => sh\`${command} < \${inputs.text} > \${outputs.count}\`,
`;

function git(deployment: Deployment, ...words: string[]): void {
  const own = ["-C", deployment.folder, "-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main"];
  execFileSync("git", [...own, ...words], { stdio: "ignore" });
}

/** A repository with a bundle of three jobs, whose definition has another command since. */
async function edited(): Promise<Deployment> {
  const deployment = new Deployment(FIELDS("wc -w"), {
    "in/a.txt": "a",
    "in/b.txt": "b b",
    "in/c.txt": "c",
    ".gitignore": "in/\n",
  });
  const built = await deployment.verb(["build"]);
  assert.equal(built.exitCode, 0, built.stderr);
  git(deployment, "init");
  git(deployment, "add", "-A");
  git(deployment, "commit", "-m", "one");
  deployment.define(FIELDS("wc -l", "\n  resources: { cpus: 2 },"));
  deployment.write("in/d.txt", "four\n");
  rmSync(deployment.path("in/c.txt"));
  return deployment;
}

test("diff --against compares with a revision's bundle; --no-inputs does without the data, with the jobs of the bundle", async () => {
  const deployment = await edited();
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith("locusts-revision-"));
  const run = (...words: string[]) => deployment.verb(["diff", "--against", "HEAD", ...words]);
  const comment = await run("--markdown");
  assert.equal(comment.exitCode, 2, comment.stderr);
  const [shown] = comment.stdout.split("<details>");
  assert.equal(
    shown,
    `### \`test\` on \`local\`: 3 of 3 jobs to run

| jobs | what has changed | which |
| ---: | --- | --- |
| 2 | command, environment or rules | \`a\`, \`b\` |
| 1 | added | \`d\` |
| 1 | removed | \`c\` |

The command:

\`\`\`diff
-wc -w < "$in_text" > "$out_count"
+wc -l < "$in_text" > "$out_count"
\`\`\`

| needs | before | after |
| --- | ---: | ---: |
| cores of a job | 1 | 2 |
| uploads | 5 bytes | 9 bytes |

`,
  );
  // The bundle that lies here is no part of that; when it is built, it can be compared without the data.
  assert.equal((await deployment.verb(["build"])).exitCode, 0);
  rmSync(deployment.path("in"), { recursive: true });
  const committed = await run("--markdown", "--no-inputs");
  assert.deepEqual([committed.exitCode, committed.stdout.split("<details>")[0]], [2, shown]);
  const unknown = await deployment.verb(["diff", "--against", "nowhere"]);
  assert.match(unknown.stderr, /^error: git knows no revision nowhere here\n {2}hint: in a shallow clone/);
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith("locusts-revision-")),
    before,
  );

  const check = (...words: string[]) => deployment.verb([...words, "--no-inputs"]);
  const checked = await check("check");
  assert.equal(checked.stdout, "fine: test has 3 jobs for the target local; their inputs were not looked at\n");
  assert.match(checked.stderr, /^note: the jobs are those of the bundle, since the swarm has no jobs/);
  deployment.define(FIELDS("wc -w"));
  const old = await check("build", "--check");
  assert.equal(old.exitCode, 2);
  assert.match(old.stdout, /not up to date: manager\.sh in bundle\/local\n/);
});

test("a bundle with conflicts of a merge is built anew; where there is none to compare with, diff says so", async () => {
  const deployment = await edited();
  const path = "bundle/local/bundle.json";
  const [head, ...rest] = deployment.read(path).split(/^(?= {2}"digest")/m) as [string, ...string[]];
  const [digest, ...others] = rest.join("").split("\n");
  deployment.write(path, `${head}<<<<<<< HEAD\n${digest}\n=======\n${digest}\n>>>>>>> other\n${others.join("\n")}`);
  assert.throws(() => JSON.parse(deployment.read(path)));
  const nothing = /^The bundle(?: of HEAD)? is not there, or cannot be read: all jobs count as added\.$/m;
  assert.match((await deployment.verb(["diff"])).stdout, nothing);
  const built = await deployment.verb(["build"]);
  assert.equal(built.exitCode, 0, built.stderr);
  assert.equal((await deployment.verb(["diff"])).exitCode, 0);

  // A folder that was renamed has no bundle under its new name.
  const moved = deployment.path("moved");
  mkdirSync(moved);
  for (const name of ["swarm.config.ts", "in"]) cpSync(deployment.path(name), join(moved, name), { recursive: true });
  for (const words of [[], ["--markdown"]])
    assert.match((await deployment.verb(["diff", "moved", "--against", "HEAD", ...words])).stdout, nothing);
});

test("diff tells of no other needs where those are functions and have not changed", async () => {
  const over = (ids: string) => `
    jobs: list("n", [${ids}]),
    resources: ({ params }) => ({ cpus: params.n, memory: \`\${params.n} GB\` }),
    limits: { time: ({ params }) => \`\${params.n}m\` },
    command: ({ params }) => sh\`echo \${params.n}\`,
  `;
  const deployment = new Deployment(over("1, 2"));
  await deployment.verb(["build"]);
  const compared = async () => {
    const { files, script, needs } = JSON.parse((await deployment.verb(["diff", "--json"])).stdout);
    return { files: files.map(({ file }: { file: string }) => file), script, needs };
  };
  assert.deepEqual(await compared(), { files: [], script: [], needs: [] });
  deployment.define(over("2, 1"));
  assert.deepEqual(await compared(), { files: ["jobs.tsv", "bundle.json"], script: [], needs: [] });
});

test.run();
