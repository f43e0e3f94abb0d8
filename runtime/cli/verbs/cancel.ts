import { formatNumber } from "../../../compiler/format/amounts.js";
import { collect } from "../../collect/collect.js";
import { sayCollected } from "../output/collected.js";
import { describeTrees } from "../output/collected-tree.js";
import { EXIT } from "../output/exit-codes.js";
import { onInterrupts } from "./interrupts.js";
import { tellFailuresOf } from "./report.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb } from "./verb.js";

/**
 * `locusts cancel`: ends what runs, and collects what is finished. A deploy that follows it in another terminal is asked
 * to leave first. Ctrl-C does not end it halfway, but hurries it.
 */
export const cancel: Verb<object> = (context) => {
  const { terminal } = context;
  let isAsked = false;
  const asked = ({ message }: Error) => {
    isAsked = true;
    terminal.say(`${message}; it is asked to stop`);
  };
  return useDeployed(
    context,
    "change",
    async (deployed) => {
      const hurry = new AbortController();
      const forget = onInterrupts([
        () => terminal.say("they are told to end, and have not all left yet (Ctrl-C again does not wait)"),
        () => hurry.abort(),
      ]);
      const report = tellFailuresOf(deployed);
      const options = { stop: true, hurry: hurry.signal, keepLogs: false, report };
      const collected = await collect(deployed, options).finally(forget);
      const stopped = isAsked ? Math.max(1, collected.stopped) : collected.stopped;
      sayCollected(terminal, deployed.workspace, collected);
      const trees = describeTrees(deployed.description, collected.trees);
      const document = { target: deployed.target, stopped, jobs: collected.totals, ...trees };
      if (context.json) terminal.printDocument("cancel", document);
      else {
        const { report } = terminal;
        const { done, failed, total } = collected.totals;
        const failures = failed > 0 ? `, ${formatNumber(failed)} failed` : "";
        report.say(stopped > 0 ? "stopped" : "nothing was running");
        // What was to be redone is done by an earlier run: no deploy goes on with that.
        const next = done < total || collected.notRedone.count === 0 ? "; locusts deploy goes on from here" : "";
        report.say(`${formatNumber(done)}/${formatNumber(total)} done${failures}${next}`);
      }
      return EXIT.fine;
    },
    { asked },
  );
};
