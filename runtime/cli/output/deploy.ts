import { relative } from "node:path";
import { countOf, formatBytes, formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import type { DeployEnd, DeployObserver, DeployResult, Progress, SelectionFacts } from "../../deploy/types.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayCollectedTree } from "./collected-tree.js";
import type { CommandLines } from "./command-lines.js";
import { sayFailures } from "./failures.js";
import { sayNote, sayReconnecting } from "./notes.js";
import { sayLost, sayPutRight, sayUntidied } from "./results.js";
import type { Terminal, Voice } from "./terminal.js";
import { describeUsage } from "./usage.js";

/** Without a terminal a line says how far it is this often, in milliseconds. */
const PLAIN_INTERVAL = 10_000;
/** On a terminal the line is rewritten at most this often. */
const LIVE_INTERVAL = 100;
/** Jobs that are done, and of which something is said. */
const MOST_REMARKS = 5;

/** Least and most room for the bar, in columns. */
const BAR = { least: 10, most: 30 };
/** A message of which no more could be shown is left out. */
const SHORTEST_MESSAGE = 16;

function speedOf(rate: number): string {
  if (rate >= 10) return `${Math.round(rate)}/s`;
  return rate >= 1 ? `${rate.toFixed(1)}/s` : `${(rate * 60).toFixed(1)}/min`;
}

/**
 * How far a run is, in one line that fits: what matters least is left out first.
 *
 * @param width columns; undefined: there is room for all
 */
export function progressLine(colors: Terminal["colors"], progress: Progress, seconds: number, width?: number): string {
  const { jobs, ended, running, failed, explanation } = progress;
  const collected = progress.done + failed;
  if (ended === jobs && jobs > 0) {
    const count = `${formatNumber(collected)}/${formatNumber(jobs)}`;
    return `collecting ${count}${failed > 0 ? `, ${colors.red(`${formatNumber(failed)} failed`)}` : ""}`;
  }
  const rate = seconds > 0 ? ended / seconds : 0;
  let room = width === undefined ? Number.POSITIVE_INFINITY : width - 1;
  let line = "";
  const add = (text: string, shown = text) => {
    if (text.length > room) return;
    room -= text.length;
    line += shown;
  };
  const speed = `, ${speedOf(rate)}`;
  const left = rate > 0 && ended > 1 ? `, ${formatSeconds((jobs - ended) / rate)} left` : "";
  const failures = failed > 0 ? `, ${formatNumber(failed)} failed` : "";
  add(`${formatNumber(ended)}/${formatNumber(jobs)} ended, ${formatNumber(running)} running`);
  add(failures, failures && `, ${colors.red(failures.slice(2))}`);
  const isRoomy = room >= speed.length + left.length;
  if (isRoomy) add(speed);
  add(left);
  if (explanation !== "" && room >= Math.min(SHORTEST_MESSAGE, explanation.length + 2)) {
    const message = `; ${explanation}`;
    add(message.length <= room ? message : `${message.slice(0, room - 1)}…`);
  }
  if (width === undefined || room < BAR.least + 1) return line;
  return `${bar(colors, ended / Math.max(1, jobs), Math.min(BAR.most, room - 1))} ${line}`;
}

function bar(colors: Terminal["colors"], part: number, width: number): string {
  const filled = Math.floor(width * part);
  return `${colors.green("━".repeat(filled))}${colors.dim("━".repeat(width - filled))}`;
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
    untidied: (message) => sayUntidied(terminal, message),
    lost: (run) => sayLost(terminal, run),
    remarked(job, message) {
      remarks += 1;
      if (remarks > MOST_REMARKS) return;
      sayNote(terminal, `the job ${job} is done, but ${message}`);
      if (remarks === MOST_REMARKS) terminal.say("  if there are more such jobs, results/jobs.tsv names them all");
    },
    putRight: (done) => sayPutRight(terminal, workspace, done),
    progress(progress) {
      const now = Date.now();
      if (now - shown < (terminal.live ? LIVE_INTERVAL : PLAIN_INTERVAL)) return;
      if (shown === 0 && !terminal.live) {
        shown = now; // the first plain line comes after an interval, not at once
        return;
      }
      shown = now;
      const { colors, live, width } = terminal;
      const line = progressLine(colors, progress, (now - began) / 1000, live ? width : undefined);
      if (live) terminal.status(line);
      else terminal.say(line);
    },
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
  if (!isAsked) sayEnd(report, result.end);
  for (const tree of result.trees) sayCollectedTree(report, workspace, tree);
  const cached = jobs.cached > 0 ? ` (${formatNumber(jobs.cached)} of them before)` : "";
  const failed = jobs.failed > 0 ? `, ${colors.red(`${formatNumber(jobs.failed)} failed`)}` : "";
  const pending = jobs.pending > 0 ? `, ${formatNumber(jobs.pending)} pending` : "";
  const place = relative(process.cwd(), workspace.results) || ".";
  const done = `${formatNumber(jobs.done)}/${formatNumber(jobs.total)} done`;
  for (const sentence of describeUsage(commands.description.needs, result.used)) report.say(sentence);
  report.say(`${colors.bold(done)}${cached}${failed}${pending}: ${place}`);
  if (jobs.failed > 0) report.say("  locusts logs --job NAME shows a job's output; locusts deploy runs them again");
}

function sayEnd(terminal: Voice, end: DeployEnd): void {
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
