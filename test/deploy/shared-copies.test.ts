import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Upload } from "../../compiler/format/bundle.js";
import { surveyContent } from "../../compiler/format/content/digest.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { ThisMachine } from "../../runtime/hosts/this-machine.js";
import { SentFiles } from "../../runtime/transfer/sent-files.js";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What lies on a target once, for many jobs, is what was hashed: whoever changes it, and however it got there. */
const test = suite("shared copies");

const INPUTS = `file: shared("ref/file"), few: shared("ref/few"), many: shared("ref/many"), later: linked("ref/later")`;

function makeInputs(deployment: Deployment): void {
  deployment.write("ref/file", "ref\n");
  deployment.write("ref/few/deep/x", "few\n");
  for (let i = 0; i < 250; i += 1) deployment.write(`ref/many/${i % 7}/${i}`, "many\n");
  deployment.write("ref/later", "later\n");
  // A time stamp that says nothing of when it was written to.
  const tomorrow = Date.now() / 1000 + 86_400;
  utimesSync(deployment.path("ref/later"), tomorrow, tomorrow);
}

/** What a job reads of them, and then jobs 3, 5 and 6 change, the last of them with its time put back. */
const COMMAND = `
  command: ({ inputs, outputs, params }) => sh\`
    cat \${inputs.file} \${inputs.few}/deep/* \${inputs.many}/0/0 \${inputs.later} > \${outputs.text}
    ls \${inputs.many}/* | wc -l >> \${outputs.text}
    case \${params.i} in
      3) chmod u+w \${inputs.file}; echo spoilt > \${inputs.file} ;;
      5) echo spoilt > \${inputs.few}/deep/new; mv \${inputs.few}/deep/new \${inputs.few}/deep/x; rm \${inputs.many}/0/7 ;;
      6) written=$(stat -Lc %y \${inputs.many}/0/0); chmod u+w \${inputs.many}/0/0
         echo MANY > \${inputs.many}/0/0; touch -d "$written" \${inputs.many}/0/0 ;;
    esac\`,`;

for (const slots of [1, 3]) {
  test(`a job that changes them is found out before another reads them, with ${slots} at a time`, async () => {
    const deployment = new Deployment(
      `jobs: range("i", 1, 8), inputs: { ${INPUTS} }, outputs: { text: "{i}.txt" }, ${COMMAND}`,
      {},
      undefined,
      slots,
    );
    makeInputs(deployment);
    const { exitCode, stderr, report } = await deployment.deploy();
    assert.equal(exitCode, 0, stderr);
    assert.equal(report.jobs.done, 8);
    const right = `ref\nfew\nmany\nlater\n${250 + 7 + 6}\n`;
    for (let i = 1; i <= 8; i += 1) assert.equal(deployment.result(`${i}.txt`), right, `job ${i}`);
    assert.match(stderr, /an input that jobs share was changed: ref\/file, when the job \d ran/);
    assert.doesNotMatch(stderr, /is torn/);
    assert.equal(deployment.read("ref/file"), "ref\n");
    assert.equal(deployment.read("ref/few/deep/x"), "few\n");
    await deployment.assertQuiet();
  });
}

/** A target that is sent to, which happens to be this machine. */
class SentHere {
  readonly root = mkdtempSync(join(tmpdir(), "locusts-sent-"));
  readonly there = join(this.root, "there");
  readonly digests = DigestCache.open(undefined);

  constructor() {
    mkdirSync(this.there);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  upload(source: string): Upload {
    const content = surveyContent(this.path(source), this.digests);
    const sha256 = content?.sha256 ?? "";
    const kind = content?.executable ? "executable" : (content?.kind ?? "file");
    const destination = `shared/${sha256.slice(0, 16)}/${source}`;
    return { source, destination, bytes: content?.bytes ?? 0, sha256, kind };
  }

  async send(uploads: readonly Upload[]): Promise<void> {
    const files = new SentFiles({
      host: new ThisMachine(),
      persist: (action) => action(),
      here: this.path("here"),
      there: this.there,
      runs: [],
      digests: this.digests,
    });
    await files.restoreCopies(uploads, this.root);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

test("what is sent is what was hashed, and what is there already is trusted only if nobody has touched it", async () => {
  const target = new SentHere();
  try {
    mkdirSync(target.path("folder"));
    writeFileSync(target.path("folder/tool"), "#!/bin/sh\n");
    chmodSync(target.path("folder/tool"), 0o755);
    symlinkSync("tool", target.path("folder/link"));
    symlinkSync("../alone", target.path("folder/out"));
    writeFileSync(target.path("alone"), "alone");
    utimesSync(target.path("alone"), 1e9 + 0.25, 1e9 + 0.25);
    const uploads = [target.upload("folder"), target.upload("alone")];
    await target.send(uploads);
    const [folder, alone] = uploads.map(({ destination }) => join(target.there, destination)) as [string, string];
    assert.equal(readFileSync(join(folder, "out"), "utf8"), "alone");
    assert.equal(statSync(join(folder, "link")).mode & 0o777, 0o555);
    assert.equal(statSync(alone).mtimeMs, 1e12 + 250);
    const first = [statSync(folder).ino, statSync(alone).ino];
    await target.send(uploads);
    assert.deepEqual([statSync(folder).ino, statSync(alone).ino], first);
    // In place, of the same size, and with the old time stamp.
    chmodSync(alone, 0o644);
    writeFileSync(alone, "ALONE");
    chmodSync(alone, 0o444);
    utimesSync(alone, 1e9 + 0.25, 1e9 + 0.25);
    rmSync(join(folder, "out"));
    await target.send(uploads);
    assert.equal(readFileSync(alone, "utf8"), "alone");
    assert.equal(readFileSync(join(folder, "out"), "utf8"), "alone");
    // It changes after it was looked at.
    writeFileSync(target.path("alone"), "other");
    rmSync(alone);
    await assert.rejects(target.send(uploads), /the input (folder|alone) has changed since the bundle was built/);
  } finally {
    target.remove();
  }
});

test("what an earlier upload has left of another content is no part of an input", async () => {
  const target = new SentHere();
  try {
    for (const name of ["whole", "part"]) writeFileSync(target.path(name), Buffer.alloc(3_000_000, name));
    const uploads = [target.upload("whole"), target.upload("part")];
    const leave = (upload: Upload, content: Buffer) => {
      const place = join(target.there, "incoming", upload.destination);
      mkdirSync(join(place, ".."), { recursive: true });
      writeFileSync(place, content);
    };
    // The bytes of a file that was edited while it was sent, and edited back since.
    leave(uploads[0] as Upload, Buffer.alloc(3_000_000, "wrong"));
    leave(uploads[1] as Upload, Buffer.alloc(2_000_000, "wrong"));
    await assert.rejects(target.send(uploads), /part has not arrived whole/);
    await target.send(uploads);
    for (const { source, destination } of uploads) {
      assert.ok(readFileSync(join(target.there, destination)).equals(readFileSync(target.path(source))), source);
    }
    // The right bytes are gone on from.
    appendFileSync(target.path("part"), "more");
    const more = target.upload("part");
    leave(more, Buffer.alloc(3_000_000, "part").subarray(0, 2_500_000));
    await target.send([more]);
    assert.ok(readFileSync(join(target.there, more.destination)).equals(readFileSync(target.path("part"))));
  } finally {
    target.remove();
  }
});

test.run();
