import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { bringHome } from "../../bring-home.js";
import { openDeployed, openRuns } from "../../deployed.js";
import { REPORT_VERSION } from "../../report.js";
import { openWorkspace, RuntimeProblem } from "../../workspace.js";
import { EXIT } from "../exit-codes.js";
import type { Verb } from "../verb.js";

/** `locusts clean`: removes working folders, run lists and staged inputs; never results, nor what is known of them. */
export const clean: Verb<object> = async (context) => {
  const deployed = openDeployed(openWorkspace(context.place), context.target);
  if (openRuns(deployed).some((run) => deployed.engine.state(run) === "running")) {
    throw new RuntimeProblem("the swarm still runs", "wait for it, or stop it first: locusts cancel");
  }
  if (openRuns(deployed).length > 0) await bringHome(deployed, { stop: true, keepLogs: false });
  for (const part of ["runs", "shared"]) rmSync(join(deployed.directory, part), { recursive: true, force: true });
  const place = relative(process.cwd(), deployed.directory) || ".";
  if (context.json)
    context.terminal.print(
      JSON.stringify({ version: REPORT_VERSION, target: deployed.target, removed: deployed.directory }),
    );
  else context.terminal.say(`removed the working folders in ${place}; the results stay`);
  return EXIT.fine;
};
