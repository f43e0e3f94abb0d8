import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { reportSource } from "../../collect/collect.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import { lookAt } from "../../collect/look-at.js";
import { asRunningTry, writeReport } from "../../collect/write-tables.js";
import type { TellFailures } from "../../report/make-report-data.js";
import { reportPath } from "../../report/write-report.js";
import { passOverLost } from "../../results/job-state.js";
import { RuntimeProblem } from "../../system/problem.js";
import { AtWork } from "../../workspace/deploy-lock.js";
import { openWorkspace } from "../../workspace/workspace.js";
import { CommandLines } from "../output/command-lines.js";
import { EXIT } from "../output/exit-codes.js";
import { tellFailures } from "../output/failures.js";
import { fromHere } from "../output/where.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb } from "./verb.js";

export function tellFailuresOf(deployed: DeployedSwarm): TellFailures {
  return tellFailures(new CommandLines(deployed));
}

/** Who is at work writes the page, or leaves it out; there is none so far. */
function noPageYet({ message }: AtWork): RuntimeProblem {
  return new RuntimeProblem(
    `${message}, and there is no report yet`,
    "a deploy writes one a few seconds after its start, unless it was told --no-report; run this again at its end",
  );
}

/** `locusts report`: writes the page of what was collected, and of what runs. */
export const report: Verb<{ readonly open?: boolean }> = async (context, options) => {
  const { terminal } = context;
  const path = reportPath(openWorkspace(context.place));
  try {
    await useDeployed(context, "change", async (deployed) => {
      const { running } = await lookAt(deployed);
      const tries = running.map(({ job, run, started }) => {
        return asRunningTry(job, `${deployed.target}/${run.number}`, started);
      });
      passOverLost(deployed.jobs(), deployed.description, deployed.results.placed);
      const [note] = await writeReport(deployed.workspace, reportSource(deployed, tellFailuresOf(deployed)), tries);
      if (note !== undefined) throw new RuntimeProblem(note);
    });
  } catch (error) {
    if (!(error instanceof AtWork)) throw error;
    if (!existsSync(path)) throw noPageYet(error);
    terminal.say(`${error.message}; a deploy writes its report by itself, unless it was told --no-report`);
  }
  if (context.json) terminal.printDocument("report", { report: path });
  else terminal.print(fromHere(path));
  if (options.open === true) await openInBrowser(path);
  return EXIT.fine;
};

/** Has the desktop show a file. @throws RuntimeProblem if there is none */
async function openInBrowser(path: string): Promise<void> {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(opener, [path], { detached: true, stdio: "ignore" });
  try {
    await once(child, "spawn");
  } catch {
    throw new RuntimeProblem(`${opener} is not here to show ${path}`, "open that file in a browser by hand");
  }
  child.unref();
}
