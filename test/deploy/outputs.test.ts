import assert from "node:assert/strict";
import { chmodSync, cpSync, lstatSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What becomes of outputs, and of jobs whose outputs are not as declared. */
const test = suite("outputs");

/** For each job: what it does, and what is wrong then; an empty text if all is well. */
const JOBS: Readonly<Record<string, readonly [deed: string, detail: string]>> = {
  good: ["", ""],
  missing: ["rm $plain", "plain is missing"],
  empty: [": > $full", "full is empty"],
  small: ["printf 123456789 > $ten", "ten has less than 10 bytes"],
  unmatched: ["echo 'status: bad' > $status", "status has no line that matches"],
  unchecked: ["echo 7 > $even", "even did not pass its check (exit code 1)"],
  folder_for_file: ["rm $plain; mkdir $plain", "plain is not a file"],
  file_for_folder: ["rm -r $tree; : > $tree", "tree is not a folder"],
  pipe_for_file: ["rm $plain; mkfifo $plain", "plain is not a file"],
  no_folder: ["rm -r $tree", "tree is missing"],
  optional_there: ["echo 12 > $maybe", ""],
  optional_small: [": > $maybe", "maybe is empty"],
  dangling: ["ln -sf nowhere $plain", "plain is missing"],
  several: ["rm $plain; : > $full", "plain is missing, full is empty"],
  linked: ['echo behind a link > elsewhere; ln -sf "$PWD/elsewhere" $plain', ""],
  hard: ["ln $plain twin", ""],
  umlauts: ["echo STATUS: äöü > $status", ""],
  bytes: ["echo STATUS: äö > $status", "status has no line that matches"],
  after: ["", ""],
};

const SWARM = `
  jobs: list("id", ${JSON.stringify(Object.keys(JOBS))}),
  outputs: {
    plain: "{id}.txt",
    full: nonEmpty("deep/er/{id}.full"),
    ten: minBytes("{id}.ten", 10),
    status: matches("{id}.status", /^STATUS: (ok|ä.{2})$/i),
    even: checked("{id}.even", ({ output }) => sh\`read n < \${output}; (( n % 2 == 0 ))\`),
    tree: nonEmpty("tree/{id}/"),
    maybe: optional(nonEmpty("{id}.maybe")),
  },
  command: ({ outputs, params }) => sh\`
    plain=\${outputs.plain} full=\${outputs.full} ten=\${outputs.ten} status=\${outputs.status} even=\${outputs.even}
    tree=\${outputs.tree} maybe=\${outputs.maybe}
    echo plain \${params.id} > $plain; echo x > $full; echo 1234567890 > $ten
    printf 'a\\nstatus: ok\\nb\\n' > $status; echo 8 > $even
    mkdir -p $tree/sub/empty; echo leaf > $tree/sub/leaf; ln -s leaf $tree/sub/link; ln -s ../../$plain $tree/out
    case \${params.id} in
${Object.entries(JOBS)
  .map(([name, [deed]]) => `      ${name}) ${deed} ;;`)
  .join("\n")}
    esac\`,
`;

test("each rule is held to, and outputs of a job that breaks one stay away", async () => {
  const deployment = new Deployment(SWARM, {}, undefined, 1);
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  const found = Object.fromEntries(report.failures.map(({ job, cause, detail }) => [job, `${cause}: ${detail}`]));
  const expected = Object.fromEntries(
    Object.entries(JOBS).flatMap(([name, [, detail]]) => (detail === "" ? [] : [[name, `missing-output: ${detail}`]])),
  );
  assert.deepEqual(found, expected);

  const good = Object.keys(JOBS).filter((name) => JOBS[name]?.[1] === "");
  const files = good.flatMap((name) => [
    `${name}.txt`,
    `deep/er/${name}.full`,
    `${name}.ten`,
    `${name}.status`,
    `${name}.even`,
    `tree/${name}/sub/leaf`,
    `tree/${name}/sub/link`,
    `tree/${name}/out`,
  ]);
  assert.deepEqual(deployment.results(), [...files, "optional_there.maybe"].sort());
  for (const name of good) {
    assert.equal(deployment.result(`${name}.txt`), name === "linked" ? "behind a link\n" : `plain ${name}\n`);
  }
  assert.equal(deployment.result("tree/good/sub/link"), "leaf\n");
  assert.ok(lstatSync(deployment.path("results/tree/good/sub/link")).isSymbolicLink());
  assert.ok(lstatSync(deployment.path("results/tree/good/sub/empty")).isDirectory());
  // What a link leads to outside of the output comes along as a file.
  assert.ok(lstatSync(deployment.path("results/tree/good/out")).isFile());
  assert.ok(lstatSync(deployment.path("results/linked.txt")).isFile());

  const rows = deployment
    .table("outputs.tsv")
    .map(({ job, output, status, bytes }) => `${job} ${output} ${status} ${bytes}`);
  assert.ok(rows.includes("good plain present 11"));
  assert.ok(rows.includes("good maybe missing NA"));
  assert.ok(rows.includes("optional_there maybe present 3"));
  assert.ok(rows.includes("small ten invalid NA"));
  assert.ok(rows.includes("small plain missing NA"));
  assert.ok(rows.includes("good tree present 16"), rows.join("\n"));
});

