import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { ThisMachine } from "../../runtime/hosts/this-machine.js";
import { SentFiles } from "../../runtime/transfer/sent-files.js";
import { suite } from "../runner/suite.js";

const test = suite("what has arrived in two parts");

test("is joined, and nothing else is, whatever files are called", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-rests-")));
  try {
    const files = new SentFiles({
      host: new ThisMachine(),
      persist: (action) => action(),
      here: join(folder, "here"),
      there: folder,
      runs: [],
      digests: DigestCache.open(undefined),
    });
    const contents = { "shared/d/md": "md", "shared/d/md.rest.1000": "restart", "shared/d/large": "abcX" };
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, "incoming", path)), { recursive: true });
      writeFileSync(join(folder, "incoming", path), text);
    };
    for (const [path, text] of Object.entries({ ...contents, "rest/3/shared/d/large": "def" })) write(path, text);
    const listed = await files.runScript("transfer/list-arrived", [folder, "incoming"]);
    assert.deepEqual(listed.toString().split("\0").filter(Boolean).sort(), [
      "incoming 2 shared/d/md",
      "incoming 6 shared/d/large",
      "incoming 7 shared/d/md.rest.1000",
    ]);
    assert.equal(readFileSync(join(folder, "incoming/shared/d/large"), "utf8"), "abcdef");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
