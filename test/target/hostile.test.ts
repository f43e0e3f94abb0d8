import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Header, pack } from "tar-stream";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import type { Report } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "./elsewhere.js";

/** A target that sends what nobody asked for: nothing of it is written outside the results. */
const test = suite("hostile targets");

const why = noCluster;

type Entry = Partial<Header> & { readonly name: string; readonly text?: string };

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { text, ...header } of entries) {
    if (text === undefined) tar.entry(header);
    else tar.entry(header, text);
  }
  tar.finalize();
  const blocks: Buffer[] = [];
  for await (const block of tar) blocks.push(block as Buffer);
  return Buffer.concat(blocks);
}

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Deploys to a host on which a program is not what it should be. `lie` is a bash text that may see `$here`. */
async function deployWith(program: string, lie: string, tar: Buffer = Buffer.alloc(0)) {
  // Those who log in must be able to read it, which a folder below TMPDIR may not allow.
  const folder = mkdtempSync("/tmp/locusts-hostile-");
  made.push(folder);
  writeFileSync(join(folder, "lie.tar"), tar);
  writeFileSync(join(folder, program), `#!/bin/bash\nhere=${folder}\n${lie}\nexec /usr/bin/${program} "$@"\n`);
  chmodSync(join(folder, program), 0o755);
  chmodSync(folder, 0o755);
  const sshd = await useSshd({ settings: [`SetEnv PATH=${folder}:/usr/bin:/bin`] });
  const deployment = new Elsewhere(
    { environment: sshd.environment, home: join(sshd.home, "hostile") },
    `jobs: list("id", ["a"]),
     outputs: { text: "{id}.txt", tree: "{id}_tree/" },
     command: ({ outputs, params }) => sh\`echo good > \${outputs.text}; mkdir \${outputs.tree}; echo leaf > \${outputs.tree}/leaf; : \${params.id}\`,`,
    'ssh({ host: "lab", directory: DIRECTORY, slots: 1 })',
  );
  return { deployment, ...(await deployment.verb(["deploy", "--json"])) };
}

/** All that lies in and around the definition's folder, apart from Locusts' own: on a busy machine there is a live report, too. */
function filesOf(deployment: Elsewhere): string[] {
  return readdirSync(deployment.folder, { recursive: true })
    .map(String)
    .filter((path) => !/^(\.locusts|bundle)(\/|$)|^results\/report[.-]/.test(path))
    .sort();
}

const JOB = "main.1/1/1";
/** It unpacks what it is sent, and when it is to send something, sends another thing. */
const SEND_LIE = 'if [[ $1 == -c ]]; then cat >/dev/null; exec cat "$here/lie.tar"; fi';

const TARS: Readonly<Record<string, readonly Entry[]>> = {
  "a path that climbs": [{ name: "../../../../../../evil", text: "evil" }],
  "a path that climbs from within an output": [{ name: `${JOB}/a_tree/../../../../../../../evil`, text: "evil" }],
  "an absolute path": [{ name: "/tmp/locusts-evil", text: "evil" }],
  "a file that nobody asked for": [{ name: `${JOB}/b.txt`, text: "evil" }],
  "an output that is a link": [{ name: `${JOB}/a.txt`, type: "symlink", linkname: "a_tree/leaf" }],
  "a file behind a link": [
    { name: `${JOB}/a_tree`, type: "directory" },
    { name: `${JOB}/a_tree/inner`, type: "symlink", linkname: "." },
    { name: `${JOB}/a_tree/inner/leaf`, text: "evil" },
  ],
  "a second name for a file that is here": [{ name: `${JOB}/a.txt`, type: "link", linkname: "/etc/passwd" }],
  "a device": [{ name: `${JOB}/a_tree/leaf`, type: "character-device", devmajor: 1, devminor: 3 }],
};

for (const [words, entries] of Object.entries(TARS)) {
  test.skipUnless(why === undefined, why ?? "", `${words} is refused`, async () => {
    const { deployment, exitCode, stdout, stderr } = await deployWith("tar", SEND_LIE, await tarOf(entries));
    assert.equal(exitCode, 1, `${stdout}\n${stderr}`);
    assert.match(stderr, /^error: lab has sent /m);
    assert.match(stderr, /hint: /);
    assert.deepEqual(filesOf(deployment), ["results", "swarm.config.ts"]);
    assert.ok(!existsSync("/tmp/locusts-evil"));
    assert.ok(!existsSync(deployment.path("..", "evil")));
  });
}

for (const leadsTo of ["/etc/passwd", "../../../../../../../evil", ".."]) {
  test.skipUnless(why === undefined, why ?? "", `a link that leads out, to ${leadsTo}, is no output`, async () => {
    const tar = await tarOf([
      { name: `${JOB}/a.txt`, text: "good\n" },
      { name: `${JOB}/a_tree`, type: "directory" },
      { name: `${JOB}/a_tree/leaf`, type: "symlink", linkname: leadsTo },
    ]);
    const { deployment, exitCode, stdout } = await deployWith("tar", SEND_LIE, tar);
    assert.equal(exitCode, 3, stdout);
    const [failure] = (JSON.parse(stdout) as Report).failures;
    assert.equal(failure?.cause, "node");
    assert.match(failure?.detail ?? "", /has a link that leads out of it: leaf/);
    assert.ok(!existsSync(deployment.path("results/a_tree")));
  });
}

test.skipUnless(why === undefined, why ?? "", "something that is no tar stream is refused", async () => {
  const lie = "if [[ $1 == -c ]]; then cat >/dev/null; yes rubbish | head -c 100000; exit; fi";
  const { deployment, exitCode, stderr } = await deployWith("tar", lie);
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /is no tar stream/);
  assert.deepEqual(filesOf(deployment), ["results", "swarm.config.ts"]);
});

test.skipUnless(
  why === undefined,
  why ?? "",
  "what comes in another size than the journal says, and than what lies there, is no result, and no job has failed for it",
  async () => {
    const tar = await tarOf([{ name: `${JOB}/a.txt`, text: "evil and longer" }]);
    const { deployment, exitCode, stderr } = await deployWith("tar", SEND_LIE, tar);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /has not sent .*\/a\.txt and 1 more, which is there/);
    assert.deepEqual(deployment.results(), []);
  },
);

const JOURNALS: Readonly<Record<string, readonly [program: string, lie: string]>> = {
  "a journal by another name": ["find", `if [[ $* == *'*.tsv'* ]]; then echo '5 ../../evil.tsv'; exit; fi`],
  "a journal full of rubbish": ["tail", 'if [[ $1 == -c ]]; then yes "done\t1\t../.." | head -c 100000; exit; fi'],
  "something that is no journal": ["find", `if [[ $* == *'*.tsv'* ]]; then echo '99 $(touch evil)'; exit; fi`],
};

for (const [words, [program, lie]] of Object.entries(JOURNALS)) {
  test.skipUnless(why === undefined, why ?? "", `${words} is refused`, async () => {
    const { deployment, exitCode, stdout, stderr } = await deployWith(program, lie);
    assert.equal(exitCode, 1, `${stdout}\n${stderr}`);
    assert.match(stderr, /^error: .*journal/m);
    assert.deepEqual(filesOf(deployment), ["results", "swarm.config.ts"]);
  });
}

test.run();
