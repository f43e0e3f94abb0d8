import { bringHome } from "../../bring-home.js";
import { failedJobs } from "../../deploy.js";
import { makeReport } from "../../report.js";
import { EXIT } from "../exit-codes.js";
import { useDeployed } from "../use-deployed.js";
import type { Verb } from "../verb.js";
import { countOf } from "../words.js";

export interface GatherOptions {
  readonly keepLogs?: boolean;
}

/** `locusts gather`: brings home what is finished. */
export const gather: Verb<GatherOptions> = (context, options) =>
  useDeployed(context, async (deployed) => {
    const home = await bringHome(deployed, { stop: false, keepLogs: options.keepLogs === true });
    const { standing } = home;
    if (context.json) {
      const failures = failedJobs(deployed.jobs(), deployed.ledger);
      context.terminal.print(
        JSON.stringify(
          makeReport(deployed.target, standing, { running: 0, cached: standing.done - home.finished }, failures),
        ),
      );
    } else {
      context.terminal.say(
        `${countOf(home.finished, "job")} brought home; ${standing.done}/${standing.total} done, ${standing.failed} failed`,
      );
      if (home.goingOn > 0)
        context.terminal.say("the swarm still runs: gather again later, or follow it with locusts deploy");
    }
    return standing.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
  });
