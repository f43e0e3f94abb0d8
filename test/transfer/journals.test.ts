import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { ThisMachine } from "../../runtime/hosts/this-machine.js";
import { Pace, progressOf } from "../../runtime/run/pace.js";
import type { Run } from "../../runtime/run/run-folder.js";
import { RunState } from "../../runtime/run/run-state.js";
import { SentFiles } from "../../runtime/transfer/sent-files.js";
import { suite } from "../runner/suite.js";

const test = suite("journals");

/** Looks at a run that lies here and there. @param stubs programs that are others for the scripts over there */
async function withRun(
  stubs: Readonly<Record<string, string>>,
  use: (files: SentFiles, run: Run, there: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "locusts-journals-"));
  const { PATH } = process.env;
  try {
    const [here, there] = ["here", "there"].map((side) => {
      const run = join(folder, side, "runs", "1");
      for (const part of ["journal", "work"]) mkdirSync(join(run, part), { recursive: true });
      return run;
    }) as [string, string];
    for (const [name, text] of Object.entries(stubs)) {
      writeFileSync(join(folder, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
      process.env.PATH = `${folder}:${PATH}`;
    }
    const files = new SentFiles({
      host: new ThisMachine(),
      persist: (action) => action(),
      here: join(folder, "here"),
      there: join(folder, "there"),
      runs: [1],
      digests: DigestCache.open(undefined),
    });
    await use(files, { number: 1, folder: here, digest: "", chunks: 1, jobs: 9 }, there);
  } finally {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  }
}

test("whoever looks at a run at the same time as others, as status beside a deploy, leaves its journals whole", () =>
  withRun({}, async (files, run, there) => {
    for (let round = 1; round <= 3; round += 1) {
      for (const manager of ["p1.1", `p${round}.2`])
        appendFileSync(join(there, "journal", `${manager}.tsv`), `start\t${round}\t1\t1\t1\t1000\t.\n`);
      await Promise.all([files.readJournals(run), files.readJournals(run), files.readJournals(run)]);
      for (const manager of ["p1.1", `p${round}.2`]) {
        const [copy, journal] = [run.folder, there].map((side) =>
          readFileSync(join(side, "journal", `${manager}.tsv`), "utf8"),
        );
        assert.equal(copy, journal);
      }
    }
  }));

test("how long a job runs is told by the target's clock, whatever it is here", () =>
  withRun({ date: "echo 5060" }, async (files, run, there) => {
    writeFileSync(join(there, "journal", "p1.1.tsv"), "start\t1\t1\t1\t1\t5000000\t.\n");
    const state = new RunState(run);
    state.ahead = await files.readJournals(run);
    state.read();
    const { longest } = progressOf(state, new Pace(), 9, String);
    assert.equal(Math.round((longest?.seconds ?? 0) / 10), 6);
  }));

for (const [words, stub, message] of [
  [
    "refuses",
    "echo \"tail: error reading 'p1.1.tsv': Input/output error\" >&2; exit 1",
    /p1\.1\.tsv.*: Input\/output error/,
  ],
  ["was killed", "kill -KILL $$", /p1\.1\.tsv cannot be read \(exit codes 137 0\)/],
  ["ends too early", "exit 0", /0 of \d+ bytes of the journal p1\.1\.tsv/],
] as const) {
  test(`a journal is not taken for an empty one where what reads it ${words}`, () =>
    withRun({ tail: stub }, async (files, run, there) => {
      writeFileSync(join(there, "journal", "p1.1.tsv"), "start\t1\t1\t1\t1\t1000\t.\n");
      await assert.rejects(files.readJournals(run), message);
    }));
}

test("outputs are not taken for gone where they are there and do not come", () =>
  withRun({ tar: "exit 2" }, async (files, run, there) => {
    writeFileSync(join(there, "work", "1.txt"), "one\n");
    const artifact = (name: string) => ({ kind: "file" as const, path: name, bytes: 4 });
    await assert.rejects(files.fetch(run, [artifact("1.txt")]), /has not sent .*1\.txt, which is there/);
    await files.fetch(run, [artifact("gone.txt")]);
    rmSync(join(there, "work"), { recursive: true });
    await assert.rejects(files.fetch(run, [artifact("gone.txt")]), /is not there any more/);
  }));

test.run();
