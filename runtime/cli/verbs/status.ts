import { type Deployed, openDeployed, openRuns, viewRun } from "../../deployed.js";
import { makeReport, type SwarmReport } from "../../report.js";
import type { JobResult } from "../../state/ledger.js";
import { openWorkspace } from "../../workspace.js";
import { EXIT } from "../exit-codes.js";
import { sayFailures } from "../output/failures.js";
import type { Verb } from "../verb.js";

interface Status {
  readonly report: SwarmReport;
  readonly failures: readonly JobResult[];
  /** jobs that have ended, and whose results have not come home */
  readonly waiting: number;
  readonly managers: "running" | "gone";
}

/** Puts together what has come home and what the journals of open runs say. */
function lookAt(deployed: Deployed): Status {
  const views = openRuns(deployed).map((run) => ({ run, ...viewRun(run) }));
  const newest = `${deployed.target}/${deployed.runs.at(-1)?.number}`;
  const failures: JobResult[] = [];
  let [total, done, failed, running, cached, waiting] = [0, 0, 0, 0, 0, 0];
  for (const job of deployed.jobs()) {
    total += 1;
    const result = deployed.ledger.get(job.key);
    const view = views.find(
      ({ run, ended, running: now }) =>
        run.digest === deployed.description.digest && (ended.has(job.number) || now.has(job.number)),
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
      failures.push(result);
    }
  }
  const managers = views.some(({ run }) => deployed.engine.state(run) === "running") ? "running" : "gone";
  // What a killed manager has left in its journal runs no more.
  if (managers === "gone") running = 0;
  const report = makeReport(deployed.target, { total, done, failed }, { running, cached }, failures);
  return { report, failures, waiting, managers };
}

/** `locusts status`: where the swarm stands, without changing anything. */
export const status: Verb<object> = async (context) => {
  const { terminal } = context;
  const deployed = openDeployed(openWorkspace(context.place), context.target);
  const { report, failures, waiting, managers } = lookAt(deployed);
  if (context.json) {
    terminal.print(JSON.stringify({ ...report, managers }));
  } else {
    const { jobs } = report;
    sayFailures(terminal, deployed.workspace, failures);
    terminal.say(
      `${deployed.description.swarm} on ${deployed.target}: ${terminal.colors.bold(`${jobs.done}/${jobs.total} done`)}, ${jobs.running} running, ${jobs.failed} failed, ${jobs.pending} pending`,
    );
    if (managers === "running")
      terminal.say("a manager is at work; locusts deploy follows it, locusts cancel stops it");
    else if (waiting > 0) terminal.say(`${waiting} have ended and are still to be brought home: locusts gather`);
    else if (jobs.pending > 0) terminal.say("no manager is at work; locusts deploy goes on");
  }
  return report.jobs.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
};
