import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MACHINERY_SOURCE } from "../../compiler/emit/machinery.js";
import { RUN_FORMAT } from "../../compiler/format/bundle.js";
import { JOURNAL, MANAGER_EXITS } from "../../compiler/format/journal.js";
import { suite } from "../runner/suite.js";

/** What both halves have to agree on is said once, and the machinery says the same. */
const test = suite("journal columns");

const read = (name: string) => readFileSync(join(MACHINERY_SOURCE, name), "utf8");

test("the machinery's table of the journal is the format's", () => {
  const rows = [...read("journal.sh").matchAll(/^# {3}(\w+) {2,}(.+)$/gm)].map(([, event, columns]) => [
    event,
    (columns as string).split(" "),
  ]);
  assert.deepEqual(Object.fromEntries(rows), JOURNAL);
  assert.equal(/^locusts_format=(\d+)/m.exec(read("locusts.sh"))?.[1], String(RUN_FORMAT));
});

test("where the machinery looks for a column is where the format has it", () => {
  const places = [...read("journal.sh").matchAll(/locusts_at_(\w+)=(\d+)/g)].map(
    ([, column, place]) => [column, Number(place)] as const,
  );
  assert.ok(places.length > 5);
  for (const [column, place] of places) {
    const events = Object.values(JOURNAL).filter((columns) => (columns as readonly string[])[place - 1] === column);
    assert.ok(events.length > 0, `${column} at ${place}`);
  }
});

test("the machinery's exit codes are the format's", () => {
  const codes = [...read("main.sh").matchAll(/locusts_exit_(\w+)=(\d+)/g)].map(([, name, code]) => [
    name,
    Number(code),
  ]);
  assert.deepEqual({ finished: 0, error: 1, ...Object.fromEntries(codes) }, MANAGER_EXITS);
});

test.run();
