import { relative } from "node:path";
import { bringHome } from "../../bring-home.js";
import { openRuns } from "../../deployed.js";
import { REPORT_VERSION } from "../../report.js";
import { RuntimeProblem } from "../../workspace.js";
import { EXIT } from "../exit-codes.js";
import { useDeployed } from "../use-deployed.js";
import type { Verb } from "../verb.js";

/** `locusts clean`: removes working folders, run lists and staged inputs; never results, nor what is known of them. */
export const clean: Verb<object> = (context) =>
  useDeployed(context, async (deployed) => {
    const { files } = deployed;
    if (!deployed.mine) {
      throw new RuntimeProblem(
        `what lies in ${files.there} belongs to another checkout`,
        "clean it from there, or take it over first: locusts deploy --take-over",
      );
    }
    for (const run of openRuns(deployed)) {
      if ((await deployed.engine.state(run)).going) {
        throw new RuntimeProblem("the swarm still runs", "wait for it, or stop it first: locusts cancel");
      }
    }
    if (openRuns(deployed).length > 0) await bringHome(deployed, { stop: true, keepLogs: false, abandon: true });
    await files.clean();
    const place = deployed.description.access ? files.there : relative(process.cwd(), files.there) || ".";
    if (context.json)
      context.terminal.print(
        JSON.stringify({ version: REPORT_VERSION, target: deployed.target, removed: files.there }),
      );
    else context.terminal.say(`removed the working folders in ${place}; the results stay`);
    return EXIT.fine;
  });
