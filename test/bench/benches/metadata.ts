import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bench, Comparison, Line, Setting } from "../bench.js";
import { pilotJobs } from "../definitions.js";
import { checkJournals, readyRun } from "../locusts.js";
import { type Calls, countCalls, SHARED_FOLDERS } from "../metadata/count-calls.js";
import { runTimed } from "../timed-run.js";
import { whyMissing } from "../tools.js";

/** The chunks are made for the most. */
const MANAGERS = [8, 16, 64];
const MOST = Math.max(...MANAGERS);

/** Only what is traced stops a process: a manager would be many times slower without. */
const STRACE = "strace -f -qq --seccomp-bpf -e trace=%file";

/** All managers at once, each as if on a node of its own. */
const SCRIPT = `
  for ((i = 1; i <= managers; i++)); do
    ${STRACE} -o "$traces/p$i" bash "$bundle/manager.sh" --run "$run" --name "p$i" --node "node$i" &
  done
  wait`;

function whyNot(): string | undefined {
  const missing = whyMissing("strace");
  if (missing) return missing;
  const { status, stderr } = spawnSync("sh", ["-c", `${STRACE} -o /dev/null true`], { encoding: "utf8" });
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim().split("\n").at(-1)}`;
}

interface Counted extends Calls {
  readonly managers: number;
  readonly chunks: number;
}

async function count({ ground, say }: Setting, jobs: number, managers: number): Promise<Counted> {
  const folder = ground.fresh(`managers-${managers}`);
  const traces = ground.fresh(`traces-${managers}`);
  const definition = pilotJobs(jobs, join(folder, "target"), MOST, 1);
  const log = ground.log("managers");
  const run = await readyRun(folder, definition, log, { managers: MOST, present: managers });
  mkdirSync(traces, { recursive: true });
  const environment = { bundle: run.bundle, run: run.folder, traces, managers: String(managers) };
  const { seconds } = await runTimed({ program: "bash", args: ["-c", SCRIPT], folder, environment, log });
  checkJournals(run.folder, jobs);
  const calls = await countCalls(traces, dirname(run.bundle), run.folder);
  rmSync(traces, { recursive: true });
  const parts = SHARED_FOLDERS.map((name) => `${name} ${calls.shared[name]}`).join(", ");
  say(`  ${managers} managers: ${parts} (${seconds.toFixed(0)} s)`);
  return { ...calls, managers, chunks: run.chunks };
}

/** What many managers ask of a file system that they share. */
export const metadataBench: Bench = {
  name: "metadata",
  description: "calls that name a path in the run's claims/, managers/, chunks/ or journal/: counted, not timed",
  async run(setting) {
    const why = whyNot();
    if (why) return [{ kind: "skipped", what: "file-system calls of many managers", why }];
    const jobs = setting.quick ? 1000 : 10_000;
    const counted: Counted[] = [];
    for (const managers of MANAGERS) counted.push(await count(setting, jobs, managers));
    return report(jobs, counted);
  },
};

function sharedCalls({ shared }: Calls): number {
  return SHARED_FOLDERS.reduce((sum, name) => sum + shared[name], 0);
}

function report(jobs: number, counted: readonly Counted[]): Line[] {
  const calls = (what: string, value: number): Comparison => ({
    kind: "comparison",
    what: `${jobs.toLocaleString("en-US")} × true: ${what}`,
    ours: { value, unit: "calls" },
  });
  const lines = counted.flatMap((one) => {
    const total = sharedCalls(one);
    const of = `${one.managers} managers on ${one.chunks.toLocaleString("en-US")} chunks`;
    return [calls(`${of}, a chunk`, total / one.chunks), calls(`${of}, a manager`, total / one.managers)];
  });
  const [few, most] = [counted[0] as Counted, counted.at(-1) as Counted];
  const growth = sharedCalls(most) / sharedCalls(few);
  const asProduct = most.managers / few.managers;
  return [
    ...lines,
    calls(`${most.managers} managers, a job`, sharedCalls(most) / jobs),
    calls(`${most.managers} managers, a job, in all of the target's folder`, most.all / jobs),
    {
      ...calls(`${most.managers} managers against ${few.managers}, ${asProduct} times as many`, sharedCalls(most)),
      theirs: { value: sharedCalls(few), unit: "calls" },
      ratio: growth,
      // In the search for the next chunk each doubling of the managers costs two looks more.
      bar: { most: asProduct / 2, of: "ratio", words: `≤ ${(asProduct / 2).toFixed(2)}` },
    },
  ];
}
