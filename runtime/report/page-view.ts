import { countOf, formatBytes, formatNumber, formatSeconds } from "../../compiler/format/amounts.js";
import { viewHistogram } from "./histogram-view.js";
import type { JobColumn, JobTable, Place, ReportData, Timeline } from "./report-data.js";

/** Without JavaScript the page has so many jobs; the others are in jobs.tsv. */
const MOST_STATIC_JOBS = 200;
/** So many places it lists. */
const MOST_PLACES = 100;

function timeOf(milliseconds: number) {
  const machine = new Date(milliseconds).toISOString();
  return { machine, text: `${machine.slice(0, 10)} ${machine.slice(11, 19)} UTC` };
}

function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

/** `99 %` is not all of it, and `1 %` not nothing. */
function percentText(percent: number): string {
  if (percent === 0 || percent === 100) return `${percent} %`;
  return percent < 1 ? "< 1 %" : `${Math.min(99, Math.round(percent))} %`;
}

/** How far it is: parts of a bar, and in words. */
function viewProgress({ counts }: ReportData) {
  const { total, done, failed, running } = counts;
  const pending = Math.max(0, total - done - failed - running);
  const parts = [
    { kind: "done", count: done },
    { kind: "failed", count: failed },
    { kind: "running", count: running },
    { kind: "pending", count: pending },
  ].filter(({ count, kind }) => count > 0 || kind === "done");
  return parts.map(({ kind, count }) => ({
    kind,
    count: formatNumber(count),
    share: percentOf(count, total),
    percent: percentText(percentOf(count, total)),
  }));
}

/** From the first job's start to the last one's end, without the time between runs. */
function wallSeconds(timeline: Timeline): number {
  return timeline.segments.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
}

function viewTiles({ used, timeline, counts, places }: ReportData) {
  const busy = timeline ? places.reduce((sum, { busySeconds }) => sum + busySeconds, 0) : used.seconds;
  const tiles = [{ label: "time of jobs", value: formatSeconds(busy), note: "all tries together" }];
  if (timeline) {
    const wall = wallSeconds(timeline);
    const runs = timeline.segments.reduce((sum, segment) => sum + segment.runs.length, 0) + timeline.earlierRuns;
    tiles.unshift({ label: "took", value: formatSeconds(wall), note: countOf(runs, "run") });
    const most = Math.ceil(Math.max(...timeline.running) - 0.01);
    tiles.push({ label: "side by side", value: formatNumber(most), note: "jobs at most" });
  }
  if (counts.done > 0 && used.cpuSeconds > 0)
    tiles.push({ label: "processor time", value: formatSeconds(used.cpuSeconds), note: "of all jobs" });
  if (used.mostMemory !== undefined)
    tiles.push({ label: "peak memory", value: formatBytes(used.mostMemory), note: "of one job at most" });
  return tiles;
}

function viewPlaces(places: readonly Place[]) {
  return {
    rows: places.slice(0, MOST_PLACES).map(({ host, manager, slots, tries, failed, busySeconds, busyShare }) => ({
      host,
      manager,
      slots: formatNumber(slots),
      tries: formatNumber(tries),
      failed: formatNumber(failed),
      busy: formatSeconds(busySeconds),
      share: `${Math.round(busyShare * 100)} %`,
      width: Math.round(busyShare * 100),
      isFailing: failed > 0,
    })),
    more: places.length > MOST_PLACES ? formatNumber(places.length - MOST_PLACES) : undefined,
  };
}

/** What the timeline shows, in a sentence: for who cannot see it, and above it. */
function viewTimeline(timeline: Timeline) {
  const { lanes, moreLanes, segments, earlierRuns, tries } = timeline;
  const isGrouped = lanes.some(({ slot }) => slot === undefined);
  const hosts = new Set(lanes.map(({ host }) => host)).size;
  const what = isGrouped ? countOf(lanes.length, "manager") : countOf(lanes.length, "slot");
  const notes: string[] = [];
  if (isGrouped) notes.push("There are too many slots to draw each: a row is one manager with all its slots.");
  if (moreLanes > 0) notes.push(`${formatNumber(moreLanes)} more rows are not drawn.`);
  if (earlierRuns > 0) notes.push(`${countOf(earlierRuns, "earlier run")} not drawn.`);
  if (!tries) notes.push("There are too many jobs to name each: the pointer tells how busy a row was.");
  if (segments.length > 1) notes.push("The time between runs is left out.");
  return {
    label: `What ran when, on ${what} of ${countOf(hosts, "host")}, over ${formatSeconds(wallSeconds(timeline))}. The table below has the same in numbers.`,
    lead: `${what} on ${countOf(hosts, "host")}`,
    notes,
  };
}

function cellOf(column: JobColumn, row: number): { readonly text: string; readonly isNumber: boolean } {
  const value = "at" in column ? column.words[column.at[row] as number] : column.values[row];
  const isNumber = column.kind !== "text";
  if (value === null || value === undefined) return { text: "", isNumber };
  if (column.kind === "bytes") return { text: formatBytes(Number(value)), isNumber };
  // A param is shown as it is: it is no amount, and rounded it would be another one.
  return { text: column.kind === "seconds" ? formatNumber(Number(value)) : String(value), isNumber };
}

function viewJobs({ columns, rows, total }: JobTable) {
  const shown = Math.min(rows, MOST_STATIC_JOBS);
  return {
    columns: columns.map(({ name, kind }) => ({ name: name.replaceAll("_", " "), isNumber: kind !== "text" })),
    rows: Array.from({ length: shown }, (_, row) => ({ cells: columns.map((column) => cellOf(column, row)) })),
    total: countOf(total, "job"),
    choice: rows < total ? formatNumber(rows) : undefined,
    shown: formatNumber(shown),
    isCut: shown < total,
  };
}

/** A report's data as its templates take them: texts, and places in drawings. */
export function viewPage(data: ReportData) {
  const { swarm, failures, running, timeline, written } = data;
  return {
    swarm,
    live: data.live,
    written: timeOf(written),
    progress: viewProgress(data),
    total: formatNumber(data.counts.total),
    tiles: viewTiles(data),
    running: running.map(({ name, host, since }) => ({
      name,
      host,
      seconds: formatSeconds(Math.max(0, written - since) / 1000),
    })),
    timeline: timeline && viewTimeline(timeline),
    places: viewPlaces(data.places),
    histograms: data.distributions.map(viewHistogram),
    failures: failures.map((group) => ({
      ...group,
      count: countOf(group.count, "job"),
      names: group.jobs.join(", "),
      more: group.count > group.jobs.length ? ` and ${formatNumber(group.count - group.jobs.length)} more` : "",
    })),
    hasFailures: failures.length > 0,
    jobs: viewJobs(data.jobs),
    hasParams: swarm.params.length > 0 || new Set(data.places.map(({ host }) => host)).size > 1,
  };
}
