import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ColumnType } from "../../compiler/dsl/job-source.js";
import { readTable, type TableRows } from "../../compiler/survey/read-table.js";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";

/** Tables that other programs have written: what is in them arrives, or is named. */
const test = suite("tables of jobs");

interface Wishes {
  readonly name?: string;
  readonly columns?: Readonly<Record<string, ColumnType>>;
  readonly comments?: boolean;
}

function read(content: string | Uint8Array, { name = "p.tsv", columns, comments }: Wishes = {}): TableRows {
  return readTable(join(makeFolder({ [name]: content as string }), name), name, { columns, comments });
}

const values = (table: TableRows) => table.rows.map((row) => Object.values(row));

/** Rows, and nothing else to say. */
function rowsOf(content: string | Uint8Array, wishes: Wishes = {}): unknown[][] {
  const table = read(content, wishes);
  assert.equal([table.problems, table.notes], [[], []], JSON.stringify(content));
  return values(table);
}

/** The first problem, as `line:column message (hint)`. */
function wrong(content: string | Uint8Array, wishes: Wishes = {}): string {
  const { problems } = read(content, wishes);
  const [first] = problems;
  assert.ok(first, `nothing is wrong with ${JSON.stringify(content)}`);
  return `${first.place?.line}:${first.place?.column} ${first.message} (${first.hint})`;
}

const AB = [
  ["a", "1"],
  ["b", "2"],
];

test("line ends of every system, a mark at the start and UTF-16 are read alike", () => {
  for (const text of [
    "id\tn\na\t1\nb\t2\n",
    "id\tn\r\na\t1\r\nb\t2\r\n",
    "id\tn\ra\t1\rb\t2\r",
    "id\tn\na\t1\n\nb\t2",
  ]) {
    assert.equal(rowsOf(text), AB);
    assert.equal(rowsOf(`\uFEFF${text}`), AB);
    assert.equal(rowsOf(Buffer.from(`\uFEFF${text}`, "utf16le")), AB);
    assert.equal(rowsOf(Buffer.from(`\uFEFF${text}`, "utf16le").swap16()), AB);
    assert.equal(rowsOf(text.replaceAll("\t", ","), { name: "p.csv" }), AB);
  }
});

test("what is no text in UTF-8 is named, with the place and a way out", () => {
  assert.match(wrong(Buffer.from("id\nok\nM\xfcller\n", "latin1")), /^3:2 .*not UTF-8.*iconv -f latin1/);
  assert.match(wrong(Buffer.from("id\r\nok\r\nM\xfcller\r\n", "latin1")), /^3:2 /);
  assert.match(wrong(Buffer.from("id\na\n", "utf16le")), /NUL characters/);
  assert.match(wrong(Buffer.from([0x1f, 0x8b, 8, 0])), /compressed/);
  assert.match(wrong(Buffer.from("PK\x03\x04xl")), /workbook/);
  assert.match(wrong(""), /the table is empty/);
});

