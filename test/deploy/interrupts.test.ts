import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** Ctrl-C, and a manager that is told to stop. */
const test = suite("interrupts");

function starts(deployment: Deployment): number {
  return deployment.journal().filter(([event]) => event === "start").length;
}

test("--stop, Ctrl-C for deploy, and a job that ignores both", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["mild", "stubborn"]),
    command: ({ params }) => sh\`
      [[ \${params.id} != stubborn ]] || trap '' TERM INT HUP
      while :; do sleep 0.1; done\`,
  `);
  const deploy = deployment.beginDeploy();
  await until("both run", () => starts(deployment) === 2);
  const begun = performance.now();
  deploy.child.kill("SIGINT");
  const { exitCode, stdout } = await deploy.outcome;
  assert.equal(exitCode, 130);
  assert.equal(JSON.parse(stdout).end.how, "interrupted");
  // SIGKILL comes ten seconds after SIGTERM.
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds >= 9 && seconds < 20, `it took ${seconds} s`);
  await deployment.assertQuiet();

  const none = await deployment.beginManager("--stop").outcome;
  assert.equal(none.exitCode, 0);
  assert.match(none.stderr, /no manager is running here/);
  const byHand = deployment.beginManager("--slots", "1");
  await until("it goes on", () => starts(deployment) === 3);
  assert.equal((await deployment.beginManager("--stop").outcome).exitCode, 0);
  assert.equal((await byHand.outcome).exitCode, 143);
  await deployment.assertQuiet();
});

test("two SIGINT in the same moment are one Ctrl-C; a later one leaves at once, and says that the run goes on", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["stubborn"]),
    command: ({ params }) => sh\`trap '' TERM INT HUP; : \${params.id}; while :; do sleep 0.1; done\`,
  `);
  const deploy = deployment.beginDeploy();
  await until("it runs", () => starts(deployment) === 1);
  deploy.child.kill("SIGINT");
  await sleep(30); // else the kernel may deliver but one
  deploy.child.kill("SIGINT");
  await sleep(1000);
  assert.equal(deploy.child.exitCode, null);
  deploy.child.kill("SIGINT");
  const { exitCode, stderr } = await deploy.outcome;
  assert.equal(exitCode, 130);
  assert.match(stderr, /^left at once; what still runs goes on: .*locusts cancel ends it$/m);
  assert.equal((await deployment.verb(["cancel"])).exitCode, 0);
  await deployment.assertQuiet();
});

test("interrupted right after the start, nothing runs on", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 4),
    command: ({ params }) => sh\`sleep 60; : \${params.i}\`,
  `);
  const deploy = deployment.beginDeploy();
  await until("its run is staged", () => existsSync(join(deployment.run(), "run")));
  deploy.child.kill("SIGINT");
  assert.equal((await deploy.outcome).exitCode, 130);
  await deployment.assertQuiet();
});

test.run();
