import assert from "node:assert/strict";
import fc from "fast-check";
import { JobSource } from "../../compiler/dsl/job-source.js";
import { linspace, list, matrix, range, rows } from "../../compiler/dsl/jobs.js";
import { DefinitionMistake } from "../../compiler/dsl/mistake.js";
import type { ParamValue } from "../../compiler/format/pattern.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { enumerateJobs } from "../../compiler/survey/sources/enumerate-jobs.js";
import { suite } from "../runner/suite.js";

/** Whatever a definition counts up or lists: each job has the values that were written, exactly, or all are refused. */
const test = suite("sources of all kinds");

/** A decimal as it is written: `digits` of which the last `places` come after the point. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** As people write it, without zeros that say nothing. */
function written({ digits, places }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const [whole, part] = [text.slice(0, text.length - places), text.slice(text.length - places).replace(/0+$/, "")];
  return `${sign}${whole}${part === "" ? "" : `.${part}`}`;
}

const decimal = (min: bigint, max: bigint) => fc.record({ digits: fc.bigInt({ min, max }), places: fc.nat(6) });

/** Both in units of the smaller one. */
function alike(...all: readonly Decimal[]): readonly bigint[] {
  const places = Math.max(...all.map((one) => one.places));
  return all.map((one) => one.digits * 10n ** BigInt(places - one.places));
}

const seen = { counted: 0, refused: 0 };

function checkRange(from: Decimal, step: Decimal, steps: number, more: number): void {
  const places = Math.max(from.places, step.places);
  const [start = 0n, distance = 1n] = alike(from, step);
  // The end lies on the last step or before the next one.
  const end = start + distance * BigInt(steps) + (distance * BigInt(more)) / 10n;
  const expected = Array.from({ length: steps + 1 }, (_, i) =>
    written({ digits: start + distance * BigInt(i), places }),
  );
  const ends = [from, step, { digits: end, places }].map(written);
  // What a literal cannot hold is refused where it is written.
  fc.pre(ends.every((text) => String(Number(text)) === text));
  let source: JobSource<unknown>;
  try {
    source = range("i", Number(written(from)), Number(written({ digits: end, places })), Number(written(step)));
  } catch (error) {
    assert.ok(error instanceof DefinitionMistake);
    const digits = [start, end, distance].map((one) => String(one).replace("-", "").length);
    assert.ok(Math.max(...digits) > 15, `${expected[0]} to ${expected.at(-1)} was refused`);
    seen.refused += 1;
    return;
  }
  const { jobs, problems } = enumerateJobs(JobSource.said(source), "/");
  assert.deepEqual(problems, []);
  const found = Array.from(jobs, ({ i }) => i as number);
  assert.deepEqual(found.map(String), expected);
  seen.counted += 1;
}

test("a range has the decimals that are meant, or is refused", () => {
  const large = 10n ** 16n;
  fc.assert(
    fc.property(
      fc.oneof(decimal(-1000n, 1000n), decimal(-large, large)),
      fc.oneof(decimal(1n, 50n), decimal(1n, large)),
      fc.nat(40),
      fc.nat(9),
      checkRange,
    ),
    { numRuns: 5000, includeErrorInReport: true },
  );
  assert.ok(seen.counted > 1000 && seen.refused > 1000, JSON.stringify(seen));
});

const value: fc.Arbitrary<ParamValue> = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0.1 + 0.2, 1e21, 2 ** 53, -0, 1e-7, Number.MAX_SAFE_INTEGER),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "\\t", "\\e", "\\", "a\tb", "a\nb", "007", " ", "é"),
);
const name = fc.constantFrom("id", "n", "x", "constructor");

function isExact(one: ParamValue): boolean {
  return typeof one !== "number" || (Number.isFinite(one) && (!Number.isInteger(one) || Math.abs(one) < 2 ** 53));
}

/** The jobs of a source, as texts that a bundle's table has held; undefined if it is refused. */
function held(source: JobSource<unknown>): string[][] | undefined {
  const { names, jobs, problems } = enumerateJobs(JobSource.said(source), "/");
  if (problems.length > 0) return undefined;
  return Array.from(jobs, (params) => {
    const line = encodeRow(names.map((column) => String(params[column])));
    assert.equal(line.indexOf("\n"), line.length - 1);
    return decodeRow(line.slice(0, -1));
  });
}

function checkListed(names: readonly string[], table: readonly (readonly ParamValue[])[]): void {
  const exact = table.flat().every(isExact);
  const texts = table.map((values) => values.map(String));
  const listed = rows(
    table.map((values) => Object.fromEntries(names.map((column, i) => [column, values[i] as ParamValue]))),
  );
  assert.deepEqual(held(listed), exact ? texts : undefined);
  const first = table.map(([one]) => one as ParamValue);
  const firstExact = first.every(isExact);
  assert.deepEqual(held(list("id", first)), firstExact ? first.map((one) => [String(one)]) : undefined);
  const pairs = first.flatMap((a) => first.map((b) => [String(a), String(b)]));
  assert.deepEqual(held(matrix({ a: first, b: first })), firstExact ? pairs : undefined);
}

test("rows, lists and matrices have the values that were written, also in a bundle's table, or are refused", () => {
  const table = fc
    .uniqueArray(name, { minLength: 1, maxLength: 3 })
    .chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.array(fc.array(value, { minLength: names.length, maxLength: names.length }), { minLength: 1, maxLength: 4 }),
      ),
    );
  fc.assert(
    fc.property(table, ([names, values]) => checkListed(names, values)),
    { numRuns: 3000, includeErrorInReport: true },
  );
});

test("more jobs than anybody means are refused before they are counted", () => {
  const many = range("i", 1, 1e9);
  const thousand = Array.from({ length: 1000 }, (_, i) => i);
  const sources = [
    many,
    matrix({ a: thousand, b: thousand, c: thousand }),
    range("i", 1, 1e5).times(range("j", 1, 1e4)),
  ];
  for (const source of sources) {
    const { jobs, problems } = enumerateJobs(JobSource.said(source), "/");
    assert.deepEqual([...jobs], []);
    assert.match(problems[0]?.message ?? "", /^these are 1,000,000,000 jobs, and a swarm has at most 100,000,000$/);
  }
  assert.throws(() => linspace("x", 0, 1, 1e9), /too many numbers/);
  const few = range("i", 1, 1e5)
    .filter(({ i }) => i < 3)
    .times(range("j", 1, 1e4));
  assert.deepEqual(enumerateJobs(JobSource.said(few), "/").problems, [], "a filter leaves few of many");
});

test.run();