test("what a job has not made when it ran again is not there any more", async () => {
  const deployment = new Deployment("");
  deployment.define(`
    jobs: list("id", ["a", "b"]),
    outputs: { log: "{id}.log", warnings: optional("{id}.warnings") },
    command: ({ outputs, params }) => sh\`
      date > \${outputs.log}; [[ -e ${deployment.path("quiet")} ]] || echo \${params.id} > \${outputs.warnings}\`,
  `);
  await deployment.succeed();
  assert.equal(deployment.result("a.warnings"), "a\n");
  deployment.write("quiet", "");
  await deployment.succeed(["--redo", "a"]);
  assert.deepEqual(deployment.results(), ["a.log", "b.log", "b.warnings"]);
});

test("a folder with links that led elsewhere is known again", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a", "b"]),
    outputs: { tree: "{id}/" },
    command: ({ outputs }) => sh\`mkdir \${outputs.tree}; echo far > far; ln -s ../far \${outputs.tree}/near\`,
  `);
  await deployment.succeed();
  assert.equal((await deployment.succeed()).jobs.cached, 2);
  await deployment.succeed(["--redo"]);
  rmSync(deployment.path("results/a/near"));
  assert.equal((await deployment.succeed()).jobs.cached, 1);
  assert.equal(deployment.result("a/near"), "far\n");
});

test("what a link leads to out of the job's folder is copied: results are no second names of it", async () => {
  const deployment = new Deployment("", { "far/a/g": "far\n", "far/b/2.txt": "far\n" });
  deployment.define(`
    jobs: range("i", 1, 2),
    outputs: { folder: optional("o/{i}/"), file: optional("p/{i}.txt") },
    command: ({ params }) => sh\`
      if [[ \${params.i} == 1 ]]; then rm -rf o/1; mkdir -p o; ln -sT \${"${deployment.path("far/a")}"} o/1
      else rm -rf p; ln -sT \${"${deployment.path("far/b")}"} p; fi\`,
  `);
  await deployment.succeed();
  for (const path of ["o/1/g", "p/2.txt"]) {
    assert.equal(deployment.result(path), "far\n");
    deployment.write(`results/${path}`, "edited\n");
  }
  assert.equal(deployment.read("far/a/g"), "far\n");
  assert.equal(deployment.read("far/b/2.txt"), "far\n");
});

test("what somebody has moved elsewhere, with a link in its place, stays there", async () => {
  const fields = (jobs: number) => `jobs: range("i", 1, ${jobs}), outputs: { text: "o/{i}.txt" },
    command: ({ outputs }) => sh\`echo > \${outputs.text}\`,`;
  const deployment = new Deployment(fields(3));
  await deployment.succeed();
  cpSync(deployment.path("results/o"), deployment.path("archive"), { recursive: true, preserveTimestamps: true });
  rmSync(deployment.path("results/o"), { recursive: true });
  symlinkSync("../archive", deployment.path("results/o"));
  deployment.define(fields(1));
  assert.equal((await deployment.succeed()).jobs.cached, 1);
  const { stderr, stdout } = await deployment.verb(["clean", "--stale"]);
  assert.match(`${stdout}${stderr}`, /3\.txt stays, since it was edited, or lies behind a link/);
  assert.deepEqual(readdirSync(deployment.path("archive")).sort(), ["1.txt", "2.txt", "3.txt"]);
});

