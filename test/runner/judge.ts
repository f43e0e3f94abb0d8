import { stripVTControlCharacters } from "node:util";
import { type Tally, tally } from "./tally.js";
import type { Ending } from "./test-file.js";

/**
 * Judges a test file by its report, its exit code and the totals that uvu printed; they must agree.
 * A file that uses uvu's own `suite` has no report, and is judged by the totals alone.
 */
export function judge(ending: Ending): Tally {
  const totals = uvuTotals(ending.output);
  const reported =
    ending.events.length > 0 ? tally(ending.events) : totals === undefined ? nothing : withoutReport(totals);
  const problems = [...reported.problems];

  if (ending.timedOut) problems.push(`killed after ${ending.seconds.toFixed(0)} s`);
  else if (ending.signal !== null) problems.push(`ended by ${ending.signal}`);
  else if (totals === undefined) problems.push("ended before all of its tests had run");
  else if (totals.passed !== reported.passed) {
    problems.push(`uvu counts ${totals.passed} passed, the report ${reported.passed}`);
  }
  if (ending.exitCode !== 0 && ending.exitCode !== null && problems.length === 0) {
    problems.push(`exit code ${ending.exitCode}`);
  }
  return { ...reported, problems, failed: Math.max(reported.failed, problems.length > 0 ? 1 : 0) };
}

const nothing: Tally = { passed: 0, failed: 0, skipped: [], only: [], problems: [] };

interface UvuTotals {
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
}

/** The last totals in the output; earlier ones may be those of a program that a test has run. */
export function uvuTotals(output: string): UvuTotals | undefined {
  const pattern = /^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm;
  const last = [...stripVTControlCharacters(output).matchAll(pattern)].at(-1);
  return last && { total: Number(last[1]), passed: Number(last[2]), skipped: Number(last[3]) };
}

function withoutReport({ total, passed, skipped }: UvuTotals): Tally {
  const problems: string[] = [];
  if (total + skipped === 0) problems.push("no test was run");
  if (passed < total) problems.push(`${total - passed} of ${total} tests did not pass`);
  return {
    passed,
    failed: Math.max(total - passed, problems.length > 0 ? 1 : 0),
    skipped: Array.from({ length: skipped }, () => ({ name: "unnamed", reason: "skipped by uvu" })),
    only: [],
    problems,
  };
}
