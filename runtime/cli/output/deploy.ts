import { relative } from "node:path";
import { countOf, formatBytes, formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import type { DeployEnd, DeployObserver, DeployResult, Progress, SelectionFacts } from "../../deploy/types.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayCollectedTree } from "./collected-tree.js";
import { sayFailures } from "./failures.js";
import { sayNote, sayReconnecting } from "./notes.js";
import { sayLost, sayPutRight, sayUntidied } from "./results.js";
import type { Terminal } from "./terminal.js";

/** Without a terminal a line says how far it is this often, in milliseconds. */
const PLAIN_INTERVAL = 10_000;
/** On a terminal the line is rewritten at most this often. */
const LIVE_INTERVAL = 100;
/** Jobs that are done, and of which something is said. */
const MOST_REMARKS = 5;

function progressLine(terminal: Terminal, progress: Progress, seconds: number): string {
  const { colors } = terminal;
  const ended = progress.done + progress.failed;
  const rate = seconds > 0 ? ended / seconds : 0;
  const left = rate > 0 && ended > 1 ? `, ${formatSeconds((progress.jobs - ended) / rate)} left` : "";
  const failed = progress.failed > 0 ? `, ${colors.red(`${progress.failed} failed`)}` : "";
  const speed =
    rate >= 10 ? `${Math.round(rate)}/s` : rate >= 1 ? `${rate.toFixed(1)}/s` : `${(rate * 60).toFixed(1)}/min`;
  const message = progress.explanation === "" ? "" : `; ${progress.explanation}`;
  return `${ended}/${progress.jobs} ended, ${progress.running} running${failed}, ${speed}${left}${message}`;
}

function bar(terminal: Terminal, progress: Progress): string {
  const width = Math.max(10, Math.min(30, terminal.width - 60));
  const filled = Math.floor((width * (progress.done + progress.failed)) / Math.max(1, progress.jobs));
  return `${terminal.colors.green("━".repeat(filled))}${terminal.colors.dim("━".repeat(width - filled))}`;
}

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
  let began = Date.now();
  let shown = 0;
  let remarks = 0;
  return {
    selected: (facts) => terminal.say(describeSelection(facts)),
    staging: (staged, jobs) => terminal.status(`staging ${staged}/${jobs}`),
    sending: (bytes, of) => terminal.status(`sending ${formatBytes(bytes)} of ${formatBytes(of)}`),
    waiting: terminal.say,
    reconnecting: (message, pause) => sayReconnecting(terminal, message, pause),
    noted: (message) => sayNote(terminal, message),
    launched() {
      began = Date.now();
    },
    rejoined(run) {
      terminal.say(`run ${run.number} of an earlier deploy still goes on: following it`);
      began = Date.now();
    },
    restarted(run, message) {
      terminal.say(`the manager of run ${run.number} was killed${message ? ` (${message})` : ""}: starting it again`);
    },
    copyRestored(_run, message) {
      terminal.say(`${terminal.colors.yellow("an input that jobs share was changed:")} ${message}`);
      terminal.say(
        "  it is made anew, and from here on one job runs at a time; give such an input to jobs by copied()",
      );
    },
    treeCollected() {}, // it is said when all is over
    untidied: (_run, message) => sayUntidied(terminal, message),
    lost: ({ number }) => sayLost(terminal, number),
    remarked(job, message) {
      remarks += 1;
      if (remarks > MOST_REMARKS) return;
      sayNote(terminal, `the job ${job} is done, but ${message}`);
      if (remarks === MOST_REMARKS) terminal.say("  if there are more such jobs, results/jobs.tsv names them all");
    },
    putRight: (done) => sayPutRight(terminal, workspace, done),
    badNode: (message) => terminal.say(`${terminal.colors.yellow("a node takes no more work:")} ${message}`),
    progress(progress) {
      const now = Date.now();
      if (now - shown < (terminal.live ? LIVE_INTERVAL : PLAIN_INTERVAL)) return;
      if (shown === 0 && !terminal.live) {
        shown = now; // the first plain line comes after an interval, not at once
        return;
      }
      shown = now;
      const line = progressLine(terminal, progress, (now - began) / 1000);
      if (terminal.live) terminal.status(`${bar(terminal, progress)} ${line}`);
      else terminal.say(line);
    },
  };
}

export function summarizeDeploy(terminal: Terminal, workspace: Workspace, result: DeployResult): void {
  const { colors } = terminal;
  const { jobs } = result.report;
  terminal.status("");
  sayFailures(terminal, workspace, result.failures);
  sayEnd(terminal, result.end);
  for (const tree of result.trees) sayCollectedTree(terminal, workspace, tree);
  const cached = jobs.cached > 0 ? ` (${jobs.cached} of them before)` : "";
  const failed = jobs.failed > 0 ? `, ${colors.red(`${jobs.failed} failed`)}` : "";
  const pending = jobs.pending > 0 ? `, ${jobs.pending} pending` : "";
  const place = relative(process.cwd(), workspace.results) || ".";
  terminal.say(`${colors.bold(`${jobs.done}/${jobs.total} done`)}${cached}${failed}${pending}: ${place}`);
  if (jobs.failed > 0) terminal.say("  locusts logs --job NAME shows a job's output; locusts deploy runs them again");
}

function sayEnd(terminal: Terminal, end: DeployEnd): void {
  if (end.how === "interrupted") terminal.say("stopped; locusts deploy goes on from here");
  if (end.how === "left")
    terminal.say(
      `run ${end.run} goes on; locusts deploy follows it, locusts status looks at it, locusts cancel stops it`,
    );
  if (end.how === "stopped") terminal.say(`${terminal.colors.red("stopped:")} ${describeStop(end)}`);
}

/** Why managers have stopped before all was done, in words. */
export function describeStop(end: { readonly reason: string; readonly detail: string }): string {
  const explanations: Readonly<Record<string, string>> = {
    "disk-full": "the disk is full: make room, then locusts deploy goes on from here",
    "too-many-failures": `too many failures (${end.detail}): fix them, then locusts deploy goes on from here`,
    walltime: `the time of all pilots is used up${end.detail ? ` (${end.detail})` : ""}; locusts deploy goes on from here`,
    "bad-node": `no node is left on which anything works (${end.detail})`,
    lost: `the folder of the run has gone away under the pilots (${end.detail}): fix that, then locusts deploy goes on from here`,
    "broken-chain": `the pilots' time has ended and their successors could not be submitted (${end.detail}); locusts deploy goes on from here`,
    spoilt: `an input that jobs share was changed again and again (${end.detail}): give it to jobs by copied()`,
    error: end.detail,
    signal: "somebody stopped the manager; locusts deploy goes on from here",
    killed: `the manager was killed again and again${end.detail ? `; its last words: ${end.detail}` : ""}`,
  };
  return explanations[end.reason] ?? `${end.reason} ${end.detail}`;
}
