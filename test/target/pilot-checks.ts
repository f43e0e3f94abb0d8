import assert from "node:assert/strict";
import { Elsewhere, type Place } from "./elsewhere.js";

/* What holds of pilots, whatever starts them. */

/** Has pilots do so many jobs. @returns how many each has done */
export async function sharedOut(place: Place, target: string, jobs: number): Promise<Map<string, number>> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, ${jobs}),
     outputs: { square: "squares/{i}.txt" },
     command: ({ outputs, params }) => sh\`echo $((\${params.i} * \${params.i})) > \${outputs.square}; sleep 0.02\`,`,
    target,
  );
  const report = await deployment.succeed();
  assert.equal(report.jobs.done, jobs);
  assert.equal(deployment.results().length, jobs);
  assert.equal(deployment.result(`squares/${jobs - 1}.txt`), `${(jobs - 1) ** 2}\n`);
  const shares = deployment.shares();
  assert.equal(
    [...shares.values()].reduce((sum, share) => sum + share),
    jobs,
    "no job was done twice",
  );
  return shares;
}

/** Has one pilot do what keeps no more of them busy. */
export async function noMoreThanBusy(place: Place, target: string): Promise<void> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, 25), command: ({ params }) => sh\`: \${params.i}\`,`,
    target,
  );
  await deployment.succeed();
  assert.deepEqual([...deployment.shares().keys()], ["p1"]);
}

/** Leaves a deploy at once, and follows it with the next one. */
export async function followAfterDetach(place: Place, target: string): Promise<void> {
  const deployment = new Elsewhere(
    place,
    `jobs: range("i", 1, 40),
     outputs: { text: "{i}.txt" },
     command: ({ outputs, params }) => sh\`sleep 1; echo \${params.i} > \${outputs.text}\`,`,
    target,
  );
  const left = await deployment.deploy(["--detach"]);
  assert.equal(left.exitCode, 0, left.stderr);
  assert.equal(left.report.end.how, "left");
  const { exitCode, report, stderr } = await deployment.deploy();
  assert.equal(exitCode, 0, stderr);
  assert.equal(report.jobs.done, 40);
  assert.match(stderr, /still goes on: following it/);
  assert.equal(deployment.results().length, 40);
}
