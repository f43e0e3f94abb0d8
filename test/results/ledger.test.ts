import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JobResult, Ledger } from "../../runtime/results/ledger.js";
import { PlacedOutputs, placedOutput } from "../../runtime/results/placed-outputs.js";
import { suite } from "../runner/suite.js";

/** What is known of the results of many jobs: it is looked up in files, and not held in memory. */
const test = suite("ledger");

const folder = mkdtempSync(join(tmpdir(), "locusts-ledger-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const result = (i: number, attempts = 1): JobResult => ({
  key: i.toString(16).padStart(32, "0"),
  // Of all lengths, and longer in bytes than in characters: lines begin and end anywhere.
  name: `job ${i} ${"Ä€𝄞\t\\".repeat(i % 40)}`,
  status: i % 3 === 0 ? "failed" : "done",
  cause: i % 3 === 0 ? "exit" : "ok",
  exitCode: i % 3,
  attempts,
  seconds: 0.5,
  host: "here",
  start: 1000 + i,
  manager: "main.1",
  slot: "2",
  earlier: [],
  run: "local/1",
  outputs: [i, "missing"],
  digests: ["abc", ""],
  detail: "x".repeat(i % 7 === 0 ? 70_000 : 3),
  cpuSeconds: 0.25,
  peakMemory: undefined,
  readBytes: 1,
  writtenBytes: 2,
});

const all = Array.from({ length: 300 }, (_, i) => result(i));

test("each result is found by its key and its name, whatever stands beside it; the last one counts", () => {
  const first = Ledger.open(folder);
  first.append(all.slice(0, 200));
  appendFileSync(join(folder, "ledger.tsv"), "torn\tline");
  first.append(all.slice(200));
  first.append([result(5, 4)]);
  for (const ledger of [first, Ledger.open(folder)]) {
    for (const one of all) {
      const expected = one.key === result(5).key ? result(5, 4) : one;
      assert.deepEqual(ledger.get(one.key), expected);
      assert.deepEqual(ledger.lastNamed(one.name), expected);
    }
    assert.equal(ledger.get("f".repeat(32)), undefined);
    assert.equal(ledger.lastNamed("torn"), undefined);
    assert.equal([...ledger.history()].length, 301);
  }
});

test("outputs that were put into the results are known again, also after many changes", () => {
  const ledger = Ledger.open(folder);
  const placed = PlacedOutputs.open(folder, folder, ledger);
  const outputs = all.map((one, i) => placedOutput(`out/${i} ${[...one.name].slice(-9).join("")}`, one, 0, "1-2-3-4"));
  placed.putFolders(["out"]);
  for (let round = 0; round < 20; round += 1) placed.put(outputs);
  placed.put([{ ...(outputs[7] as (typeof outputs)[0]), stale: true }]);
  placed.forget([outputs[0]?.path ?? ""]);
  for (const known of [placed, PlacedOutputs.open(folder, folder, ledger)]) {
    assert.equal(known.get(outputs[0]?.path ?? ""), undefined);
    assert.deepEqual(known.get(outputs[8]?.path ?? ""), outputs[8]);
    assert.deepEqual(known.stalePaths(), [outputs[7]?.path]);
    assert.equal(known.count, 299);
    assert.equal([...known.all()].length, 299);
  }
});

test.run();
