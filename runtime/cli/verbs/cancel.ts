import { bringHome } from "../../bring-home.js";
import { openRuns } from "../../deployed.js";
import { REPORT_VERSION } from "../../report.js";
import { EXIT } from "../exit-codes.js";
import { useDeployed } from "../use-deployed.js";
import type { Verb } from "../verb.js";

/** `locusts cancel`: ends what runs, and brings home what is finished. */
export const cancel: Verb<object> = (context) =>
  useDeployed(context, "change", async (deployed) => {
    let running = 0;
    for (const run of openRuns(deployed)) if ((await deployed.engine.state(run)).going) running += 1;
    const home = await bringHome(deployed, { stop: true, keepLogs: false });
    if (context.json) {
      context.terminal.print(
        JSON.stringify({
          version: REPORT_VERSION,
          target: deployed.target,
          stopped: running,
          jobs: home.standing,
        }),
      );
    } else {
      context.terminal.say(running > 0 ? "stopped" : "nothing was running");
      context.terminal.say(`${home.standing.done}/${home.standing.total} done; locusts deploy goes on from here`);
    }
    return EXIT.fine;
  });
