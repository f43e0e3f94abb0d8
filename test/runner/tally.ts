import type { TestEvent } from "./report.js";

export interface SkippedTest {
  readonly name: string;
  readonly reason: string;
}

/** What became of the tests of one file, or of all files. */
export interface Tally {
  readonly passed: number;
  /** at least 1 where there are problems */
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
  /** names of tests that were marked `.only` */
  readonly only: readonly string[];
  /** what went wrong, a sentence each */
  readonly problems: readonly string[];
}

/** A test that neither passed nor was skipped has failed, whether or not it was run. */
export function tally(events: readonly TestEvent[]): Tally {
  const names = new Map<number, string>();
  const open = new Map<number, string>();
  const skipped: SkippedTest[] = [];
  const only: string[] = [];
  const problems: string[] = [];
  let passed = 0;
  const nameOf = (id: number): string => names.get(id) ?? `test ${id}`;

  for (const event of events) {
    switch (event.kind) {
      case "registered":
        names.set(event.id, event.name);
        open.set(event.id, "belongs to a suite whose .run() was never called");
        break;
      case "queued":
        for (const id of event.ids) if (open.has(id)) open.set(id, "was not run");
        break;
      case "begun":
        open.set(event.id, "was begun and did not end");
        break;
      case "passed":
        open.delete(event.id);
        passed += 1;
        break;
      case "failed":
        open.delete(event.id);
        problems.push(`${nameOf(event.id)}: ${event.message}`);
        break;
      case "skipped":
        open.delete(event.id);
        skipped.push({ name: nameOf(event.id), reason: event.reason });
        break;
      case "only":
        only.push(nameOf(event.id));
        break;
      case "broken":
        problems.push(event.message);
        break;
    }
  }

  for (const [id, state] of open) problems.push(`${nameOf(id)}: ${state}`);
  if (names.size === 0) problems.push("no test was registered");
  const unfinished = names.size - passed - skipped.length;
  return { passed, failed: Math.max(unfinished, problems.length > 0 ? 1 : 0), skipped, only, problems };
}
