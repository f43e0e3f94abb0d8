import { appendFileSync, readFileSync } from "node:fs";

/**
 * What a test file says of itself, one event a line. A line is written as soon as it is known, so
 * that a file that hangs or is killed has still told which of its tests it had begun.
 */
export type TestEvent =
  | { readonly kind: "registered"; readonly id: number; readonly name: string }
  /** `.run()` was called for these tests */
  | { readonly kind: "queued"; readonly ids: readonly number[] }
  | { readonly kind: "begun"; readonly id: number }
  | { readonly kind: "passed"; readonly id: number; readonly seconds: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  | { readonly kind: "skipped"; readonly id: number; readonly reason: string }
  /** the test was marked `.only` */
  | { readonly kind: "only"; readonly id: number }
  /** something outside of a test went wrong: an `after` hook, a process that does not end */
  | { readonly kind: "broken"; readonly message: string };

/** Environment variable that names the file to which a test file appends its events. */
export const reportVariable = "LOCUSTS_TEST_REPORT";

export function appendEvent(file: string, event: TestEvent): void {
  appendFileSync(file, `${JSON.stringify(event)}\n`);
}

/** The events of a report; none if the test file never wrote one. */
export function readEvents(file: string): TestEvent[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  // A killed process can leave its last line torn.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TestEvent);
}