test("a job that fails has no outputs collected, nor a part of one", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["fails", "dies"]),
    outputs: { text: "{id}.txt", tree: "{id}/" },
    command: ({ outputs, params }) => sh\`
      echo whole > \${outputs.text}; mkdir \${outputs.tree}; echo x > \${outputs.tree}/x
      [[ \${params.id} == dies ]] && kill -9 $BASHPID
      exit 1\`,
  `);
  assert.equal((await deployment.deploy()).exitCode, 3);
  assert.deepEqual(deployment.results(), []);
});

test("sizes belong to their own outputs, also after a job that had only some of its own", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 30),
    outputs: { first: "{i}.first", second: "{i}.second" },
    command: ({ outputs, params }) => sh\`
      head -c \${params.i} /dev/zero > \${outputs.first}
      (( \${params.i} % 3 == 0 )) || head -c $(( \${params.i} * 100 )) /dev/zero > \${outputs.second}\`,
  `,
    {},
    undefined,
    1,
  );
  const { report } = await deployment.deploy();
  assert.equal(report.jobs.failed, 10);
  assert.ok(
    report.failures.every(({ cause }) => cause === "missing-output"),
    JSON.stringify(report.failures),
  );
  const rows = deployment.table("outputs.tsv").filter(({ status }) => status === "present");
  assert.equal(rows.length, 40);
  for (const { job, output, bytes } of rows) assert.equal(Number(bytes), Number(job) * (output === "first" ? 1 : 100));
});

test("a check may write and change files, sees the command's folder, and leaves nothing running", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a", "b"]),
    outputs: { text: checked("{id}.txt", ({ output }) => sh\`
      sleep 600 & echo checking >&2; [[ -s \${output} && -e helper ]] && exec 1>&- && grep -q a \${output}\`) },
    command: ({ outputs, params }) => sh\`: > helper; echo \${params.id} > \${outputs.text}\`,
  `);
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, detail }) => [job, detail]),
    [["b", "text did not pass its check (exit code 1)"]],
  );
  assert.match(deployment.log("b"), /checking/);
  await deployment.assertQuiet();
});

test("what looks at outputs may be killed, and the job is done all the same", async () => {
  const deployment = new Deployment(SWARM.replace(/jobs: .*/, 'jobs: list("id", ["good"]),'), {}, undefined, 1);
  for (const program of ["find", "grep", "stat"]) {
    deployment.write(
      `bin/${program}`,
      `#!/bin/bash\n[[ -e ${deployment.path(program)} || "$*" != *good* ]] || { : >${deployment.path(program)}; kill -9 $$; }\nexec /usr/bin/${program} "$@"\n`,
    );
    chmodSync(deployment.path("bin", program), 0o755);
  }
  const report = await deployment.succeed([], { PATH: `${deployment.path("bin")}:${process.env.PATH}` });
  assert.equal(report.jobs.done, 1);
  for (const program of ["find", "grep", "stat"]) assert.ok(deployment.exists(program), `${program} was killed`);
});

test("a check ends at its first error, finds what prepare has set up, and may not take its output away", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["good", "bad", "taken"]),
    environment: { prepare: sh\`look() { grep -q "$@"; }\` },
    outputs: { text: checked("{id}.txt", ({ output }) => sh\`
      look -e good -e taken \${output}
      ! look taken \${output} || rm \${output}
    \`) },
    command: ({ params, outputs }) => sh\`! look x /dev/null; echo \${params.id} > \${outputs.text}\`,
  `);
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, cause, detail }) => [job, cause, detail]),
    [
      ["bad", "missing-output", "text did not pass its check (exit code 1)"],
      ["taken", "missing-output", "text was taken away by its own check"],
    ],
  );
  assert.equal(deployment.exists("results/bad.txt"), false);
});

test("a job whose folder, or whose output, somebody removes has not failed by itself", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b", "c"]),
    outputs: { text: "{id}.txt" },
    command: ({ params, outputs }) => sh\`
      echo \${params.id} > \${outputs.text}
      case \${params.id} in
        b) rm ../1/a.txt; rm -r ../3 ;;
      esac\`,
    `,
    {},
    undefined,
    1,
  );
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, cause, detail }) => [job, cause, detail]),
    [
      ["a", "node", "a.txt is gone from the job's folder"],
      ["c", "node", "its folder was removed before it began"],
    ],
  );
  assert.equal(deployment.log("c", "err"), "");
  await deployment.succeed(["--only", "a", "c"]);
});

test.run();
