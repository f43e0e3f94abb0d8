import { countOf, formatNumber } from "../../../compiler/format/amounts.js";
import { definitionSince } from "../../collect/definition-since.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import { lookAt, type Standing } from "../../collect/look-at.js";
import { watchRun } from "../../collect/watch-run.js";
import { CommandLines } from "../output/command-lines.js";
import { describeStop } from "../output/deploy.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { describeClusters, sayFailures } from "../output/failures.js";
import { sayNote } from "../output/notes.js";
import { showProgress } from "../output/progress.js";
import { sayEdited, sayStale } from "../output/results.js";
import { describeRunning, sayRunning } from "../output/running.js";
import type { Voice } from "../output/terminal.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb, VerbContext } from "./verb.js";

/** What the target says of its managers, and why they have left. */
function wordsOf({ explanations, stop }: Standing): string {
  return [...explanations, ...(stop ? [describeStop(stop)] : [])].join("; ");
}

/** What is to be done while a run goes on: a deploy follows none of another version of the definition. */
function wordsAtWork(deployed: DeployedSwarm): string {
  const waitOrStop = "wait for it, or stop it (locusts cancel)";
  switch (definitionSince(deployed)) {
    case "other":
      return `it is at work on an earlier version of this definition: ${waitOrStop}`;
    case "edited":
      return `it is at work, and the definition was edited since: if that changes no job, locusts deploy goes on with it; else ${waitOrStop}`;
    default:
      return "it is at work; locusts deploy follows it, locusts cancel stops it";
  }
}

/** Tells people where a swarm stands. */
function sayStanding(voice: Voice, deployed: DeployedSwarm, standing: Standing): void {
  const { workspace, description } = deployed;
  const { report, clusters, running, waiting, edited, isActive, isLeaving } = standing;
  const { jobs } = report;
  sayFailures(voice, clusters(), new CommandLines(deployed));
  sayRunning(voice, running, description);
  const counts = (["running", "failed", "pending"] as const).map((state) => `${formatNumber(jobs[state])} ${state}`);
  const done = `${formatNumber(jobs.done)}/${formatNumber(jobs.total)} done`;
  voice.say(`${description.swarm} on ${description.target}: ${voice.colors.bold(done)}, ${counts.join(", ")}`);
  sayStale(voice, workspace, report.stale);
  sayEdited(voice, workspace, edited);
  const words = wordsOf(standing);
  if (words !== "") voice.say(words);
  if (isLeaving) voice.say("it was cancelled, and has not ended yet; locusts cancel tries that again");
  else if (isActive) voice.say(wordsAtWork(deployed));
  else if (waiting > 0) {
    const [have, are] = waiting === 1 ? ["has", "is"] : ["have", "are"];
    const rest = deployed.mine
      ? `${have} ended and ${are} still to be collected: locusts gather`
      : `of these ${have} not been collected here: another checkout has taken them over; locusts gather collects what it has left`;
    voice.say(`${countOf(waiting, "job")} ${rest}`);
  } else if (jobs.pending > 0 && !words.includes("locusts deploy")) {
    voice.say("no manager is at work; locusts deploy goes on");
  }
}

/** Shows how far the run is that goes on, until it does no more. */
async function watch(context: VerbContext): Promise<void> {
  await useDeployed(context, "look", async (deployed) => {
    const show = showProgress(context.terminal);
    await watchRun(deployed, (progress) => {
      // What deploy collects then is its own affair.
      if (progress.ended < progress.jobs) show(progress);
    });
    context.terminal.status("");
  });
}

export const status: Verb<{ readonly watch?: boolean }> = async (context, options) => {
  if (options.watch === true) await watch(context);
  return tell(context);
};

const tell = (context: VerbContext): Promise<ExitCode> =>
  useDeployed(context, "look", async (deployed) => {
    const { terminal } = context;
    const standing = await lookAt(deployed);
    const { report, running, waiting, edited, isActive } = standing;
    if (context.json) {
      const managers = isActive ? "running" : "gone";
      const jobs = describeRunning(running, deployed.description);
      const clusters = describeClusters(standing.clusters());
      terminal.printDocument("status", {
        ...report,
        clusters,
        running: jobs,
        uncollected: waiting,
        edited,
        managers,
        words: wordsOf(standing),
      });
    } else {
      for (const line of standing.notes()) sayNote(terminal, line);
      sayStanding(terminal.report, deployed, standing);
    }
    return report.jobs.failed > 0 ? EXIT.jobsFailed : EXIT.fine;
  });
