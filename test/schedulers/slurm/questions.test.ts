import assert from "node:assert/strict";
import type { BundledPilots } from "../../../compiler/format/bundle.js";
import type { Host } from "../../../runtime/hosts/host.js";
import type { Run } from "../../../runtime/run/run-folder.js";
import { PilotScheduler } from "../../../runtime/schedulers/pilots/pilot-scheduler.js";
import { Slurm } from "../../../runtime/schedulers/slurm/slurm.js";
import { suite } from "../../runner/suite.js";

/** How often a deploy asks SLURM, counted for hours that pass at once: by a clock of the test's own. */
const test = suite("questions");

const RUN: Run = { number: 1, folder: "/nowhere", digest: "", chunks: 1, jobs: 1 };
const PILOTS = { nodes: 40, nodesMaySubmit: true, cpusPerNode: 1, minJobsPerCpu: 1, silenceSeconds: 4 };

/** Follows pilots as a deploy does. @returns the seconds at which SLURM was asked, and what was said of the pilots last */
async function look(hours: number, answer: (second: number) => string, haveLeft: (second: number) => boolean) {
  const asked: number[] = [];
  let clock = 0;
  let said = "";
  const host = {
    name: "lab",
    run: async () => {
      asked.push(clock / 1000);
      return { code: 0, stdout: answer(clock / 1000), stderr: "" };
    },
    close: () => {},
  } as Host;
  const site = { host, persist: <T>(action: () => Promise<T>) => action(), there: "/nowhere" };
  const scheduler = new PilotScheduler(new Slurm(site), PILOTS as BundledPilots, "locusts");
  const before = performance.now;
  performance.now = () => clock;
  try {
    for (; clock < hours * 3_600_000; clock += 500) {
      const { active, explanation } = await scheduler.status(RUN, haveLeft(clock / 1000));
      assert.ok(active, `at ${clock / 1000} s`);
      said = explanation;
    }
  } finally {
    performance.now = before;
  }
  return { asked, said };
}

const follow = async (...of: Parameters<typeof look>) => (await look(...of)).asked;

const queued = (id: string, state: string, reason = "None") => `queue|${id}|${state}|${reason}|n1\n`;

test("once a minute, also where the queue says something new each time", async () => {
  // One pilot after another begins, and the reason why the others wait changes.
  const answer = (second: number) =>
    Array.from({ length: 40 }, (_, i) => {
      const state = i * 90 < second ? "RUNNING" : "PENDING";
      return queued(`7_${i + 1}`, state, state === "RUNNING" ? "None" : second % 2 < 1 ? "Priority" : "Resources");
    }).join("");
  const asked = await follow(2, answer, () => false);
  assert.ok(asked.filter((second) => second < 60).length <= 7, asked.join(" "));
  assert.ok(asked.filter((second) => second >= 60).length <= 120, asked.join(" "));
});

test("once a minute, while the next pilot of a chain waits in the queue for hours", async () => {
  const answer = () =>
    `${queued("8_1", "PENDING", "Priority")}submitted|7|1|1|1\nsubmitted|8|1|1|2\nheartbeat|p1.1|continued\n`;
  // More often at first, since the end may be near.
  const asked = await follow(3, answer, (second) => second > 1800);
  assert.ok(asked.filter((second) => second >= 60).length <= 180 + 15, asked.join(" "));
});

test("once a minute, where the queue does not have pilots that give heartbeats", async () => {
  const answer = (second: number) => `submitted|7|1|1|1\nheartbeat|p1.1|${Math.floor(second / 10)}\n`;
  const asked = await follow(1, answer, () => false);
  assert.ok(asked.filter((second) => second >= 180).length <= 57, asked.join(" "));
});

test("where all pilots are suspended for long, what to do is said; not while one of them goes on", async () => {
  const said = async (...states: string[]) => {
    const answer = () => states.map((state, i) => queued(`7_${i + 1}`, state)).join("");
    return (await look(0.1, answer, () => false)).said;
  };
  assert.equal(await said("SUSPENDED"), "1 pilot is suspended: scontrol resume 7_1, or locusts cancel");
  const two = "2 pilots are suspended: scontrol resume 7_1,7_2, or locusts cancel";
  assert.equal(await said("SUSPENDED", "SUSPENDED", "COMPLETED"), two);
  assert.equal(await said("SUSPENDED", "RUNNING"), "1 pilot runs, 1 is suspended");
  const briefly = (second: number) => queued("7_1", second < 2 ? "RUNNING" : "SUSPENDED");
  assert.equal((await look(5 / 3600, briefly, () => false)).said, "1 pilot is suspended");
});

test.run();
