import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { suite } from "./suite.js";

const test = suite("the test runner");

const runner = fileURLToPath(new URL("./run.js", import.meta.url));
const root = fileURLToPath(new URL("../", import.meta.url));
const uvu = import.meta.resolve("uvu");
const preamble = `import { suite } from ${JSON.stringify(new URL("./suite.js", import.meta.url).href)};
const test = suite("sample");
`;

interface Outcome {
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly last: string | undefined;
}

interface Invocation {
  readonly ci?: boolean;
  readonly args?: readonly string[];
}

/** Runs the runner over a folder that holds these test files. */
async function outcomeOf(files: Readonly<Record<string, string>>, { ci = false, args = [] }: Invocation = {}) {
  const folder = mkdtempSync(join(tmpdir(), "locusts-runner-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const env: NodeJS.ProcessEnv = { ...process.env, CI: ci ? "true" : "" };
    return await new Promise<Outcome>((resolve) => {
      execFile(process.execPath, [runner, "--folder", folder, ...args], { env }, (error, stdout) => {
        const lines = stdout.trimEnd().split("\n");
        resolve({ exitCode: error === null ? 0 : Number(error.code), lines, last: lines.at(-1) });
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const outcomeOfOne = (body: string, invocation?: Invocation) =>
  outcomeOf({ "sample.test.js": preamble + body }, invocation);

function assertSays(outcome: Outcome, text: string): void {
  assert.ok(
    outcome.lines.some((line) => line.includes(text)),
    `"${text}" is not in:\n${outcome.lines.join("\n")}`,
  );
}

test("a passing file passes, and says so on one line", async () => {
  const outcome = await outcomeOfOne('test("a", () => {}); test("b", async () => {}); test.run();');
  assert.equal(outcome.last, "2 passed, 0 failed, 0 skipped");
  assert.equal(outcome.exitCode, 0);
  assert.match(outcome.lines[0] ?? "", /^ok {3}sample\.test\.js {2}2 passed {2}\d+\.\d s$/);
});

/** Each of these bodies must end with this last line, and give this explanation. */
const failures: Readonly<Record<string, readonly [body: string, last: string, explanation: string]>> = {
  "a test that throws an Error": [
    'test("a", () => { throw new Error("so it is"); }); test("b", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    "failed: sample.test.js: sample: a: so it is",
  ],
  "a test that throws a string": [
    'test("a", () => { throw "a string"; }); test("b", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    'something that is no Error was thrown: "a string"',
  ],
  "a test that throws undefined": [
    'test("a", () => { throw undefined; }); test("b", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    "something that is no Error was thrown: undefined",
  ],
  "a test that throws an Error without a stack": [
    'test("a", () => { const e = new Error("bare"); e.stack = undefined; throw e; }); test("b", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    "Error: bare",
  ],
  "a before hook that throws": [
    'test.before(() => { throw new Error("no server"); }); test("a", () => {}); test("b", () => {}); test.run();',
    "0 passed, 2 failed, 0 skipped",
    "sample: b: a before hook failed: no server",
  ],
  "a before.each hook that throws": [
    'test.before.each(() => { throw new Error("no folder"); }); test("a", () => {}); test.run();',
    "0 passed, 1 failed, 0 skipped",
    "sample: a: no folder",
  ],
  "an after.each hook that throws": [
    'test.after.each(() => { throw new Error("left over"); }); test("a", () => {}); test("b", () => {}); test.run();',
    "0 passed, 2 failed, 0 skipped",
    "sample: a: left over",
  ],
  "an after hook that throws": [
    'test.after(() => { throw new Error("not closed"); }); test("a", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    "sample: an after hook failed: not closed",
  ],
  "a forgotten run()": [
    'test("a", () => {});',
    "0 passed, 1 failed, 0 skipped",
    "sample: a: belongs to a suite whose .run() was never called",
  ],
  "a forgotten run() beside a suite that is run": [
    'test("a", () => {}); test.run(); const other = suite("other"); other("b", () => {});',
    "1 passed, 1 failed, 0 skipped",
    "other: b: belongs to a suite whose .run() was never called",
  ],
  "a file without tests": ["test.run();", "0 passed, 1 failed, 0 skipped", "failed: sample.test.js:"],
  "a file that does not load": [
    'import "./absent.js";',
    "0 passed, 1 failed, 0 skipped",
    "ended before all of its tests had run",
  ],
  "a test that ends the process as if all were well": [
    'test("a", () => process.exit(0)); test("b", () => {}); test.run();',
    "0 passed, 2 failed, 0 skipped",
    "sample: a: was begun and did not end",
  ],
  "a test that never settles": [
    'test("a", () => new Promise(() => {}), { seconds: 0.2 }); test("b", () => {}); test.run();',
    "1 passed, 1 failed, 0 skipped",
    "sample: a: the test did not end within 0.2 s",
  ],
  "a before hook that never settles": [
    'const slow = suite("slow", {}, { seconds: 0.2 }); slow.before(() => new Promise(() => {})); slow("a", () => {}); slow.run();',
    "0 passed, 1 failed, 0 skipped",
    "slow: a: a before hook failed: a before hook did not end within 0.2 s",
  ],
};

for (const [name, [body, last, explanation]] of Object.entries(failures)) {
  test(`${name} is a failure`, async () => {
    const outcome = await outcomeOfOne(body);
    assert.equal(outcome.last, last, outcome.lines.join("\n"));
    assert.equal(outcome.exitCode, 1);
    assertSays(outcome, explanation);
  });
}

test("a file that hangs is killed with the programs it has started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-runner-"));
  const survived = join(folder, "survived");
  const body = `import { spawn } from "node:child_process";
    test("a", () => {
      spawn("sh", ["-c", "sleep 3; echo > ${survived}"]);
      for (;;) {}
    });
    test.run();`;
  try {
    const outcome = await outcomeOfOne(body, { args: ["--seconds", "2"] });
    assert.equal(outcome.last, "0 passed, 1 failed, 0 skipped");
    assert.equal(outcome.exitCode, 1);
    assertSays(outcome, "sample: a: was begun and did not end");
    assertSays(outcome, "killed after 2 s");
    // Asking for the process itself would find it dead but unreaped where nothing adopts orphans.
    await setTimeout(2500);
    assert.ok(!existsSync(survived));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a stray program that holds the output does not hold the runner", async () => {
  const body = `import { spawn } from "node:child_process";
    test("a", () => { spawn("sleep", ["60"], { stdio: "inherit" }).unref(); });
    test.run();`;
  const begun = performance.now();
  const outcome = await outcomeOfOne(body);
  assert.equal(outcome.last, "1 passed, 0 failed, 0 skipped");
  assert.ok(performance.now() - begun < 30_000);
});

test("a file that something keeps alive after its tests is a failure", async () => {
  const outcome = await outcomeOfOne('test("a", () => { setInterval(() => {}, 1000); }); test.run();');
  assert.equal(outcome.last, "1 passed, 1 failed, 0 skipped");
  assertSays(outcome, "something keeps the process alive: Timeout");
});

const skipping = `test("a", () => {});
  test.skipUnless(false, "there is no moon", "b", () => {});
  test.skipUnless(true, "there is no sun", "c", () => {});
  test.skip("d", () => {});
  test.run();`;

test("skipped tests are named with their reasons", async () => {
  const outcome = await outcomeOfOne(skipping);
  assert.equal(outcome.last, "2 passed, 0 failed, 2 skipped");
  assert.equal(outcome.exitCode, 0);
  assertSays(outcome, "skipped: sample: b — there is no moon");
  assertSays(outcome, "skipped: sample: d — marked .skip");
});

test("a file of skipped tests alone is no failure", async () => {
  const outcome = await outcomeOfOne('test.skipUnless(false, "there is no moon", "a", () => {}); test.run();');
  assert.equal(outcome.last, "0 passed, 0 failed, 1 skipped");
  assert.equal(outcome.exitCode, 0);
});

test("with CI set, a skipped test fails the run", async () => {
  const outcome = await outcomeOfOne(skipping, { ci: true });
  assert.equal(outcome.last, "2 passed, 0 failed, 2 skipped");
  assert.equal(outcome.exitCode, 1);
  assertSays(outcome, "skipped: sample: b — there is no moon");
});

const withOnly = 'test("a", () => {}); test.only("b", () => {}); test.run();';

test("what .only leaves out counts as skipped", async () => {
  const outcome = await outcomeOfOne(withOnly);
  assert.equal(outcome.last, "1 passed, 0 failed, 1 skipped");
  assert.equal(outcome.exitCode, 0);
  assertSays(outcome, "skipped: sample: a — another test is marked .only");
});

test("with CI set, .only fails the run", async () => {
  const outcome = await outcomeOfOne('test.only("b", () => {}); test.run();', { ci: true });
  assert.equal(outcome.last, "1 passed, 1 failed, 0 skipped");
  assert.equal(outcome.exitCode, 1);
  assertSays(outcome, "failed: sample.test.js: marked .only: sample: b");
});

test("fewer tests than the minimum are a failure", async () => {
  const outcome = await outcomeOfOne('test("a", () => {}); test.run();', { args: ["--minimum", "2"] });
  assert.equal(outcome.last, "1 passed, 1 failed, 0 skipped");
  assert.equal(outcome.exitCode, 1);
  assertSays(outcome, "1 tests were found, and there should be at least 2");
});

test("a filter picks files, and one that picks none is a failure", async () => {
  const passing = `${preamble}test("a", () => {}); test.run();`;
  const files = { "moon.test.js": passing, "sun.test.js": passing };
  assert.equal((await outcomeOf(files, { args: ["moo"] })).last, "1 passed, 0 failed, 0 skipped");
  const none = await outcomeOf(files, { args: ["mars"] });
  assert.equal(none.last, "0 passed, 1 failed, 0 skipped");
  assert.equal(none.exitCode, 1);
});

test("a file that fails is run once more when nothing else runs, and what passes then is named as unsteady", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-runner-"));
  const mark = JSON.stringify(join(folder, "tried"));
  const unsteady = `${preamble}import { existsSync, writeFileSync } from "node:fs";
    test("a", () => { if (!existsSync(${mark})) { writeFileSync(${mark}, ""); throw new Error("too crowded"); } });
    test("b", () => {});
    test.run();`;
  const broken = `${preamble}test("a", () => { throw new Error("so it is"); }); test.run();`;
  try {
    const files = { "moon.test.js": unsteady, "sun.test.js": broken };
    const outcome = await outcomeOf(files, { args: ["--again", "2"] });
    assert.equal(outcome.last, "2 passed, 1 failed, 0 skipped");
    assertSays(outcome, "unsteady, passed once nothing else ran: moon.test.js: sample: a: too crowded");
    assertSays(outcome, "failed: sun.test.js: sample: a: so it is");
    rmSync(join(folder, "tried"));
    const many = await outcomeOf(files, { args: ["--again", "1"] });
    assert.equal(many.last, "1 passed, 2 failed, 0 skipped");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("hooks run around each test, in order, with the context", async () => {
  const body = `const log = [];
    const hooked = suite("hooked", { at: "home" });
    hooked.before((context) => { log.push("before " + context.at); });
    hooked.before.each(() => { log.push("("); });
    hooked.after.each(() => { log.push(")"); });
    hooked.after(() => { log.push("after"); console.log(log.join(" ")); throw new Error("show the output"); });
    hooked("a", (context) => { log.push(context.__test__); });
    hooked("b", () => { log.push("b"); });
    hooked.run();`;
  assertSays(await outcomeOfOne(body), "before home ( a ) ( b ) after");
});

test("a test file run on its own has an honest exit code", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-runner-"));
  try {
    const file = join(folder, "sample.test.mjs");
    writeFileSync(file, `${preamble}test("a", () => {});`);
    const exitCode = await new Promise((resolve) => {
      execFile(process.execPath, [file], (error) => resolve(error === null ? 0 : error.code));
    });
    assert.equal(exitCode, 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a file that uses uvu itself is judged by uvu's totals", async () => {
  const plain = `import { suite } from ${JSON.stringify(uvu)};\nconst test = suite("plain");\n`;
  const passing = await outcomeOf({ "plain.test.js": `${plain}test("a", () => {}); test.run();` });
  assert.equal(passing.last, "1 passed, 0 failed, 0 skipped");
  const broken = `${plain}test.before(() => { throw new Error("x"); }); test("a", () => {}); test.run();`;
  assert.equal((await outcomeOf({ "plain.test.js": broken })).last, "0 passed, 1 failed, 0 skipped");
  const forgotten = await outcomeOf({ "plain.test.js": `${plain}test("a", () => {});` });
  assert.equal(forgotten.last, "0 passed, 1 failed, 0 skipped");
});

test("bench and certify say how they are called, without an error, where that is asked", async () => {
  for (const name of ["bench", "certify"]) {
    const { error, stdout } = await new Promise<{ error: Error | null; stdout: string }>((resolve) =>
      execFile(process.execPath, [join(root, name, "run.js"), "--help"], (error, stdout) => resolve({ error, stdout })),
    );
    assert.equal(error, null);
    assert.match(stdout, new RegExp(`^usage: npm run ${name} `));
  }
});

test.run();
