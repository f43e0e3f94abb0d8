import { countOf, formatBytes, formatNumber } from "../../../compiler/format/amounts.js";
import { ownValue } from "../../../compiler/format/own-value.js";
import type { DeployObserver, DeployResult, SelectionFacts } from "../../deploy/types.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayCollectedTree } from "./collected-tree.js";
import type { CommandLines } from "./command-lines.js";
import { sayFailures } from "./failures.js";
import { sayNote, sayReconnecting } from "./notes.js";
import { showProgress } from "./progress.js";
import { sayLost, sayPutRight, sayUntidied } from "./results.js";
import type { Terminal, Voice } from "./terminal.js";
import { describeCost, describeUsage } from "./usage.js";
import { fromHere } from "./where.js";

/** Jobs that are done, and of which something is said. */
const MOST_REMARKS = 5;

/** How many jobs are to run, and why. */
export function describeSelection({ total, wanted, cached, left, reasons }: SelectionFacts): string {
  const why = [...reasons].map(([reason, count]) => `${formatNumber(count)} ${reason}`).join(", ");
  const done = cached > 0 ? `, ${formatNumber(cached)} done before` : "";
  const rest = left > 0 ? `; ${formatNumber(left)} more are left for another deploy` : "";
  const run = wanted === 0 ? "nothing to run" : `${formatNumber(wanted)} to run (${why})`;
  return `${countOf(total, "job")}${done}: ${run}${rest}`;
}

/** Shows a deploy as it goes on: a live line on a terminal, plain lines elsewhere. */
export function observeDeploy(terminal: Terminal, workspace: Workspace): DeployObserver {
  let remarks = 0;
  return {
    selected: (facts) => terminal.say(describeSelection(facts)),
    staging: (staged, jobs) => terminal.status(`staging ${staged}/${jobs}`),
    sending: (bytes, of) => terminal.status(`sending ${formatBytes(bytes)} of ${formatBytes(of)}`),
    waiting: terminal.say,
    reconnecting: (message, pause) => sayReconnecting(terminal, message, pause),
    noted: (message) => sayNote(terminal, message),
    untidied: (message) => sayUntidied(terminal, message),
    lost: (run) => sayLost(terminal, run),
    remarked(job, message) {
      remarks += 1;
      if (remarks > MOST_REMARKS) return;
      sayNote(terminal, `the job ${job} is done, but ${message}`);
      if (remarks === MOST_REMARKS) terminal.say("  if there are more such jobs, results/jobs.tsv names them all");
    },
    putRight: (done) => sayPutRight(terminal, workspace, done),
    progress: showProgress(terminal),
    tidying: () => terminal.status("tidying up"),
  };
}

/** @param isAsked whether `cancel` has asked for its end: it tells what becomes of what runs */
export function summarizeDeploy(
  terminal: Terminal,
  workspace: Workspace,
  result: DeployResult,
  isAsked: boolean,
  commands: CommandLines,
): void {
  const { report } = terminal;
  const { colors } = report;
  const { jobs } = result.report;
  terminal.status("");
  sayFailures(report, result.clusters, commands);
  if (!isAsked) sayEnd(report, result);
  for (const tree of result.trees) sayCollectedTree(report, workspace, tree);
  const cached = jobs.cached > 0 ? ` (${formatNumber(jobs.cached)} of them before)` : "";
  const failed = jobs.failed > 0 ? `, ${colors.red(`${formatNumber(jobs.failed)} failed`)}` : "";
  const pending = jobs.pending > 0 ? `, ${formatNumber(jobs.pending)} pending` : "";
  const place = fromHere(workspace.results);
  const done = `${formatNumber(jobs.done)}/${formatNumber(jobs.total)} done`;
  const { used, usedBefore } = result;
  const { needs } = commands.swarm.description;
  for (const sentence of describeUsage(needs, used.measured > 0 ? used : usedBefore)) report.say(sentence);
  for (const sentence of describeCost(result.seconds, used, usedBefore)) report.say(sentence);
  report.say(`${colors.bold(done)}${cached}${failed}${pending}: ${place}`);
  if (jobs.failed === 0) return;
  report.say("  locusts logs --job NAME shows a job's output; locusts deploy runs them again");
  report.say("  locusts report --open shows what ran where and when, and what has failed alike");
}

function sayEnd(terminal: Voice, { end, notRedone, report: { jobs } }: DeployResult): void {
  const { sentence } = notRedone;
  // What was to be redone is done by an earlier run: no deploy goes on with that.
  const isLeft = jobs.done < jobs.total || sentence === undefined;
  if (end.how === "interrupted") terminal.say(isLeft ? "stopped; locusts deploy goes on from here" : "stopped");
  if (end.how === "left")
    terminal.say(
      `run ${end.run} goes on; locusts deploy follows it, locusts status looks at it, locusts cancel stops it`,
    );
  if (end.how === "stopped") terminal.say(`${terminal.colors.red("stopped:")} ${describeStop(end)}`);
  if (sentence !== undefined) terminal.say(sentence);
}

/** Why managers have stopped before all was done, in words. */
export function describeStop(end: { readonly reason: string; readonly detail: string }): string {
  const explanations: Readonly<Record<string, string>> = {
    "disk-full": `the disk is full${end.detail ? ` (${end.detail})` : ""}: make room, then locusts deploy goes on from here`,
    "too-many-failures": "too many failures: fix them, then locusts deploy goes on from here",
    walltime: `the time of all pilots is used up${end.detail ? ` (${end.detail})` : ""}; locusts deploy goes on from here`,
    "bad-node": `no node is left on which anything works (${end.detail})`,
    lost: `the folder of the run has gone away under the pilots (${end.detail}): fix that, then locusts deploy goes on from here`,
    "broken-chain": `the pilots' time has ended and their successors could not be submitted (${end.detail}); locusts deploy goes on from here`,
    spoilt: `an input that jobs share was changed again and again (${end.detail}): give it to jobs by copied()`,
    error: end.detail,
    signal: `somebody stopped ${end.detail || "the manager"}; locusts deploy goes on from here`,
    killed: `the manager was killed again and again${end.detail ? `; its last words: ${end.detail}` : ""}`,
  };
  return ownValue(explanations, end.reason) ?? `${end.reason} ${end.detail}`;
}
