import assert from "node:assert/strict";
import { lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "../target/elsewhere.js";

/** Outputs that are not plain files and folders: they are collected, or are the trouble of their own job alone. */
const test = suite("odd outputs");

/** For each job: how it makes its folder `$d`, and what is wrong with it then. */
const ODD: Readonly<Record<string, readonly [deed: string, detail: RegExp | undefined]>> = {
  good: ["mkdir $d; echo x > $d/x", undefined],
  pipe: ["mkdir $d; echo x > $d/x; mkfifo $d/p", /something in it that is neither a file nor a folder: p/],
  linked: ["mkdir far; echo x > far/x; ln -s far $d", undefined],
  // By its text a link that stays in the folder; and one that does, by way of another.
  chain: [
    "mkdir -p $d/a/b; echo secret > far; echo x > $d/x; ln -s ../.. $d/a/b/c; ln -s a/b/c/../far $d/leak",
    undefined,
  ],
  folders: [
    "mkdir -p $d/a/b; echo x > $d/x; ln -s ../.. $d/a/b/c; ln -s a/b/c/../.. $d/leak",
    /a link that leads out of it: leak/,
  ],
  around: ["mkdir -p $d/a/b $d/e; echo x > $d/x; ln -s ../../e $d/a/b/c; ln -s a/b/c/../x $d/near", undefined],
  bytes: ["mkdir $d; echo x > $d/$'\\xff'", /a name in it that is not UTF-8/],
  closed: ["mkdir -p $d/in; echo x > $d/x; echo y > $d/in/y; chmod 0 $d/x; chmod 0 $d/in/y", undefined],
  twice: ["mkdir $d; truncate -s 64M $d/x; ln $d/x $d/y", undefined],
};

const FIELDS = `jobs: list("id", ${JSON.stringify(Object.keys(ODD))}), outputs: { dir: "{id}/" },
  command: ({ outputs, params }) => sh\`d=\${outputs.dir}; case \${params.id} in
    ${Object.entries(ODD)
      .map(([id, [deed]]) => `${id}) ${deed} ;;`)
      .join("\n")}
    esac\`,`;

async function judge(swarm: Deployment): Promise<void> {
  const { report, stderr } = await swarm.deploy();
  assert.equal(report.errors, undefined, stderr);
  const details = new Map(report.failures.map(({ job, detail }) => [job, detail]));
  for (const [id, [, detail]] of Object.entries(ODD)) {
    if (detail) assert.match(details.get(id) ?? "", detail);
    else assert.ok(swarm.exists(`results/${id}/x`) && !details.has(id), `${id}: ${details.get(id)}`);
  }
  assert.equal(readlinkSync(swarm.path("results/around/near")), "a/b/c/../x");
  const leak = lstatSync(swarm.path("results/chain/leak"));
  assert.ok(
    leak.isFile() && swarm.result("chain/leak") === "secret\n",
    "in the place of a link comes what it leads to",
  );
  assert.ok(!swarm.exists("results/folders"));
  const sparse = lstatSync(swarm.path("results/twice/x"));
  assert.ok(sparse.blocks < 10_000, "a sparse file came with all its zeros");
}

test("on this machine", async () => {
  const swarm = new Deployment(FIELDS);
  await judge(swarm);
  assert.equal(lstatSync(swarm.path("results/twice/x")).nlink, 2, "two names of one file");
});

test.skipUnless(noCluster === undefined, noCluster ?? "", "over ssh", async () => {
  const sshd = await useSshd();
  const place = { environment: sshd.environment, home: join(sshd.home, "odd") };
  await judge(new Elsewhere(place, FIELDS, 'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })'));
});

test.run();
