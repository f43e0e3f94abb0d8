import { countOf, formatNumber } from "../../../compiler/format/amounts.js";
import { collect } from "../../collect/collect.js";
import { definitionSince } from "../../collect/definition-since.js";
import { asFailedSwarm, type DeployedSwarm } from "../../collect/deployed-swarm.js";
import { lookAt } from "../../collect/look-at.js";
import { previewTrees } from "../../collect/preview.js";
import { clusterSwarm } from "../../results/failures/cluster-swarm.js";
import { makeReport } from "../../results/report.js";
import { AtWork } from "../../workspace/deploy-lock.js";
import { sayCollected } from "../output/collected.js";
import { describeCollectedTree, describeTrees, sayTreePreview } from "../output/collected-tree.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { describeClusters } from "../output/failures.js";
import { tellFailuresOf } from "./report.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb, VerbContext } from "./verb.js";

export interface GatherOptions {
  readonly keepLogs?: boolean;
  readonly dryRun?: boolean;
}

/** What `gather` would do with the trees that jobs have run in. */
async function preview({ terminal, json }: VerbContext, deployed: DeployedSwarm): Promise<ExitCode> {
  const { trees, unfinished } = await previewTrees(deployed);
  if (json) {
    terminal.printDocument("gather", { target: deployed.target, trees: trees.map(describeCollectedTree), unfinished });
    return EXIT.fine;
  }
  for (const tree of trees) sayTreePreview(terminal.report, deployed.workspace, tree);
  if (unfinished > 0)
    terminal.report.say("a tree is collected when all its jobs have ended: locusts deploy goes on with them");
  else if (trees.length === 0) terminal.report.say("no tree waits to be collected");
  return EXIT.fine;
}

/** A deploy that follows the run collects it by itself: where that stands is all that there is to do. */
function tellInstead(context: VerbContext, { message }: AtWork): Promise<ExitCode> {
  return useDeployed(context, "look", async (deployed) => {
    const { terminal } = context;
    const { report, clusters } = await lookAt(deployed);
    if (context.json) {
      const trees = describeTrees(deployed.description, []);
      terminal.printDocument("gather", { ...report, clusters: describeClusters(clusters()), ...trees });
    } else {
      const { done, total, failed } = report.jobs;
      terminal.say(`${message}; a deploy collects by itself`);
      terminal.report.say(`0 jobs collected; ${formatNumber(done)}/${formatNumber(total)} done, ${failed} failed`);
    }
    return report.jobs.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
  });
}

export const gather: Verb<GatherOptions> = async (context, options) => {
  try {
    return await gatherAlone(context, options);
  } catch (error) {
    if (error instanceof AtWork && error.otherTarget === undefined) return tellInstead(context, error);
    throw error;
  }
};

const gatherAlone: Verb<GatherOptions> = (context, options) =>
  useDeployed(context, options.dryRun === true ? "look" : "change", async (deployed) => {
    if (options.dryRun === true) return preview(context, deployed);
    const collected = await collect(deployed, {
      stop: false,
      keepLogs: options.keepLogs === true,
      report: tellFailuresOf(deployed),
    });
    const { totals } = collected;
    const { report } = context.terminal;
    if (context.json) {
      sayCollected(context.terminal, deployed.workspace, collected);
      const document = makeReport(
        deployed.target,
        totals,
        { running: 0, cached: collected.doneBefore },
        collected.failures,
        deployed.results.placed.stalePaths(),
      );
      const trees = describeTrees(deployed.description, collected.trees);
      const clusters = describeClusters(clusterSwarm(asFailedSwarm(deployed), collected.failures));
      context.terminal.printDocument("gather", { ...document, clusters, ...trees });
    } else {
      report.say(
        `${countOf(collected.finished, "job")} collected; ${formatNumber(totals.done)}/${formatNumber(totals.total)} done, ${formatNumber(totals.failed)} failed`,
      );
      sayCollected(context.terminal, deployed.workspace, collected);
      const isSame = definitionSince(deployed) === "same";
      if (collected.finished > 0 && !isSame)
        report.say("these are results of the definition as it was deployed: it was edited since");
      if (collected.waiting > 0)
        report.say("its tree is collected when all jobs have ended: locusts deploy goes on with them");
      if (collected.active > 0)
        report.say(`the swarm still runs: gather again later${isSame ? ", or follow it with locusts deploy" : ""}`);
    }
    return totals.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
  });
