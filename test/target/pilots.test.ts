import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noCluster } from "../cluster/availability.js";
import { useCluster } from "../cluster/cluster.js";
import { kill, until } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere, overSsh } from "./elsewhere.js";
import { followAfterDetach, noMoreThanBusy, sharedOut } from "./pilot-checks.js";

/** A few pilots share the jobs out among themselves, also when nobody watches. */
const test = suite("pilots", undefined, { seconds: 240 });

const why = noCluster;

const FOUR = 'slurm({ host: "lab", directory: DIRECTORY, nodes: 4, cpusPerNode: 2, walltime: "10m" })';

test.skipUnless(
  why === undefined,
  why ?? "",
  "2,000 jobs over four pilots: each has one result, each pilot a share",
  async () => {
    const cluster = await useCluster();
    const shares = await sharedOut(overSsh(cluster), FOUR, 2000);
    assert.deepEqual([...shares.keys()].sort(), ["p1", "p2", "p3", "p4"]);
    for (const [pilot, share] of shares) assert.ok(share >= 100, `${pilot} has done ${share} alone`);
  },
);

test.skipUnless(why === undefined, why ?? "", "unequal jobs end evenly", async () => {
  const cluster = await useCluster();
  // The long jobs stand together: whoever divided them in advance would have one pilot do them all.
  const deployment = new Elsewhere(
    overSsh(cluster),
    `jobs: range("i", 1, 160),
     command: ({ params }) => sh\`if ((\${params.i} <= 40)); then sleep 1; else sleep 0.1; fi\`,`,
    FOUR,
  );
  await deployment.succeed();
  const ends = readdirSync(join(deployment.run(), "journal")).map((file) => {
    const lines = readFileSync(join(deployment.run(), "journal", file), "utf8").split("\n");
    const times = lines.filter((line) => line.startsWith("done\t")).map((line) => Number(line.split("\t")[6]));
    return Math.max(...times);
  });
  assert.equal(ends.length, 4);
  assert.ok(Math.max(...ends) - Math.min(...ends) < 4000, `the last jobs of the pilots ended at ${ends}`);
});

test.skipUnless(why === undefined, why ?? "", "no more pilots than the jobs can keep busy", async () =>
  noMoreThanBusy(overSsh(await useCluster()), FOUR),
);

test.skipUnless(
  why === undefined,
  why ?? "",
  "a walltime shorter than the work: successors finish it, with the deploy killed right after the start",
  async () => {
    const cluster = await useCluster();
    // Two pilots with two slots each have some 45 s of each minute for 100 jobs of 2 s.
    const deployment = new Elsewhere(
      overSsh(cluster),
      `jobs: range("i", 1, 100),
       outputs: { text: "{i}.txt" },
       command: ({ outputs, params }) => sh\`sleep 2; echo \${params.i} > \${outputs.text}\`,`,
      'slurm({ host: "lab", directory: DIRECTORY, nodes: 2, cpusPerNode: 2, walltime: "1m", successors: 5 })',
    );
    const { child } = deployment.beginDeploy();
    await until("the pilots are submitted", () => {
      try {
        return deployment.submissions().length > 0;
      } catch {
        return false; // there is no run yet
      }
    });
    kill(child.pid);

    const looked: { jobs: { done: number; total: number }; managers: string }[] = [];
    for (let ended = false; !ended; ) {
      await sleep(2000);
      const { document } = await deployment.json<(typeof looked)[number]>("status");
      looked.push(document);
      ended = document.managers === "gone";
    }
    assert.equal(looked.at(-1)?.jobs.done, 100, JSON.stringify(looked.at(-1)));
    assert.ok(
      looked.some(({ jobs }) => jobs.done > 0 && jobs.done < 100),
      "status tells how far it is",
    );
    assert.ok(readdirSync(join(deployment.run(), "journal")).length > 2, "successors were needed");

    const gathered = await deployment.json<{ jobs: { done: number } }>("gather");
    assert.equal(gathered.exitCode, 0, gathered.stderr);
    assert.equal(gathered.document.jobs.done, 100);
    assert.equal(deployment.results().length, 100);
    for (const file of deployment.results()) assert.equal(deployment.result(file), `${file.replace(".txt", "")}\n`);
    const measured = [...deployment.jobs().values()].filter((job) => Number(job.peak_memory) > 1e6);
    assert.ok(measured.length > 50, `the memory of ${measured.length} jobs is known`);
    for (const job of measured) assert.match(job.cpu_seconds ?? "", /^\d/);
  },
);

test.skipUnless(
  why === undefined,
  why ?? "",
  "deploy --detach leaves at once; the next deploy follows and gathers",
  async () => followAfterDetach(overSsh(await useCluster()), FOUR),
);

test.run();
