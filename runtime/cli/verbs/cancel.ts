import { collect } from "../../collect/collect.js";
import { EXIT } from "../output/exit-codes.js";
import { sayNote } from "../output/notes.js";
import { sayLost } from "../output/results.js";
import { onInterrupts } from "./interrupts.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb } from "./verb.js";

/** `locusts cancel`: ends what runs, and collects what is finished. Ctrl-C does not end it halfway, but hurries it. */
export const cancel: Verb<object> = (context) =>
  useDeployed(context, "change", async (deployed) => {
    const { terminal } = context;
    const hurry = new AbortController();
    const forget = onInterrupts([
      () => terminal.say("they are told to end, and have not all left yet (Ctrl-C again does not wait)"),
      () => hurry.abort(),
    ]);
    const collected = await collect(deployed, { stop: true, hurry: hurry.signal, keepLogs: false }).finally(forget);
    for (const run of collected.lost) sayLost(terminal, run);
    for (const line of collected.passedOver) sayNote(terminal, line);
    if (context.json)
      terminal.printDocument({ target: deployed.target, stopped: collected.stopped, jobs: collected.totals });
    else {
      terminal.say(collected.stopped > 0 ? "stopped" : "nothing was running");
      terminal.say(`${collected.totals.done}/${collected.totals.total} done; locusts deploy goes on from here`);
    }
    return EXIT.fine;
  });
