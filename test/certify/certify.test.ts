import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "../runner/suite.js";
import { type Lab, openLab, whyNoLab } from "./lab.js";
import { formatPoint, type Point, parsePoint, roleOf } from "./point.js";
import { pointsOf, spread } from "./points.js";

/** The certificate's own parts: which points there are, and that a fault happens where it is to. */
const test = suite("certificate");

const CALLS = new Map([
  ["cli|write|.locusts/ledger.tsv", 3],
  ["cli|fork|-", 1],
  ["slot|create|.locusts/local/runs/N/work/main.N/N/N.out", 6],
]);

test("the beginning of the list is spread over scenarios and roles, and a point's text says all of it", () => {
  const nothing = { results: new Map(), others: new Map(), jobs: [], cleaned: new Set<string>() };
  const points = ["deploy", "gather"].flatMap((name) => pointsOf(name, { ...nothing, calls: CALLS }));
  const ordered = spread(points, "", () => 1);
  assert.equal(new Set(ordered.map(formatPoint)).size, points.length);
  const kinds = (some: readonly Point[]) => new Set(some.map((point) => `${point.scenario} ${roleOf(point)}`)).size;
  assert.equal(kinds(ordered.slice(0, 4)), 4);
  for (const point of ordered) assert.deepEqual(parsePoint(formatPoint(point)), point);
  assert.throws(() => parsePoint("deploy melt 1 cli|fork|-"), /not a point: deploy melt 1/);
});

const why = whyNoLab();

/** Runs a script as a manager under the tracer, in a folder of its own. */
function trace(lab: Lab, name: string, fault: string, script: string) {
  const root = join(lab.folder, name);
  mkdirSync(root);
  writeFileSync(join(root, "manager.sh"), script);
  const [log, status] = [`${root}.log`, `${root}.status`];
  const options = ["--root", root, "--log", log, "--status", status, ...fault.split(" ")];
  const words = [...options, "--", "bash", "./manager.sh"];
  const { stderr } = spawnSync(lab.tracer, words, { cwd: root, encoding: "utf8" });
  return { root, stderr, log: readFileSync(log, "utf8"), status: readFileSync(status, "utf8") };
}

test.skipUnless(
  why === undefined,
  why ?? "",
  "one call fails, all do from then on, or the process is killed",
  async () => {
    const lab = await openLab();
    try {
      const script = "for i in 1 2 3; do echo $i >file$i; done\nmkdir late && echo ended";
      const once = trace(lab, "once", "--at manager|create+empty|fileN --nth 2 --fault EDQUOT", script);
      assert.match(once.stderr, /^\.\/manager\.sh: line 1: file2: Disk quota exceeded$/m);
      const has = ({ root }: { root: string }) =>
        ["file1", "file2", "file3", "late"].map((name) => existsSync(join(root, name)));
      assert.deepEqual(has(once), [true, false, true, true]);
      assert.deepEqual([once.status, once.log], ["exit 0\n", "manager|create+empty|fileN\t2\thit\n"]);
      const full = trace(lab, "full", "--at manager|create+empty|fileN --nth 2 --fault from-then:ENOSPC", script);
      assert.deepEqual([...has(full), full.status], [true, false, false, false, "exit 1\n"]);
      const half = trace(lab, "half", "--at manager|write|fileN --nth 1 --fault half", "echo 12345678 >file1");
      assert.equal(readFileSync(join(half.root, "file1"), "utf8").length, 4);
      const killed = trace(lab, "killed", "--at manager>mkdir|mkdir|late --nth 1 --fault kill-top", script);
      // The program that it was about to wait for lives on.
      assert.deepEqual([...has(killed), killed.status], [true, true, true, true, "signal 9\n"]);
    } finally {
      lab.remove();
    }
  },
);

test.run();
