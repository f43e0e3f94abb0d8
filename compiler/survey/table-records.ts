export interface TableRecord {
  /** from 1 */
  readonly line: number;
  readonly fields: readonly string[];
  placeOf(field: number): { readonly line: number; readonly column: number };
  /** was the field put into quotes that are no part of it? */
  isQuoted(field: number): boolean;
}

export interface RecordMistake {
  readonly mistake: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
}

/** Old Macs ended lines with a carriage return alone. */
function withLineFeeds(text: string): string {
  return text.includes("\n") ? text : text.replaceAll("\r", "\n");
}

/** The lines of a tab-separated table. Quotes are nothing special there. */
export function* tabbedRecords(text: string): Generator<TableRecord> {
  let line = 0;
  for (const content of withLineFeeds(text).split(/\r?\n/)) {
    line += 1;
    const fields = content.split("\t");
    const at = line;
    yield {
      line: at,
      fields,
      placeOf: (field) => ({
        line: at,
        column: fields.slice(0, field).reduce((sum, { length }) => sum + length + 1, 1),
      }),
      isQuoted: () => false,
    };
  }
}

const QUOTE = '"';
const PLAIN_FIELD = /[^,"\n]*/y;
const FIELD_END = /,|\r?\n|$/y;

/**
 * The records of a comma-separated table, as RFC 4180 has them: a field in quotes may hold commas,
 * line ends and, doubled, quotes.
 */
export function* commaRecords(given: string): Generator<TableRecord | RecordMistake> {
  const text = withLineFeeds(given);
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const quotedField = () => {
    let end = text.indexOf(QUOTE, at + 1);
    while (end >= 0 && text[end + 1] === QUOTE) end = text.indexOf(QUOTE, end + 2);
    return end < 0 ? undefined : text.slice(at, end + 1);
  };
  const placeHere = () => ({ line, column: at - lineStart + 1 });
  const pass = (part: string) => {
    line += part.split("\n").length - 1;
    if (part.includes("\n")) lineStart = at + part.lastIndexOf("\n") + 1;
    at += part.length;
  };
  for (let isEnd = false; !isEnd; ) {
    const fields: string[] = [];
    const places: { readonly line: number; readonly column: number }[] = [];
    const quoted: boolean[] = [];
    const first = line;
    for (let end = ","; end === ","; pass(end)) {
      places.push(placeHere());
      quoted.push(text[at] === QUOTE);
      if (text[at] === QUOTE) {
        const field = quotedField();
        if (field === undefined) {
          const hint = 'a quote within quotes is written twice: ""';
          yield { ...placeHere(), mistake: "the quote that begins here is never closed", hint };
          return;
        }
        fields.push(field.slice(1, -1).replaceAll('""', QUOTE).replaceAll("\r\n", "\n"));
        pass(field);
      } else {
        const field = match(PLAIN_FIELD) ?? "";
        const hasReturn = field.endsWith("\r") && text[at + field.length] === "\n"; // it belongs to the line's end
        fields.push(hasReturn ? field.slice(0, -1) : field);
        pass(hasReturn ? field.slice(0, -1) : field);
      }
      const found = match(FIELD_END);
      if (found === undefined) {
        const hint = 'put the whole field into quotes, and write the quote in it twice: "5"" pipe"';
        yield quoted.at(-1)
          ? { ...placeHere(), mistake: "there is text after a closing quote", hint: "end the field with a comma" }
          : { ...placeHere(), mistake: "there is a quote within a field that does not begin with one", hint };
        return;
      }
      end = found;
      isEnd = found === "";
    }
    yield {
      line: first,
      fields,
      placeOf: (field) => places[field] ?? { line: first, column: 1 },
      isQuoted: (field) => quoted[field] === true,
    };
  }
}
