import { bringHome } from "../../bring-home.js";
import { openDeployed, openRuns } from "../../deployed.js";
import { REPORT_VERSION } from "../../report.js";
import { openWorkspace } from "../../workspace.js";
import { EXIT } from "../exit-codes.js";
import type { Verb } from "../verb.js";

/** `locusts cancel`: ends what runs, and brings home what is finished. */
export const cancel: Verb<object> = async (context) => {
  const deployed = openDeployed(openWorkspace(context.place), context.target);
  const running = openRuns(deployed).filter((run) => deployed.engine.state(run) === "running");
  const home = await bringHome(deployed, { stop: true, keepLogs: false });
  if (context.json) {
    context.terminal.print(
      JSON.stringify({
        version: REPORT_VERSION,
        target: deployed.target,
        stopped: running.length,
        jobs: home.standing,
      }),
    );
  } else {
    context.terminal.say(running.length > 0 ? "stopped" : "nothing was running");
    context.terminal.say(`${home.standing.done}/${home.standing.total} done; locusts deploy goes on from here`);
  }
  return EXIT.fine;
};
