/**
 * The certificate: kills processes and makes system calls fail at exact points of runs, deploys again, and judges.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { prepareToStopClusters } from "../cluster/stop-clusters.js";
import { listDamages } from "./at-rest.js";
import { type Baseline, takeBaseline } from "./baseline.js";
import type { Case } from "./case.js";
import { type Lab, openLab, whyNoLab } from "./lab.js";
import { formatPoint, type Point, parsePoint } from "./point.js";
import { pointsOf, spread } from "./points.js";
import { SCENARIOS, type Scenario, scenarioNamed } from "./scenarios.js";
import { whyNoSite } from "./site.js";
import { describeTried, makeTable } from "./table.js";
import { type Tried, tryPoint } from "./try-point.js";
import { Worker } from "./worker.js";

const NOT_HERE = 77;

const USAGE = `usage: npm run certify -- [--sample N] [--scenarios A,B] [--only REGEX] [--seconds N] [--workers N] [--seed TEXT] [--list]
       npm run certify -- --point 'SCENARIO FAULT NTH ROLE|CALL|PATH'

  --sample     so many points, spread over all; which ones, --seed says
  --scenarios  of these only: ${SCENARIOS.map(({ name }) => name).join(", ")}
  --only       points whose text matches
  --seconds    begin no more points after so long
  --workers    points that are tried at once
  --list       say how many points there are, and try none
  --point      this one alone; its folder is kept

The last line is "N passed, N failed, N skipped"; skipped are scenarios that cannot be had on this machine.
Exit codes: 1 some are bad, 2 wrong usage, 77 no points can be tried on this machine.`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        sample: { type: "string" },
        scenarios: { type: "string" },
        only: { type: "string" },
        seconds: { type: "string" },
        workers: { type: "string", default: String(Math.min(8, 2 * availableParallelism())) },
        seed: { type: "string", default: "" },
        list: { type: "boolean", default: false },
        point: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!values.help) return values;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const options = readOptions();

/** Does something for each of some things, with as many workers at once as there are. */
async function share<T>(
  workers: readonly Worker[],
  things: readonly T[],
  action: (worker: Worker, thing: T) => Promise<void>,
) {
  const queue = [...things];
  await Promise.all(
    workers.map(async (worker) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await action(worker, next);
    }),
  );
}

/** What undisturbed runs come to, and all points. */
async function survey(workers: readonly Worker[], scenarios: readonly Scenario[]) {
  const baselines = new Map<string, Baseline>();
  const points: Point[] = [];
  await share(workers, scenarios, async (worker, scenario) => {
    const baseline = await worker.use(scenario, takeBaseline);
    baselines.set(scenario.name, baseline);
    if (!scenario.atRest) points.push(...pointsOf(scenario.name, baseline));
    else points.push(...(await worker.use(scenario, listPrepared)));
  });
  return { baselines, points };
}

async function listPrepared(tried: Case): Promise<Point[]> {
  await tried.prepare();
  return listDamages(tried);
}

async function tryOne(worker: Worker, text: string): Promise<number> {
  const point = parsePoint(text);
  const baseline = await worker.use(point.scenario, takeBaseline);
  let place = "";
  const tried = await worker.use(
    point.scenario,
    (fresh) => {
      place = fresh.folder;
      return tryPoint(fresh, baseline, point);
    },
    true,
  );
  console.log(`${describeTried(tried)}\n     said: ${tried.said}\n     kept: ${place}`);
  return tried.wrong.size > 0 ? 1 : 0;
}

interface GroupOutcome {
  readonly tried: readonly Tried[];
  /** how many were not begun in time */
  readonly late: number;
}

