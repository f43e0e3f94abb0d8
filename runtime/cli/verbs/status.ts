import { type DeployedSwarm, openRuns, viewRun } from "../../collect/deployed-swarm.js";
import { asFailure, type Failure } from "../../results/failure.js";
import { resultInPlace } from "../../results/job-state.js";
import { makeReport } from "../../results/report.js";
import { describeStop } from "../output/deploy.js";
import { EXIT } from "../output/exit-codes.js";
import { sayFailures } from "../output/failures.js";
import { sayNote } from "../output/notes.js";
import { sayStale } from "../output/results.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb } from "./verb.js";

/** Puts together what was collected and what the journals of open runs say. */
async function lookAt(deployed: DeployedSwarm) {
  const views: Awaited<ReturnType<typeof viewRun>>[] = [];
  for (const run of openRuns(deployed)) views.push(await viewRun(deployed, run));
  const { placed } = deployed.results;
  const newest = `${deployed.target}/${deployed.runs.at(-1)?.number}`;
  const failures: Failure[] = [];
  // `waiting`: jobs that have ended, and whose results have not been collected
  let [total, done, failed, running, cached, waiting] = [0, 0, 0, 0, 0, 0];
  for (const job of deployed.jobs()) {
    total += 1;
    const result = resultInPlace(job, deployed.description, placed);
    const view = views.find(
      ({ run, active, ended, state }) =>
        run.digest === deployed.description.digest &&
        (ended.has(job.number) || (active && state.isRunning(job.number))),
    );
    const ended = view?.ended.get(job.number);
    if (view && !ended) running += 1;
    else if (ended && result === undefined) {
      waiting += 1;
      if (ended.event === "done") done += 1;
      else failed += 1;
    } else if (result?.status === "done") {
      done += 1;
      if (result.run !== newest) cached += 1;
    } else if (result) {
      failed += 1;
      failures.push(asFailure(job, result, deployed.description));
    }
  }
  const managers = views.some(({ active }) => active) ? "running" : "gone";
  const why = managers === "gone" && done + failed < total ? views.at(-1)?.state.departure : undefined;
  const stop = why && why.reason !== "finished" ? describeStop(why) : "";
  const explanation = [...views.map((view) => view.explanation), stop].filter((text) => text !== "").join("; ");
  const totals = { total, done, failed };
  const report = makeReport(deployed.target, totals, { running, cached }, failures, placed.stalePaths());
  const passedOver = views.flatMap(({ state }) => state.passedOver);
  return { report, failures, waiting, managers, explanation, passedOver };
}

export const status: Verb<object> = (context) =>
  useDeployed(context, "look", async (deployed) => {
    const { terminal } = context;
    const { report, failures, waiting, managers, explanation, passedOver } = await lookAt(deployed);
    if (context.json) terminal.printDocument({ ...report, managers, words: explanation });
    else {
      const { jobs } = report;
      sayFailures(terminal, deployed.workspace, failures);
      terminal.say(
        `${deployed.description.swarm} on ${deployed.target}: ${terminal.colors.bold(`${jobs.done}/${jobs.total} done`)}, ${jobs.running} running, ${jobs.failed} failed, ${jobs.pending} pending`,
      );
      sayStale(terminal, deployed.workspace, report.stale);
      for (const line of passedOver) sayNote(terminal, line);
      if (explanation !== "") terminal.say(explanation);
      if (managers === "running") terminal.say("it is at work; locusts deploy follows it, locusts cancel stops it");
      else if (waiting > 0) terminal.say(`${waiting} have ended and are still to be collected: locusts gather`);
      else if (jobs.pending > 0) terminal.say("no manager is at work; locusts deploy goes on");
    }
    return report.jobs.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
  });
