import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { Deployment, kill, until } from "./deployment.js";

const test = suite("working folders of collected jobs", {}, { seconds: 120 });

/** The first job fails, the last one waits for a file, and the others are quick. */
const JOBS = `
  jobs: range("i", 1, 6),
  inputs: { word: "word" },
  outputs: { text: "{i}.txt", parts: "parts_{i}/" },
  command: ({ inputs, outputs, params }) => sh\`
    echo \${params.i} | tee -a $TALLY
    [ \${params.i} -gt 1 ]
    until [ \${params.i} -lt 6 ] || [ -e $TALLY.go ]; do sleep 0.1; done
    cat \${inputs.word} > \${outputs.text}
    mkdir -p \${outputs.parts} && echo part > \${outputs.parts}/part\`,
`;

test("they are removed while others run, and nothing is lost when deploy is killed then", async () => {
  const deployment = new Deployment(JOBS, { word: "word\n" });
  const env = { TALLY: deployment.path("tally") };
  const deploy = deployment.beginDeploy([], env);
  const work = join(deployment.run(), "work/main.1");
  const folders = () => {
    if (!existsSync(work)) return [];
    const places = readdirSync(work).filter((name) => /^\d+$/.test(name));
    return places.flatMap((place) => readdirSync(join(work, place)).filter((name) => /^\d+$/.test(name))).sort();
  };
  await until("all are at work", () => folders().length === 6);
  await until("those that are done are gone", () => folders().join(" ") === "1 6", 60);
  for (const i of [2, 3, 4, 5]) {
    // By its log a slot that helps another one knows that a job is taken: without it, it would run once more.
    const log = readdirSync(work)
      .map((place) => join(work, place, `${i}.out`))
      .find(existsSync);
    assert.equal(log && readFileSync(log, "utf8"), `${i}\n`);
  }
  kill(deploy.child.pid);
  deployment.write("tally.go", "");
  const { exitCode, report } = await deployment.deploy([], env);
  assert.equal(exitCode, 3);
  assert.equal(report.jobs.done, 5);
  assert.deepEqual(
    report.failures.map(({ job, cause }) => [job, cause]),
    [["1", "exit"]],
  );
  for (const i of [2, 3, 4, 5, 6]) {
    assert.equal(deployment.result(`${i}.txt`), "word\n");
    assert.equal(deployment.result(`parts_${i}/part`), "part\n");
  }
  const whole = deployment
    .read("tally")
    .split("\n")
    .filter((i) => Number(i) > 1);
  assert.deepEqual(whole.sort(), ["2", "3", "4", "5", "6"]);
  const again = await deployment.deploy(["--dry-run"], env);
  assert.equal(again.exitCode, 0);
  await deployment.assertQuiet();
});

test.run();
