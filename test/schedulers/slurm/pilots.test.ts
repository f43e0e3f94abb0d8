import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../../cluster/availability.js";
import { type Cluster, useCluster } from "../../cluster/cluster.js";
import { until } from "../../deploy/deployment.js";
import { Pilots } from "../../deploy/pilots.js";
import { suite } from "../../runner/suite.js";

/** The generated scripts under a real SLURM: nobody follows, the pilots are on their own. */
const test = suite("pilots", {}, { seconds: 300 });

/** A staged run that SLURM's pilots work on, submitted by an ordinary account. */
class Submitted extends Pilots {
  private constructor(
    readonly cluster: Cluster,
    fields: string,
    target: string,
  ) {
    super(fields, target, {}, 2, realpathSync(mkdtempSync(join(cluster.home, "run-"))));
  }

  static async stage(pilots: number, fields: string, target = ""): Promise<Submitted> {
    const submitted = new Submitted(await useCluster(), fields, `nodes: ${pilots}, ${target}`);
    await submitted.stage(pilots);
    execFileSync("chown", ["-R", submitted.cluster.user, submitted.folder]);
    return submitted;
  }

  /** Runs `submit.sh`; the ids of the jobs. */
  async submit(...words: string[]): Promise<string[]> {
    const script = `runuser -u ${this.cluster.user} -- bash ${this.path("target/bundle/submit.sh")} --run ${this.run()}`;
    return (await this.cluster.administer([script, ...words].join(" "))).trim().split("\n");
  }

  /** Waits until SLURM has nothing of this run in its queue any more. */
  async ended(seconds: number): Promise<void> {
    const ask = `squeue -h -r -o %Z | grep -cFx ${this.run()} || true`;
    for (const end = Date.now() + seconds * 1000; (await this.cluster.administer(ask)).trim() !== "0"; ) {
      if (Date.now() > end) assert.fail(`not over after ${seconds} s:\n${await this.cluster.administer("squeue -r")}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

const jobs = (count: number, command = "") => `
  jobs: range("i", 1, ${count}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`i=\${params.i}; ${command} echo $i > \${outputs.text}\`,
`;

const pilots = (name: string, run: () => Promise<void>) => test.skipUnless(!noCluster, noCluster ?? "", name, run);

pilots("scancel, requeue, a slurmd killed and a node down, all at once", async () => {
  const run = await Submitted.stage(4, jobs(90, "sleep 2;"), 'silence: "12s"');
  const { administer, state, nodes } = run.cluster;
  const [job] = await run.submit();
  await until("all are at work", () => new Set(run.lines("done").map(({ life }) => life)).size === 4, 60);
  const nodeOf = (name: string) => run.hosts().get(`${name}.1`) as string;
  await administer(`scancel ${job}_1`);
  await administer(`scontrol requeue ${job}_2`);
  try {
    await administer(`kill -KILL "$(cat ${state}/run/slurmd.${nodeOf("p3")}.pid)"`);
    await administer(`scontrol update nodename=${nodeOf("p4")} state=down reason=test`);
    await until(
      "others have taken over",
      () => run.lines("chunk").some(({ fields }) => /\./.test(fields[1] ?? "")),
      60,
    );
    await administer(`scontrol update nodename=${nodeOf("p4")} state=resume || true`);
    await run.ended(240);
  } finally {
    await administer(`slurmd -f ${run.cluster.slurmConf} -N ${nodeOf("p3")} </dev/null >/dev/null 2>&1`);
    for (const node of nodes) await administer(`scontrol update nodename=${node} state=resume || true`);
  }
  run.assertAllDone(90);
  assert.equal(run.lines("failed").length, 0);
  assert.ok(run.lines("start").length <= 90 + 24, `${run.lines("start").length} jobs were begun`);
});

pilots("where nodes may not submit, the pilots of a chain follow one another", async () => {
  const run = await Submitted.stage(1, jobs(50, "sleep 2;"), "nodesMaySubmit: false, successors: 2");
  const ids = await run.submit();
  assert.equal(ids.length, 3);
  await run.ended(240);
  run.assertAllDone(50);
  assert.deepEqual(run.ends(), { "p1.1": "walltime", "p1.2": "finished", "p1.3": "finished" });
  const begun = run.lines("manager");
  assert.equal(begun.length, 3);
  assert.equal(run.lines("successor").length, 0);
  assert.deepEqual(
    run.submissions(),
    ids.map((id, i) => [id, "1", "1", `${i + 1}`]),
  );
});

pilots("sbatch refuses: its own words, exit code 1, nothing noted", async () => {
  const run = await Submitted.stage(1, jobs(1), 'partition: "nowhere"');
  await assert.rejects(
    run.submit(),
    /invalid partition specified: nowhere[\s\S]*submit\.sh: sbatch refused \(exit code 1\)/,
  );
  assert.deepEqual(readdirSync(join(run.run(), "pilots")), []);
});

test.run();
