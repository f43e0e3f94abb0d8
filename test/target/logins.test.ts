import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** A host whose logind ends what a login leaves behind; its programs are stand-ins, since it takes systemd to do it. */
const test = suite("logins");

/** What logind's programs say on such a host. */
function standIns(lingers: boolean): string {
  const folder = mkdtempSync("/tmp/locusts-logind-");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  write("busctl", '[[ $* == *KillUserProcesses ]] && echo "b true"');
  write("loginctl", `echo Linger=${lingers ? "yes" : "no"}`);
  write("systemd-run", `echo "$*" >>${folder}/units; while [[ $1 == --* ]]; do shift; done; exec "$@"`);
  writeFileSync(join(folder, "units"), "");
  chmodSync(join(folder, "units"), 0o666);
  chmodSync(folder, 0o755);
  return folder;
}

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "doctor says before that it ends managers, or that they go on",
  async () => {
    for (const lingers of [false, true]) {
      const programs = standIns(lingers);
      const sshd = await useSshd({ settings: [`SetEnv PATH=${programs}:/usr/bin:/bin XDG_SESSION_ID=7`] });
      const swarm = new Elsewhere(
        { environment: sshd.environment, home: join(sshd.home, "logins") },
        'jobs: range("i", 1, 2), command: ({ params }) => sh`: ${params.i}`,',
        'ssh({ host: "lab", directory: DIRECTORY, slots: 1 })',
      );
      const { document } = await swarm.json<{
        findings: { name: string; status: string; words: string; hint: string | null }[];
      }>("doctor");
      const found = document.findings.find(({ name }) => name === "logins");
      assert.equal(found?.status, lingers ? "ok" : "warn", JSON.stringify(document));
      assert.match(found?.words ?? "", lingers ? /goes on, since this account lingers/ : /KillUserProcesses/);
      if (!lingers) assert.match(found?.hint ?? "", /loginctl enable-linger/);
      await swarm.succeed();
      const units = readFileSync(join(programs, "units"), "utf8");
      assert.equal(/--scope --quiet -- nohup bash -p .*manager\.sh/.test(units), lingers, units);
    }
  },
);

test.skipUnless(
  !noCluster,
  noCluster ?? "",
  "a folder that has gone from the host is missed, not made anew",
  async () => {
    const sshd = await useSshd();
    const swarm = new Elsewhere(
      { environment: sshd.environment, home: join(sshd.home, "logins") },
      'jobs: range("i", 1, 2), command: ({ params }) => sh`sleep 2; : ${params.i}`,',
      'ssh({ host: "lab", directory: DIRECTORY, slots: 1 })',
    );
    assert.equal((await swarm.deploy(["--detach"])).exitCode, 0);
    const away = `${swarm.directory}.away`;
    renameSync(swarm.directory, away);
    for (const verb of ["status", "deploy"]) {
      const { exitCode, stderr } = await swarm.verb([verb]);
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, /^error: .*\/test on lab is not there any more, and run 1 was not collected from it$/m);
      assert.match(stderr, /hint: is its file system mounted there/);
      assert.ok(!existsSync(swarm.directory));
    }
    renameSync(away, swarm.directory);
    await swarm.succeed();
  },
);

test.skipUnless(!noCluster, noCluster ?? "", "a run of a swarm that was renamed since is named as it was", async () => {
  const sshd = await useSshd();
  const swarm = new Elsewhere(
    { environment: sshd.environment, home: join(sshd.home, "logins") },
    'jobs: range("i", 1, 2), command: ({ params }) => sh`sleep 1; : ${params.i}`,',
    'ssh({ host: "lab", directory: DIRECTORY, slots: 1 })',
  );
  assert.equal((await swarm.deploy(["--detach"])).exitCode, 0);
  const definition = swarm.read("swarm.config.ts");
  swarm.write("swarm.config.ts", definition.replace('name: "test"', 'name: "renamed"'));
  const { exitCode, stderr } = await swarm.verb(["deploy"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^error: run 1 of test, in .*, was not collected: the swarm was renamed since, or /m);
  swarm.write("swarm.config.ts", definition);
  await swarm.succeed();
});

test.run();
