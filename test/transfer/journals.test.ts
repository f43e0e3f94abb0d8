import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { ThisMachine } from "../../runtime/hosts/this-machine.js";
import { SentFiles } from "../../runtime/transfer/sent-files.js";
import { suite } from "../runner/suite.js";

const test = suite("journals");

test("whoever looks at a run at the same time as others, as status beside a deploy, leaves its journals whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-journals-"));
  try {
    const [here, there] = ["here", "there"].map((side) => {
      const run = join(folder, side, "runs", "1");
      mkdirSync(join(run, "journal"), { recursive: true });
      return run;
    }) as [string, string];
    const files = new SentFiles({
      host: new ThisMachine(),
      persist: (action) => action(),
      here: join(folder, "here"),
      there: join(folder, "there"),
      runs: [1],
      digests: DigestCache.open(undefined),
    });
    const run = { number: 1, folder: here, digest: "", chunks: 1, jobs: 9 };
    for (let round = 1; round <= 3; round += 1) {
      for (const manager of ["p1.1", `p${round}.2`])
        appendFileSync(join(there, "journal", `${manager}.tsv`), `start\t${round}\t1\t1\t1\t1000\t.\n`);
      await Promise.all([files.readJournals(run), files.readJournals(run), files.readJournals(run)]);
      for (const manager of ["p1.1", `p${round}.2`]) {
        const [copy, journal] = [here, there].map((side) =>
          readFileSync(join(side, "journal", `${manager}.tsv`), "utf8"),
        );
        assert.equal(copy, journal);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
