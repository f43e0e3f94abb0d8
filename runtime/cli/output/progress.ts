import { formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import { printableName } from "../../../compiler/format/control-characters.js";
import type { Progress } from "../../collect/watch-run.js";
import type { Terminal } from "./terminal.js";

/** Without a terminal a line says how far it is this often, in milliseconds. */
const PLAIN_INTERVAL = 30_000;
/** On a terminal the line is rewritten at most this often. */
const LIVE_INTERVAL = 100;
/** Least and most room for the bar, in columns. */
const BAR = { least: 10, most: 30 };
/** A message of which no more could be shown is left out. */
const SHORTEST_MESSAGE = 16;
/** A job that has run for less than so many seconds is not worth a word. */
const WORTH_A_WORD = 10;
/** So much of its name is shown. */
const LONGEST_NAME = 24;
const SHORT_NAME = 12;

function speedOf(rate: number): string {
  if (rate >= 10) return `${Math.round(rate)}/s`;
  if (rate >= 1) return `${rate.toFixed(1)}/s`;
  return rate * 60 >= 1 ? `${(rate * 60).toFixed(1)}/min` : `${(rate * 3600).toFixed(1)}/h`;
}

/** A time that is not known to the second: `3 min 20 s`, or `3m` where there is little room. */
function roughly(seconds: number, isShort: boolean): string {
  if (isShort) {
    if (seconds < 60) return `${Math.max(1, Math.round(seconds))}s`;
    if (seconds < 3600) return `${Math.round(seconds / 60)}m`;
    return seconds < 86400 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86400)}d`;
  }
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds >= 600 && seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return formatSeconds(seconds < 60 ? seconds : 10 * Math.round(seconds / 10));
}

function nameOf(job: string, most: number): string {
  const name = printableName(job);
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}

/** How a line is put: in words, in few of them, in as few as can be understood. */
const STYLES = [
  { done: " done", running: "running", for: " for ", name: LONGEST_NAME, isShort: false },
  { done: " done", running: "running", for: " for ", name: SHORT_NAME, isShort: true },
  { done: "", running: "run", for: " ", name: SHORT_NAME, isShort: true },
] as const;

/** What is told of a run that goes on. */
function partsOf(progress: Progress, style: (typeof STYLES)[number]) {
  const { jobs, ended, running, failed, rate, secondsLeft, longest, explanation } = progress;
  const { isShort } = style;
  const isLong = longest && longest.seconds >= WORTH_A_WORD;
  return {
    done: `${formatNumber(Math.max(0, ended - failed))}/${formatNumber(jobs)}${style.done}`,
    failed: failed > 0 ? `${formatNumber(failed)} failed` : "",
    running: `${formatNumber(running)} ${style.running}`,
    speed: rate === undefined ? "" : speedOf(rate),
    left: secondsLeft === undefined ? "" : `${roughly(secondsLeft, isShort)} left`,
    explanation,
    longest: isLong ? `${nameOf(longest.job, style.name)}${style.for}${roughly(longest.seconds, isShort)}` : "",
  };
}

/**
 * How far a run is, in one line that fits: in short words where they do not fit, and what matters least is left out first.
 *
 * @param width columns; undefined: there is room for all
 */
export function progressLine(colors: Terminal["colors"], progress: Progress, width?: number): string {
  const { jobs, ended, failed } = progress;
  if (ended === jobs && jobs > 0) {
    const count = `${formatNumber(progress.collected)}/${formatNumber(jobs)}`;
    return `collecting ${count}${failed > 0 ? `, ${colors.red(`${formatNumber(failed)} failed`)}` : ""}`;
  }
  let room = width === undefined ? Number.POSITIVE_INFINITY : width - 1;
  const styles = STYLES.map((style) => partsOf(progress, style));
  const lengthOf = (texts: string[]) => texts.reduce((sum, text) => sum + (text === "" ? 0 : text.length + 2), -2);
  const parts =
    styles.find((each) => lengthOf(Object.values(each)) <= room) ?? (styles.at(-1) as (typeof styles)[number]);
  let line = "";
  const add = (text: string, before: string, color = (words: string) => words) => {
    if (text === "" || before.length + text.length > room) return;
    room -= before.length + text.length;
    line += `${before}${color(text)}`;
  };
  add(parts.done, "");
  add(parts.failed, ", ", colors.red);
  add(parts.running, ", ");
  const isRoomy = room >= parts.speed.length + parts.left.length + 4;
  if (isRoomy) add(parts.speed, ", ");
  add(parts.left, ", ");
  const { explanation } = parts;
  if (explanation !== "" && room >= Math.min(SHORTEST_MESSAGE, explanation.length + 2)) {
    add(explanation.length + 2 <= room ? explanation : `${explanation.slice(0, room - 3)}…`, "; ");
  }
  add(parts.longest, "; ");
  if (width === undefined || parts !== styles[0] || room < BAR.least + 1) return line;
  return `${bar(colors, ended / Math.max(1, jobs), Math.min(BAR.most, room - 1))} ${line}`;
}

function bar(colors: Terminal["colors"], part: number, width: number): string {
  const filled = Math.floor(width * part);
  return `${colors.green("━".repeat(filled))}${colors.dim("━".repeat(width - filled))}`;
}

/** Shows how far a run is, now and then: in a live line on a terminal, in plain lines elsewhere. */
export function showProgress(terminal: Terminal): (progress: Progress) => void {
  let shown = terminal.live ? 0 : Date.now(); // the first plain line comes after an interval, not at once
  return (progress) => {
    const now = Date.now();
    const { colors, live, width } = terminal;
    if (now - shown < (live ? LIVE_INTERVAL : PLAIN_INTERVAL)) return;
    shown = now;
    if (live) terminal.status(progressLine(colors, progress, width));
    else terminal.say(progressLine(colors, progress));
  };
}
