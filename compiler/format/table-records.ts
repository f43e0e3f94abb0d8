/** A place in a table; lines and columns count from 1. */
interface TablePlace {
  readonly line: number;
  readonly column: number;
}

export interface TableRecord {
  readonly fields: readonly string[];
  placeOf(field: number): TablePlace;
  /** was the field put into quotes that are no part of it? */
  isQuoted(field: number): boolean;
}

export interface RecordMistake extends TablePlace {
  readonly mistake: string;
  readonly hint: string;
}

/** The lines of a tab-separated table, without what ends them, as records. Quotes are nothing special there. */
export function* tabbedRecords(lines: Iterable<string>): Generator<TableRecord> {
  let number = 0;
  for (const text of lines) {
    number += 1;
    const fields = text.split("\t");
    const line = number;
    yield {
      fields,
      placeOf: (field) => ({ line, column: fields.slice(0, field).reduce((sum, { length }) => sum + length + 1, 1) }),
      isQuoted: () => false,
    };
  }
}

const QUOTE = '"';

/** Where the quote that closes a field is, from a place in it on; -1 if that is on a later line. */
function closingQuote(line: string, from: number): number {
  let end = line.indexOf(QUOTE, from);
  while (end >= 0 && line[end + 1] === QUOTE) end = line.indexOf(QUOTE, end + 2);
  return end;
}

/**
 * The records of a comma-separated table, as RFC 4180 has them: a field in quotes may hold commas,
 * line ends and, doubled, quotes. Nothing comes after a mistake.
 *
 * @param quotes `loose`: within a field that does not begin with one they are characters as others, as many programs
 *   write and read them
 */
export function* commaRecords(
  lines: Iterable<string>,
  quotes: "strict" | "loose",
): Generator<TableRecord | RecordMistake> {
  let number = 0;
  let fields: string[] = [];
  let places: TablePlace[] = [];
  let quoted = new Set<number>();
  let begun: string[] | undefined; // the lines so far of a field whose closing quote is on a later one
  for (const line of lines) {
    number += 1;
    for (let at = 0; at <= line.length; at += 1) {
      if (!begun) {
        places.push({ line: number, column: at + 1 });
        if (line[at] === QUOTE) {
          quoted.add(fields.length);
          begun = [];
          at += 1;
        }
      }
      const end = begun ? closingQuote(line, at) : line.indexOf(",", at);
      const part = line.slice(at, end < 0 ? undefined : end);
      if (!begun) {
        if (quotes === "strict" && part.includes(QUOTE)) {
          const mistake = "there is a quote within a field that does not begin with one";
          const hint = 'put the whole field into quotes, and write the quote in it twice: "5"" pipe"';
          yield { line: number, column: at + part.indexOf(QUOTE) + 1, mistake, hint };
          return;
        }
        fields.push(part);
        at = end < 0 ? line.length : end;
        continue;
      }
      begun.push(part);
      if (end < 0) break;
      fields.push(begun.join("\n").replaceAll(QUOTE + QUOTE, QUOTE));
      begun = undefined;
      at = end + 1;
      if (at === line.length || line[at] === ",") continue;
      const hint = "end the field with a comma";
      yield { line: number, column: at + 1, mistake: "there is text after a closing quote", hint };
      return;
    }
    if (begun) continue;
    const [placed, inQuotes, first] = [places, quoted, places[0] as TablePlace];
    yield { fields, placeOf: (field) => placed[field] ?? first, isQuoted: (field) => inQuotes.has(field) };
    [fields, places, quoted] = [[], [], new Set()];
  }
  const hint = 'a quote within quotes is written twice: ""';
  if (begun) yield { ...(places.at(-1) as TablePlace), mistake: "the quote that begins here is never closed", hint };
}
