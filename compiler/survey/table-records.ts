/** A record of a table, with the places of its fields. */
export interface TableRecord {
  /** from 1 */
  readonly line: number;
  readonly fields: readonly string[];
  /** where a field begins */
  placeOf(field: number): { readonly line: number; readonly column: number };
  /** was the field put into quotes that are no part of it? */
  isQuoted(field: number): boolean;
}

/** What keeps a table from being read on. */
export interface RecordMistake {
  readonly mistake: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
}

/** Old Macs ended lines with a carriage return alone. */
function lineEndOf(text: string): RegExp {
  return text.includes("\n") ? /\r?\n/ : /\r/;
}

/** The lines of a tab-separated table. Quotes are nothing special there. */
export function* tabbedRecords(text: string): Generator<TableRecord> {
  let line = 0;
  for (const content of text.split(lineEndOf(text))) {
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

/**
 * The records of a comma-separated table, as RFC 4180 has them: a field in quotes may hold commas,
 * line ends and, doubled, quotes.
 */
export function* commaRecords(text: string): Generator<TableRecord | RecordMistake> {
  const loneReturns = !text.includes("\n");
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const isEnd = (position: number) =>
    text[position] === "\n" || (text[position] === "\r" && (loneReturns || text[position + 1] === "\n"));
  const placeHere = (position: number) => ({ line, column: position - lineStart + 1 });
  const newLine = () => {
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    line += 1;
    lineStart = at;
  };

  while (at <= text.length) {
    const fields: string[] = [];
    const places: { readonly line: number; readonly column: number }[] = [];
    const quoted: boolean[] = [];
    const first = line;
    for (let more = true; more; ) {
      const start = placeHere(at);
      places.push(start);
      let field = "";
      if (text[at] === QUOTE) {
        quoted.push(true);
        at += 1;
        for (let open = true; open; ) {
          if (at >= text.length) {
            yield {
              ...start,
              mistake: "the quote that begins here is never closed",
              hint: 'a quote within quotes is written twice: ""',
            };
            return;
          }
          if (text[at] === QUOTE && text[at + 1] === QUOTE) {
            field += QUOTE;
            at += 2;
          } else if (text[at] === QUOTE) {
            open = false;
            at += 1;
          } else if (isEnd(at)) {
            field += "\n";
            newLine();
          } else {
            field += text[at];
            at += 1;
          }
        }
        if (at < text.length && text[at] !== "," && !isEnd(at)) {
          yield {
            ...placeHere(at),
            mistake: "there is text after a closing quote",
            hint: "end the field with a comma",
          };
          return;
        }
      } else {
        quoted.push(false);
        const from = at;
        while (at < text.length && text[at] !== "," && !isEnd(at)) {
          if (text[at] === QUOTE) {
            const hint = 'put the whole field into quotes, and write the quote in it twice: "5"" pipe"';
            yield { ...placeHere(at), mistake: "there is a quote within a field that does not begin with one", hint };
            return;
          }
          at += 1;
        }
        field = text.slice(from, at);
      }
      fields.push(field);
      more = text[at] === ",";
      if (more) at += 1;
    }
    if (at < text.length) newLine();
    else at += 1;
    yield {
      line: first,
      fields,
      placeOf: (field) => places[field] ?? { line: first, column: 1 },
      isQuoted: (field) => quoted[field] === true,
    };
  }
}
