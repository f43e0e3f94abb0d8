import { type Callback, suite as uvuSuite } from "uvu";
import { appendEvent, reportVariable, type TestEvent } from "./report.js";
import { tally } from "./tally.js";
import { asError } from "./thrown.js";
import { withTimeLimit } from "./time-limit.js";

/**
 * uvu's `suite`, with its gaps closed. uvu reports success when a `before` hook throws, when a
 * test throws a string, and when `.run()` is forgotten; here each of these is a failure, every
 * test has a time limit, and a skipped test says why.
 */
export interface Suite<T> {
  (name: string, test: Callback<T>, limits?: TestLimits): void;
  only(name: string, test: Callback<T>, limits?: TestLimits): void;
  skip(name?: string, test?: Callback<T>): void;
  /** Registers the test if `condition` holds; otherwise skips it by name and says `reason` aloud. */
  skipUnless(condition: boolean, reason: string, name: string, test: Callback<T>, limits?: TestLimits): void;
  before: Hook<T>;
  after: Hook<T>;
  run(): void;
}

export interface Hook<T> {
  (hook: Callback<T>): void;
  each(hook: Callback<T>): void;
}

export interface TestLimits {
  /** how long a test, with its hooks, may take; 120 unless given */
  readonly seconds?: number;
}

/** What uvu passes to tests and hooks unless a suite has a context of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the same type as uvu's, so that a test can move from one to the other
type AnyContext = Record<string, any>;

/** A process that lives on so long after its last test is kept alive by something a test left behind. */
const lingeringSeconds = 10;

const reportFile = process.env[reportVariable];
// Programs that a test starts are no part of this report.
delete process.env[reportVariable];

const events: TestEvent[] = [];
let nextId = 0;
let unfinishedRuns = 0;

function record(event: TestEvent): void {
  events.push(event);
  if (reportFile !== undefined) appendEvent(reportFile, event);
}

export function suite<T = AnyContext>(title = "", context?: T, suiteLimits: TestLimits = {}): Suite<T> {
  const inner = uvuSuite<T>(title, context);
  const hooks = {
    before: [] as Callback<T>[],
    after: [] as Callback<T>[],
    beforeEach: [] as Callback<T>[],
    afterEach: [] as Callback<T>[],
  };
  let pending: { readonly id: number; readonly only: boolean }[] = [];
  let beforeFailure: Error | undefined;
  const suiteSeconds = suiteLimits.seconds ?? 120;

  const register = (name: string): number => {
    const id = nextId++;
    record({ kind: "registered", id, name: title === "" ? name : `${title}: ${name}` });
    return id;
  };

  const skip = (name: string, reason: string): void => {
    inner.skip();
    record({ kind: "skipped", id: register(name), reason });
    console.log(`skipped: ${title === "" ? name : `${title}: ${name}`} — ${reason}`);
  };

  /** The test with the hooks around it, as one function that throws nothing but Errors. */
  const guarded =
    (id: number, test: Callback<T>, limits: TestLimits): Callback<T> =>
    async (given) => {
      const begun = performance.now();
      record({ kind: "begun", id });
      try {
        if (beforeFailure) throw beforeFailure;
        await withTimeLimit("the test", limits.seconds ?? suiteSeconds, async () => {
          try {
            for (const hook of hooks.beforeEach) await hook(given);
            await test(given);
          } finally {
            for (const hook of hooks.afterEach) await hook(given);
          }
        });
      } catch (thrown) {
        const error = asError(thrown);
        record({ kind: "failed", id, message: error.message });
        throw error;
      }
      record({ kind: "passed", id, seconds: (performance.now() - begun) / 1000 });
    };

  const add = (only: boolean, name: string, test: Callback<T>, limits: TestLimits): void => {
    const id = register(name);
    pending.push({ id, only });
    if (only) record({ kind: "only", id });
    (only ? inner.only : inner)(name, guarded(id, test, limits));
  };

  const run = (): void => {
    const { before, after } = hooks;
    // What .only leaves out, uvu does not run either.
    if (pending.some((test) => test.only)) {
      for (const { id } of pending.filter((test) => !test.only)) {
        record({ kind: "skipped", id, reason: "another test is marked .only" });
      }
      pending = pending.filter((test) => test.only);
    }
    record({ kind: "queued", ids: pending.map((test) => test.id) });
    pending = [];
    unfinishedRuns += 1;

    // uvu swallows what such a hook throws, so each test of the suite throws it again.
    inner.before(async (given) => {
      try {
        for (const hook of before) await withTimeLimit("a before hook", suiteSeconds, () => hook(given));
      } catch (thrown) {
        const error = asError(thrown);
        beforeFailure = new Error(`a before hook failed: ${error.message}`, { cause: error });
        beforeFailure.stack = error.stack ?? "";
      }
    });
    inner.after(async (given) => {
      for (const hook of after) {
        try {
          await withTimeLimit("an after hook", suiteSeconds, () => hook(given));
        } catch (thrown) {
          const error = asError(thrown);
          record({ kind: "broken", message: `${title}: an after hook failed: ${error.message}` });
          console.error(error);
        }
      }
      unfinishedRuns -= 1;
      if (unfinishedRuns === 0) endIfLingering();
    });
    inner.run();
  };

  const hook = (once: Callback<T>[], each: Callback<T>[]): Hook<T> =>
    Object.assign((added: Callback<T>) => void once.push(added), {
      each: (added: Callback<T>) => void each.push(added),
    });

  return Object.assign(
    (name: string, test: Callback<T>, limits: TestLimits = {}): void => add(false, name, test, limits),
    {
      only: (name: string, test: Callback<T>, limits: TestLimits = {}): void => add(true, name, test, limits),
      skip: (name = "unnamed"): void => skip(name, "marked .skip"),
      skipUnless: (condition: boolean, reason: string, name: string, test: Callback<T>, limits: TestLimits = {}) =>
        condition ? add(false, name, test, limits) : skip(name, reason),
      before: hook(hooks.before, hooks.beforeEach),
      after: hook(hooks.after, hooks.afterEach),
      run,
    },
  );
}

/** Without this, a forgotten server or child would hold the file until the runner's own time limit. */
function endIfLingering(): void {
  const timer = setTimeout(() => {
    if (unfinishedRuns > 0) return;
    const held = process.getActiveResourcesInfo().filter((kind) => kind !== "TTYWrap" && kind !== "Immediate");
    record({
      kind: "broken",
      message: `the tests are over, but something keeps the process alive: ${held.join(", ")}`,
    });
    process.exit(1);
  }, lingeringSeconds * 1000);
  timer.unref();
}

// So that a test file run on its own, without the runner, has an honest exit code as well.
process.on("exit", () => {
  const { failed, problems } = tally(events);
  if (failed === 0) return;
  if (reportFile === undefined) for (const problem of problems) console.error(`failed: ${problem}`);
  process.exitCode = process.exitCode || 1;
});