test("a line with # is a comment where it can be nothing else, and refused where it may be data", () => {
  assert.equal(rowsOf("# made by hand\n#!x\nid\tn\na\t1\n# the rest\nb\t2\n"), AB);
  assert.match(wrong("#id\tn\na\t1\n"), /^1:1 .*name the columns, or be a comment \(take away the #/);
  assert.match(wrong("# id\tn\na\t1\n"), /^1:1 /);
  assert.match(wrong("#id\na\n"), /^1:1 /);
  assert.match(wrong("#id\n#a\n"), /all its lines begin with #/);
  assert.match(wrong("id\tn\n#ff0000\t1\n"), /^2:1 .*a row, or a comment .*comments: false/);
  assert.match(wrong("id\n# a\n"), /^2:1 /);
  assert.match(wrong("id\tn\na\t1\n#b 2\n"), /^3:1 /);
});

test("who says what # means has it so", () => {
  assert.equal(rowsOf("id\tn\n#f\t1\nb\t2\n", { comments: false }), [
    ["#f", "1"],
    ["b", "2"],
  ]);
  assert.equal(rowsOf("#id\tn\nid\tn\n#x\t1\na\t1\n#\nb\t2\n", { comments: true }), AB);
  assert.equal(rowsOf('id,n\n"#f",1\n', { name: "p.csv" }), [["#f", "1"]]);
});

test("a comma file is read by RFC 4180", () => {
  const csv = { name: "p.csv" };
  assert.equal(rowsOf('id,n\n"a, ""b""",1\n"two\nlines",\n"",2\n', csv), [
    ['a, "b"', "1"],
    ["two\nlines", ""],
    ["", "2"],
  ]);
  assert.equal(rowsOf('"id","n"\r\n"a","1"\r\n', csv), [["a", "1"]]);
  assert.match(wrong('id,n\n"a,1\nb,2\n', csv), /^2:1 .*never closed/);
  assert.match(wrong(`id,n\n"${"a".repeat(100_000)},1\n`, csv), /^2:1 .*never closed/);
  assert.match(wrong('id,n\n"a"b,1\n', csv), /^2:4 .*after a closing quote/);
  assert.match(wrong('id,n\n5" pipe,1\n', csv), /^2:2 .*quote within a field/);
  assert.match(wrong('id,n\n"x\ny",1\nz\n', csv), /^4:1 this line has 1 fields.*commas/);
});

test("a table with other separators is named", () => {
  assert.match(wrong("id,n\na,1\n"), /^1:1 .*separated by commas: call it \.csv/);
  assert.match(wrong("id;n\na;1\n"), /semicolons/);
  assert.match(wrong("id;n\na;1\n", { name: "p.csv" }), /semicolons/);
  assert.match(wrong("id\tn\na\t1\n", { name: "p.csv" }), /separated by tabs: call it \.tsv/);
  assert.match(wrong("id n\na 1\n", { columns: { id: "string" } }), /no column "id".*blanks/);
});

test("columns: two of one name, names with blanks, lines that are too short or too long", () => {
  assert.match(wrong("id\tn\tid\na\t1\tb\n"), /^1:6 .*two columns called "id"/);
  assert.equal(rowsOf("id\tx\tx\na\t1\t2\n", { columns: { id: "string" } }), [["a"]]);
  assert.match(wrong("id \tn\na\t1\n"), /^1:1 the column "id " .*not to be seen/);
  assert.match(wrong("id\t\na\t1\n"), /^1:4 the column "" .*give the column a name/);
  assert.match(wrong("id\tn\na\n"), /^2:1 this line has 1 fields, and the table has 2 columns/);
  assert.match(wrong("id\tn\na\t1\t\n"), /^2:1 this line has 3 fields/);
});

test("a number is kept only if it is written as it will be; a text is kept as it is", () => {
  const number = { columns: { id: "number" as const } };
  const good = ["0", "7", "-3", "1.1", "0.5", "1e+21", "9007199254740991", "1e-7"];
  assert.equal(
    rowsOf(`id\n${good.join("\n")}\n`, number),
    good.map((text) => [Number(text)]),
  );
  const odd = ["007", "0x10", "0b11", "1.10", "1e3", "-0", "+5", ".5", "5.", " 5 ", "5 ", "1_000", "9007199254740993"];
  for (const text of odd)
    assert.match(wrong(`id\n${text}\n`, number), /^2:1 .*(would become|is no number).*"string"/, text);
  for (const text of ["", "NA", "Infinity", "NaN", "1,5", "٣"])
    assert.match(wrong(`id\tn\n${text}\tx\n`, number), /^2:1 .*is no number/, text);
  assert.equal(rowsOf(`id\n${odd.filter((text) => !text.includes(" ")).join("\n")}\n`).length, odd.length - 2);
  assert.match(wrong("id\nTrue\n", { columns: { id: "boolean" } }), /^2:1 "True" is neither true nor false/);
});

test("blanks and quotes that are kept, and rows of nothing that are not, are worth a note", () => {
  const { rows, notes, problems } = read('id\tn\na \t1\nb\u00a0c\t2\n"x"\t3\n\t\n \t \n');
  assert.equal(problems, []);
  assert.equal(
    rows.map(({ id }) => id),
    ["a ", "b\u00a0c", '"x"'],
  );
  assert.equal(
    notes.map(({ message, place }) => `${place?.line}:${place?.column} ${message}`),
    [
      "2:1 2 values of the table begin or end with a blank, or have one that looks like another",
      "4:1 a value of the table begins with a quote",
      "5:1 2 rows of the table with nothing in them are left out",
    ],
  );
});

test("a table full of mistakes names some, and counts the rest", () => {
  const { problems } = read(`id\n${"x\ty\n".repeat(1000)}`);
  assert.is(problems.length, 4);
  assert.match(problems.at(-1)?.message ?? "", /and 997 more of these/);
});

test.run();
