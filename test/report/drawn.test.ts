import assert from "node:assert/strict";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { Measured } from "../../runtime/report/distribution.js";
import { JobTableMaker } from "../../runtime/report/job-table.js";
import type { Segment, Timeline } from "../../runtime/report/report-data.js";
import { makeTimeline } from "../../runtime/report/timeline.js";
import { TryTable } from "../../runtime/report/try-table.js";
import type { JobResult } from "../../runtime/results/ledger.js";
import { suite } from "../runner/suite.js";

const test = suite("what a report draws");

const PAGE = new URL("../../runtime/report/page/", import.meta.url).href;

function resultOf(more: Partial<JobResult>): JobResult {
  return {
    ...{ key: "k", name: "n", status: "done", cause: "ok", exitCode: 0, attempts: 1, seconds: 1, host: "n1" },
    ...{ start: 0, manager: "p.1", slot: "1", earlier: [], run: "t/1", outputs: [], digests: [], detail: "" },
    ...{ cpuSeconds: undefined, peakMemory: undefined, readBytes: undefined, writtenBytes: undefined },
    ...more,
  } as JobResult;
}

function jobOf(i: number): BundledJob {
  return { number: i + 1, name: `job-${i}`, key: `k${i}`, params: [String(i % 7)], inputs: [], outputs: [] };
}

function timelineOf(results: readonly JobResult[]): Timeline {
  const table = new TryTable();
  for (const [i, result] of results.entries()) table.add(result, i);
  return makeTimeline(table) as Timeline;
}

test("all the time that jobs ran is in the timeline, however it is cut into runs, slots and bins", () => {
  const results = Array.from({ length: 900 }, (_, i) =>
    resultOf({
      start: 1_000_000 + (i % 3) * 50_000_000 + Math.floor(i / 9) * 800,
      seconds: 0.1 + (i % 5) * 3,
      host: `n${i % 2}`,
      slot: String(i % 4),
      run: `t/${i % 3}`,
      status: i % 100 === 0 ? "failed" : "done",
    }),
  );
  const { segments, running, lanes, cells, tries } = timelineOf(results);
  const drawn = segments.reduce(
    (sum, { from, to, bin, bins }) =>
      sum + running.slice(bin, bin + bins).reduce((all, jobs) => all + jobs, 0) * ((to - from) / bins / 1000),
    0,
  );
  const ran = results.reduce((sum, { seconds }) => sum + seconds, 0);
  assert.ok(Math.abs(drawn - ran) < ran * 0.02, `${drawn} of ${ran} seconds`);
  assert.equal(segments.length, 3, "the time between runs is left out");
  assert.equal(lanes.length, 4, "two hosts with two slots each");
  assert.equal(
    tries?.counts.reduce((sum, count) => sum + count, 0),
    900,
  );
  assert.ok(
    cells.some((lane) => lane.some((cell) => cell >> 6 === 2)),
    "failures are marked",
  );
});

test("of more slots than can be drawn those of one manager are a row, and of more runs the last ones are drawn", () => {
  const many = Array.from({ length: 600 }, (_, i) =>
    resultOf({ host: `n${i % 30}`, manager: `p${i % 30}.1`, slot: String(i), start: 1000 * i, run: "t/1" }),
  );
  const grouped = timelineOf(many);
  assert.equal(grouped.lanes.length, 30);
  assert.deepEqual(grouped.lanes[0], { host: "n0", manager: "p0", slot: undefined, slots: 20 });
  const runs = Array.from({ length: 40 }, (_, i) => resultOf({ start: i * 10_000_000, run: `t/${i}` }));
  const last = timelineOf(runs);
  assert.equal(last.segments.length + last.earlierRuns, 40);
  assert.deepEqual((last.segments.at(-1) as Segment).runs, ["t/39"]);
});

test("of more jobs than there is room for, failed ones and an even choice of the others are in the table", () => {
  const maker = new JobTableMaker(["status"], 10_000, { all: 1000, choice: 400 });
  for (let i = 0; i < 10_000; i += 1) maker.add(jobOf(i), resultOf({ status: i % 1000 === 999 ? "failed" : "done" }));
  const { rows, total, places, columns } = maker.finish();
  assert.equal(total, 10_000);
  assert.equal(rows, 210);
  assert.equal(places?.filter((place) => place % 1000 === 999).length, 10);
  assert.deepEqual(
    columns.map(({ name }) => name).slice(0, 3),
    ["name", "param_status", "status"],
    "a param takes no other column's place",
  );
  assert.deepEqual(
    columns.map(({ kind }) => kind).slice(0, 3),
    ["text", "count", "text"],
    "params that are numbers are numbers",
  );
});

test("a distribution counts every job once, also where all are alike or far apart", () => {
  const asked = { isMost: false, cpus: 1, memory: undefined, seconds: 60 };
  for (const values of [
    [5],
    [0, 0, 0],
    [1e-3, 1e-2, 1, 3600],
    [59, 60, 61],
    Array.from({ length: 999 }, (_, i) => i),
  ]) {
    const measured = new Measured();
    values.forEach((value, i) => {
      measured.add(value, i % 2 === 0);
    });
    const { bars, known, least, most } = measured.spread("seconds", asked) ?? assert.fail();
    assert.equal(
      bars.reduce((sum, { done, failed }) => sum + done + failed, 0),
      values.length,
    );
    assert.deepEqual([known, least, most], [values.length, Math.min(...values), Math.max(...values)]);
    assert.ok(bars.length <= 64 && bars.every(({ from, to }) => to > from), JSON.stringify(bars));
  }
  assert.equal(new Measured().spread("seconds", asked), undefined);
});

test("the page's table finds words and params, and sorts numbers as numbers and what has no value last", async () => {
  const { findRows, sortRows } = await import(`${PAGE}rows.js`);
  const columns = [
    { name: "name", kind: "text", values: ["job-10", "job-9", "Other"] },
    { name: "depth", kind: "count", values: [1, 11, null] },
    { name: "status", kind: "text", words: ["failed", "done"], at: [0, 1, 1] },
  ];
  assert.deepEqual(findRows(columns, 3, "JOB", ""), [0, 1]);
  assert.deepEqual(findRows(columns, 3, "depth=1", ""), [0]);
  assert.deepEqual(findRows(columns, 3, "job 9", "done"), [1]);
  assert.deepEqual(sortRows([0, 1, 2], columns[0], false), [1, 0, 2]);
  assert.deepEqual(sortRows([0, 1, 2], columns[1], true), [1, 0, 2]);
  assert.deepEqual(sortRows([2, 1, 0], columns[2], false), [2, 1, 0]);
});

test("the pointer finds the job that ran at a time in a row", async () => {
  const { TryFinder } = await import(`${PAGE}try-finder.js`);
  const timeline = timelineOf([
    resultOf({ start: 1000, seconds: 1 }),
    resultOf({ start: 5000, seconds: 2, slot: "2" }),
    resultOf({ start: 3000, seconds: 1 }),
  ]);
  const finder = new TryFinder(timeline);
  assert.equal(finder.find(0, 1500, 0)?.job, 0);
  assert.equal(finder.find(0, 3500, 0)?.job, 2);
  assert.equal(finder.find(1, 6000, 0)?.job, 1);
  assert.equal(finder.find(0, 2500, 100), undefined);
  assert.equal(finder.find(0, 2950, 100)?.job, 2);
});

test.run();
