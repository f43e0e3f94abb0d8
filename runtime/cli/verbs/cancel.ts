import { collect } from "../../collect/collect.js";
import { REPORT_VERSION } from "../../results/report.js";
import { EXIT } from "../output/exit-codes.js";
import { sayLost } from "../output/results.js";
import type { Terminal } from "../output/terminal.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb } from "./verb.js";

/** Does something that Ctrl-C does not end halfway: the first one is answered, the second one hurries it. */
async function withoutInterrupt<T>(terminal: Terminal, action: (hurry: AbortSignal) => Promise<T>): Promise<T> {
  const hurry = new AbortController();
  let asked = 0;
  const interrupt = () => {
    asked += 1;
    if (asked === 1) terminal.say("they are told to end, and have not all left yet (Ctrl-C again does not wait)");
    else if (asked === 2) hurry.abort();
    else process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", interrupt);
  try {
    return await action(hurry.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** `locusts cancel`: ends what runs, and collects what is finished. */
export const cancel: Verb<object> = (context) =>
  useDeployed(context, "change", async (deployed) => {
    const { terminal } = context;
    const home = await withoutInterrupt(terminal, (hurry) => collect(deployed, { stop: true, hurry, keepLogs: false }));
    for (const run of home.lost) sayLost(terminal, run);
    if (context.json) {
      terminal.print(
        JSON.stringify({
          version: REPORT_VERSION,
          target: deployed.target,
          stopped: home.stopped,
          jobs: home.totals,
        }),
      );
    } else {
      terminal.say(home.stopped > 0 ? "stopped" : "nothing was running");
      terminal.say(`${home.totals.done}/${home.totals.total} done; locusts deploy goes on from here`);
    }
    return EXIT.fine;
  });
