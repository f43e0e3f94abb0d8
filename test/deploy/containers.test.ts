import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What apptainer 1.4 was seen to do, by stand-ins that do the same. */
const test = suite("containers");

/** An image has variables of its own, which come before those of outside, and so have PATH and where libraries are. */
const WITH_VARIABLES = `#!/bin/bash
printf '%s\\n' "$@" > called
while [[ $1 != bash ]]; do shift; done
export PATH=/usr/bin:/bin LD_LIBRARY_PATH=/.singularity.d/libs OMP_NUM_THREADS=64 LC_ALL=POSIX MINE=theirs HOME=/nowhere
exec "$@"
`;

/** It waits for the command also where it is told to end; what mounts its image is in no group of the job. */
const WITH_MOUNT = `#!/bin/bash
while [[ $1 != bash ]]; do shift; done
trap : TERM
env -i setsid sleep 600 & mount=$!
echo "$mount" > mount
"$@" & command=$!
until wait "$command"; code=$?; ! kill -0 "$command" 2>/dev/null; do :; done
kill "$mount"
exit "$code"
`;

function withRuntime(fields: string, runtime: string): [deployment: Deployment, env: Record<string, string>] {
  const deployment = new Deployment(fields, { "bin/apptainer": runtime });
  chmodSync(deployment.path("bin/apptainer"), 0o755);
  return [deployment, { PATH: `${deployment.path("bin")}:${process.env.PATH}` }];
}

test("variables of the definition come before those of the image", async () => {
  const [deployment, env] = withRuntime("", WITH_VARIABLES);
  const path = `${deployment.path("bin")}:/usr/bin:/bin`;
  const mine = 'a,b $x `id` "q" \\n it\'s';
  deployment.define(`
    jobs: list("id", ["a"]),
    resources: { cpus: 2 },
    environment: {
      container: { image: "/images/tools.sif" },
      variables: { PATH: ${JSON.stringify(path)}, LD_LIBRARY_PATH: "/opt/lib", LC_ALL: "C", IFS: ",", MINE: ${JSON.stringify(mine)} },
    },
    outputs: { text: "text" },
    command: ({ outputs, params }) => sh\`
      printf '%s\\n' "$PATH" "$IFS" \${params.id} > \${outputs.text}
      /usr/bin/env | /bin/grep -E '^(LD_LIBRARY_PATH|OMP_NUM_THREADS|LC_ALL|MINE|HOME)=' | /usr/bin/sort >> \${outputs.text}\`,
  `);
  await deployment.succeed([], env);
  assert.deepEqual(deployment.result("text").trimEnd().split("\n"), [
    path,
    ",",
    "a",
    "HOME=/nowhere",
    "LC_ALL=C",
    "LD_LIBRARY_PATH=/opt/lib",
    `MINE=${mine}`,
    "OMP_NUM_THREADS=2",
  ]);
});

test("inputs that stay where they are can be seen inside, whatever their names", async () => {
  const [deployment, env] = withRuntime("", WITH_VARIABLES);
  const places = ["odd, name: it's", "asked", "to read", "elsewhere"].map((name) => deployment.path(name));
  for (const place of places) deployment.write(`${place.slice(deployment.folder.length + 1)}/f`, "here\n");
  const [odd, asked, toRead, elsewhere] = places as [string, string, string, string];
  deployment.define(`
    jobs: list("id", ["a"]),
    environment: { container: { image: "/i.sif", binds: ${JSON.stringify([asked, `${toRead}:${toRead}:ro`, `${elsewhere}:/mnt`])} } },
    inputs: { ${places.map((place, i) => `p${i}: inPlace(${JSON.stringify(place)})`).join()}, none: inPlace("/no/such/{id}") },
    outputs: { text: "text", called: "called" },
    command: ({ inputs, outputs }) => sh\`cat \${inputs.p0}/f \${inputs.p3}/f > \${outputs.text}\`,
  `);
  await deployment.succeed([], env);
  assert.equal(deployment.result("text"), "here\nhere\n");
  const words = deployment.result("called").split("\n");
  const bound = words.filter((_, i) => words[i - 1] === "--bind").slice(3);
  const asArgument = odd.replaceAll(":", "\\:").replaceAll(",", "\\,");
  assert.deepEqual(bound, [asked, `${toRead}:${toRead}:ro`, `${elsewhere}:/mnt`, asArgument, elsewhere]);
});

test("a command has its time to end, and what mounts the image ends with it", async () => {
  const [deployment, env] = withRuntime(
    `
    jobs: list("id", ["tidy", "deaf"]),
    limits: { time: "1s" },
    environment: { container: { image: "/i.sif" } },
    command: ({ params }) => sh\`
      if [[ \${params.id} == tidy ]]; then trap 'sleep 0.5; exit 5' TERM; else trap '' TERM; fi
      while :; do sleep 0.2 || :; done\`,
  `,
    WITH_MOUNT,
  );
  const { report } = await deployment.deploy([], env);
  assert.deepEqual(report.failures.map(({ job, cause, exitCode }) => `${job} ${cause} ${exitCode}`).sort(), [
    "deaf timeout 137",
    "tidy timeout 5",
  ]);
  const folder = `${deployment.run()}/work/main.1/1`;
  const numbers = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/mount`));
  assert.equal(numbers.length, 2);
  for (const number of numbers) {
    const pid = readFileSync(`${folder}/${number}/mount`, "utf8").trim();
    const command = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
    assert.ok(!command.includes("sleep"), `job ${number}: ${pid} still runs`);
  }
});

test("the check of an output runs inside, where the programs of the command are", async () => {
  const [deployment, env] = withRuntime("", WITH_VARIABLES);
  deployment.define(`
    jobs: list("id", ["it's", "b"]),
    environment: { container: { image: "/i.sif" }, variables: { EXPECTED: "b" } },
    outputs: { text: checked("{id}.txt", ({ output }) => sh\`[[ $MINE == theirs ]] && grep "$EXPECTED" \${output}\`) },
    command: ({ outputs, params }) => sh\`echo \${params.id} > \${outputs.text}\`,
  `);
  const { report } = await deployment.deploy([], env);
  assert.deepEqual(
    report.failures.map(({ job, cause, detail }) => [job, cause, detail]),
    [["it's", "missing-output", "text did not pass its check (exit code 1)"]],
  );
  assert.equal(deployment.result("b.txt"), "b\n");
});

test("doctor says of an image whether it is there", async () => {
  const image = (
    path: string,
  ) => `jobs: list("id", ["a"]), environment: { container: { image: ${JSON.stringify(path)} } },
    command: ({ params }) => sh\`: \${params.id}\`,`;
  const [deployment, env] = withRuntime(image("/no/such.sif"), WITH_VARIABLES);
  const looked = await deployment.verb(["doctor"], env);
  assert.equal(looked.exitCode, 1);
  assert.match(looked.stdout, /image +\/no\/such\.sif cannot be read there/);
  deployment.write("it's an image.sif", "");
  deployment.define(image(deployment.path("it's an image.sif")));
  const again = await deployment.verb(["doctor"], env);
  assert.equal(again.exitCode, 0, again.stdout);
  assert.match(again.stdout, /image +\/.*it's an image\.sif$/m);
});

test.run();
