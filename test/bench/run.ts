import { execFileSync } from "node:child_process";
import { arch, cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { prepareToStopClusters } from "../cluster/stop-clusters.js";
import { type Bench, isMet, type Line } from "./bench.js";
import { catBench } from "./benches/cat.js";
import { checkBench } from "./benches/check.js";
import { deployBench } from "./benches/deploy.js";
import { listBench } from "./benches/list.js";
import { metadataBench } from "./benches/metadata.js";
import { pilotsBench } from "./benches/pilots.js";
import { planBench } from "./benches/plan.js";
import { stagingBench } from "./benches/staging.js";
import { treeBench } from "./benches/tree.js";
import { trueBench } from "./benches/true.js";
import { Ground } from "./ground.js";
import { warmUp } from "./locusts.js";
import { jsonLines, markdownTable, textTable } from "./report.js";

/*
 * npm run bench [-- name … --runs N --quick --strict --json]: Locusts beside what people use instead,
 * in one run on this machine. Ratios travel; absolute figures do not.
 */

const BENCHES: readonly Bench[] = [
  trueBench,
  catBench,
  deployBench,
  listBench,
  planBench,
  checkBench,
  pilotsBench,
  stagingBench,
  metadataBench,
  treeBench,
];

const USAGE = `usage: npm run bench -- [name …] [--runs N] [--quick] [--strict] [--json]

  names     ${BENCHES.map(({ name }) => name).join(", ")}; all of them unless given
  --runs    runs of each side (5, or LOCUSTS_BENCH_RUNS); medians are compared
  --quick   fewer jobs
  --strict  exit with 1 if a bar is missed
  --json    results on stdout as JSON, everything else on stderr

LOCUSTS_BENCH_DIR names the folder to work in, if not that for temporary files.`;

interface Wishes {
  readonly benches: readonly Bench[];
  readonly runs: number;
  readonly quick: boolean;
  readonly strict: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

function readWishes(words: readonly string[]): Wishes {
  const { values, positionals } = parseArgs({
    args: words as string[],
    allowPositionals: true,
    options: {
      runs: { type: "string", default: process.env.LOCUSTS_BENCH_RUNS ?? "5" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  const runs = Number(values.runs);
  if (unknown.length > 0) throw new TypeError(`there is no bench ${unknown.join(", ")}`);
  if (!Number.isInteger(runs) || runs < 1)
    throw new TypeError(`--runs takes a whole number from 1, not ${values.runs}`);
  return {
    ...values,
    runs,
    benches: BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  };
}

/** What the figures depend on. */
function machine(): string {
  const bash = execFileSync("bash", ["-c", "echo $BASH_VERSION"], { encoding: "utf8" }).trim();
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus().length} × ${cpus()[0]?.model.trim()} (${arch()}), Linux ${release()}, bash ${bash}, Node ${process.version}, load ${load} before`;
}

async function runBenches(wishes: Wishes, ground: Ground): Promise<number> {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const print = wishes.json ? say : (text: string) => void process.stdout.write(`${text}\n`);
  const where = machine();
  print(`${where}\nmedians of ${wishes.runs}${wishes.quick ? ", fewer jobs (--quick)" : ""}`);
  await warmUp(ground);
  const results: { bench: Bench; lines: readonly Line[] }[] = [];
  let failed = false;
  for (const bench of wishes.benches) {
    print(`\n${bench.name}: ${bench.description}`);
    try {
      const lines = await bench.run({ ground, runs: wishes.runs, quick: wishes.quick, say });
      results.push({ bench, lines });
      print(textTable(lines));
    } catch (error) {
      failed = true;
      print(`  failed to run: ${(error as Error).message}`);
    }
  }
  const all = results.flatMap(({ lines }) => lines);
  print(`\n${markdownTable(all)}`);
  if (wishes.json) {
    const lines = results.flatMap(({ bench, lines }) => jsonLines(bench.name, lines));
    process.stdout.write(
      `${JSON.stringify({ machine: where, runs: wishes.runs, quick: wishes.quick, lines }, null, 2)}\n`,
    );
  }
  const missed = all.some((line) => line.kind === "comparison" && isMet(line) === false);
  return failed || (wishes.strict && missed) ? 1 : 0;
}

async function main(): Promise<number> {
  let wishes: Wishes;
  try {
    wishes = readWishes(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return 64;
  }
  if (wishes.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const ground = new Ground();
  const stopCluster = prepareToStopClusters();
  const cleanUp = (): void => {
    stopCluster();
    ground.remove();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      cleanUp();
      process.exit(130);
    });
  }
  try {
    return await runBenches(wishes, ground);
  } finally {
    cleanUp();
  }
}

process.exitCode = await main();