/** Tries a sample of the points of some scenarios. @param sample how many; all unless given */
async function tryGroup(
  workers: readonly Worker[],
  scenarios: readonly Scenario[],
  sample: number | undefined,
  isOver: () => boolean,
): Promise<GroupOutcome> {
  const only = new RegExp(options.only ?? "");
  const { baselines, points } = await survey(workers, scenarios);
  const chosen = spread(
    points.filter((point) => only.test(formatPoint(point))),
    options.seed,
    (name) => scenarioNamed(name).cost,
  );
  const wanted = chosen.slice(0, sample);
  console.log(`${wanted.length} of ${points.length} points, in the scenarios ${[...baselines.keys()].join(", ")}`);
  const tried: Tried[] = [];
  let late = 0;
  await share(workers, options.list ? [] : wanted, async (worker, point) => {
    if (isOver()) {
      late += 1;
      return;
    }
    const baseline = baselines.get(point.scenario) as Baseline;
    const outcome = await worker
      .use(point.scenario, (fresh) => tryPoint(fresh, baseline, point))
      .catch((error: Error) => {
        const wrong = new Map([["the suite itself", error.message]]);
        return { point, hit: true, wrong, said: "", seconds: 0 };
      });
    tried.push(outcome);
    if (outcome.wrong.size > 0 || process.stdout.isTTY) console.log(describeTried(outcome));
  });
  return { tried, late };
}

/** How much of a sample is a group's: what takes longer is tried less often. */
function weightOf(scenarios: readonly Scenario[]): number {
  return scenarios.reduce((sum, { cost }) => sum + 1 / cost, 0);
}

/** @param onCluster for the scenarios on the one cluster, which mostly wait: beside those of the others */
async function tryMany(workers: readonly Worker[], onCluster: Worker): Promise<number> {
  const begun = performance.now();
  const asked = options.scenarios?.split(",").map(scenarioNamed) ?? SCENARIOS;
  let leftOut = 0;
  const inReach = asked.filter((scenario) => {
    const why = whyNoSite(scenario);
    if (why) console.log(`left out: ${scenario.name}: ${why}`);
    if (why) leftOut += 1;
    return !why;
  });
  const isOver = () => options.seconds !== undefined && performance.now() - begun > Number(options.seconds) * 1000;
  const outcomes = await Promise.all(
    [
      { scenarios: inReach.filter(({ where }) => where !== "cluster"), by: workers },
      { scenarios: inReach.filter(({ where }) => where === "cluster"), by: [onCluster] },
    ].map(({ scenarios, by }) => {
      const portion = weightOf(scenarios) / weightOf(inReach);
      const sample = options.sample === undefined ? undefined : Math.round(Number(options.sample) * portion);
      return scenarios.length === 0 ? { tried: [], late: 0 } : tryGroup(by, scenarios, sample, isOver);
    }),
  );
  if (options.list) return 0;
  const all = outcomes.flatMap(({ tried }) => tried);
  const late = outcomes.reduce((sum, outcome) => sum + outcome.late, 0);
  console.log(`\n${makeTable(all)}`);
  if (late > 0) console.log(`${late} points were not begun: the ${options.seconds} s were over`);
  const hit = all.filter(({ hit }) => hit);
  const failed = hit.filter(({ wrong }) => wrong.size > 0).length;
  if (hit.length < all.length) console.log(`${all.length - hit.length} points were not reached, which says nothing`);
  console.log(`${hit.length - failed} passed, ${failed} failed, ${leftOut} skipped`);
  return failed > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const why = whyNoLab();
  let lab: Lab | undefined;
  try {
    if (why === undefined) lab = await openLab();
  } catch (error) {
    console.log((error as Error).message);
  }
  if (!lab) {
    if (why) console.log(why);
    console.log(`0 passed, ${process.env.CI === "true" ? 1 : 0} failed, ${process.env.CI === "true" ? 0 : 1} skipped`);
    return NOT_HERE;
  }
  const opened = lab;
  const stopCluster = prepareToStopClusters();
  const workers = Array.from({ length: Number(options.workers) }, () => new Worker(opened));
  const onCluster = new Worker(opened);
  let keep = false;
  try {
    if (options.point === undefined) return await tryMany(workers, onCluster);
    keep = true;
    scenarioNamed(parsePoint(options.point).scenario);
    return await tryOne(workers[0] as Worker, options.point);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 2;
  } finally {
    for (const worker of [...workers, onCluster]) worker.close();
    if (!keep) opened.remove();
    stopCluster();
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.exit(await main());
