import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readTable } from "../../compiler/survey/read-table.js";
import { suite } from "../runner/suite.js";
import { type Reading, readSimply } from "./simple-table.js";

/** Whatever a table holds: each of its rows arrives as it is written, or is refused at its line. */
const test = suite("tables of all kinds");

const folder = mkdtempSync(join(tmpdir(), "locusts-readings-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const LATIN_1 = "latin1";
const UTF_8 = "utf8";
const UTF_16 = "utf16le";
const SWAPPED = "utf16be";
type Encoding = typeof LATIN_1 | typeof UTF_8 | typeof UTF_16 | typeof SWAPPED;

interface Table extends Reading {
  readonly text: string;
  readonly encoding: Encoding;
  readonly mark: boolean;
}

const CELLS = [
  ...["a", "b7", "NA", "true", "false", "0", "7", "-3", "12.5", "007", "1e3", "1.10", "0x10", "-0", "+5", ".5", "5."],
  ...["9007199254740993", "0.1234567890123456789", "Infinity", "", " ", "a ", " a", "\u00a0", "x\u00a0y", "é", "😀"],
  ...["e\u0301", "\u2028", "\uFEFF", "\u0085", "#", "#a", "# a", "##", "a#", '"', '"a"', '""', '5" pipe', "a,b", "a;b"],
  ...["a\tb", "a\nb", "a\rb", "a\r\nb", "\\t", "\\e", "$x", "__proto__"],
];
const NAMES = ["id", "n", "x", "status", "toString", "constructor"];

/** Mostly what makes a table, so that not all of them are refused. */
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b7", "7", "-3", "12.5", "true", "é", "x y", "😀") },
  { weight: 2, arbitrary: fc.constantFrom(...CELLS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }).filter((text) => !text.includes("\0")) },
);
const name = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "id ", "", "ä", "1", "#id", "\uFEFFid") },
);
const type = fc.constantFrom("string" as const, "number" as const, "boolean" as const);

/** How a cell is written: in quotes if it must be, or by whim; now and then wrong. */
function write(text: string, commas: boolean, whim: number): string {
  if (!commas) return whim === 0 ? text : text.replace(/[\t\r\n]/g, "_");
  if (whim === 0) return text;
  return whim === 1 || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const table: fc.Arbitrary<Table> = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    rows: fc.array(fc.array(fc.tuple(cell, fc.nat(9)), { minLength: 4, maxLength: 4 }), { maxLength: 5 }),
    typed: fc.option(fc.array(fc.tuple(fc.nat(3), type), { minLength: 1, maxLength: 3 }), { nil: undefined }),
    comments: fc.constantFrom(undefined, undefined, true, false),
    commas: fc.boolean(),
    end: fc.constantFrom("\n", "\n", "\r\n", "\r"),
    odd: fc.array(
      fc.tuple(
        fc.nat(6),
        fc.constantFrom(
          "",
          " ",
          "\t",
          ",",
          "# a word",
          "#a",
          "#a\tb",
          "#a,b",
          "a",
          'a"',
          '"',
          "\r",
          "\r\n",
          "\n",
          "a\rb",
        ),
      ),
      { maxLength: 1 },
    ),
    fault: fc.integer({ min: 0, max: 20 }),
    last: fc.boolean(),
    encoding: fc.constantFrom(UTF_8, UTF_8, UTF_8, UTF_16, SWAPPED, LATIN_1) as fc.Arbitrary<Encoding>,
    mark: fc.boolean(),
  })
  .map(({ names, rows, typed, end, odd, fault, last, ...rest }) => {
    const separator = rest.commas ? "," : "\t";
    const body = rows.map((cells) =>
      cells.slice(0, names.length).map(([text, whim]) => write(text, rest.commas, whim)),
    );
    if (fault === 0) body.at(-1)?.push("more");
    if (fault === 1) body.at(-1)?.pop();
    const head = names.map((text) => write(text, rest.commas, text === "id" ? 1 : 2));
    if (fault === 2) head[0] = head.at(-1) as string;
    const lines = [head, ...body].map((fields) => fields.join(separator));
    for (const [place, text] of fault > 10 ? odd : []) lines.splice(place, 0, text);
    const columns = typed && Object.fromEntries(typed.map(([i, kind]) => [names[i % names.length] as string, kind]));
    return { ...rest, columns, text: lines.join(end) + (last ? end : "") };
  });

function encode({ text, encoding, mark }: Table): Buffer {
  const whole = mark && encoding !== LATIN_1 ? `\uFEFF${text}` : text;
  return encoding === SWAPPED ? Buffer.from(whole, UTF_16).swap16() : Buffer.from(whole, encoding);
}

/** What a file holds; undefined if that cannot be told. */
function decode({ text, encoding, mark }: Table): string | undefined {
  if (encoding === UTF_8) return text.replace(mark ? "" : /^\uFEFF/, "");
  if (encoding === LATIN_1) {
    const decoded = Buffer.from(text, LATIN_1).toString();
    return decoded.includes("\uFFFD") ? undefined : decoded;
  }
  return mark || text.startsWith("\uFEFF") ? text.replace(mark ? "" : /^\uFEFF/, "") : undefined;
}

const seen = { read: 0, refused: 0 };

function checkTable(made: Table): void {
  const file = made.commas ? "t.csv" : "t.tsv";
  const path = join(folder, file);
  writeFileSync(path, encode(made));
  const { names, rows, problems, notes } = readTable(path, file, made);
  const text = decode(made);
  if (text === undefined || text.includes("\0") || text.includes("\uFFFD")) {
    assert.ok(problems.length > 0, "it was read, and is no text");
    return;
  }
  const expected = readSimply(text, made);
  for (const { message, place } of problems) {
    if (!place) assert.match(message, /^and \d+ more/);
    else assert.ok(message && place.line >= 1 && place.column >= 1);
  }
  if (expected.refused.length > 0) {
    seen.refused += 1;
    assert.ok(problems.length > 0, `line ${expected.refused} was to be refused`);
    const at = problems[0]?.place?.line;
    assert.ok(expected.refused.includes(at ?? 0), `refused at ${at}, and not at ${expected.refused}`);
    return;
  }
  seen.read += 1;
  assert.deepEqual(problems, []);
  assert.deepEqual(
    rows.map((row) => names.map((column) => String(row[column]))),
    expected.rows,
  );
  for (const row of rows)
    for (const column of names) assert.equal(typeof row[column], made.columns?.[column] ?? "string");
  const said = notes.map(({ message }) => message).join("\n");
  assert.equal(/nothing in (it is|them are) left out/.test(said), expected.blank > 0, "blank rows are worth a note");
}

test("a table's rows arrive as they are written, or are refused at their line", () => {
  fc.assert(fc.property(table, checkTable), { numRuns: 4000, includeErrorInReport: true });
  assert.ok(seen.read > 500 && seen.refused > 500, JSON.stringify(seen));
});

test.run();
