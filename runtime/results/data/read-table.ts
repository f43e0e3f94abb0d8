import type { DataColumns } from "../../../compiler/format/data-columns.js";
import { readLines } from "../../../compiler/format/lines.js";
import { convertField, type DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";

/** A record, with the place where each field begins. */
interface TableRecord {
  readonly fields: string[];
  readonly places: (readonly [line: number, column: number])[];
}

function* recordsOfTabs(path: string): Generator<TableRecord> {
  let number = 0;
  for (const raw of readLines(path, true)) {
    number += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") continue;
    const fields = line.split("\t");
    let column = 1;
    const places = fields.map((field) => {
      const place = [number, column] as const;
      column += field.length + 1;
      return place;
    });
    yield { fields, places };
  }
}

/** Records with commas: a field in quotes may hold commas, line ends, and quotes that stand twice. */
function* recordsOfCommas(path: string): Generator<TableRecord> {
  let number = 0;
  let record: TableRecord = { fields: [], places: [] };
  let quoted: string | undefined; // a field whose closing quote is on a later line
  let place: readonly [number, number] = [1, 1];
  for (const raw of readLines(path, true)) {
    number += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (quoted === undefined && line === "") continue;
    let at = 0;
    for (;;) {
      if (quoted === undefined) {
        place = [number, at + 1];
        if (line[at] === '"') {
          quoted = "";
          at += 1;
        } else {
          const end = line.indexOf(",", at);
          record.fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
          record.places.push(place);
          if (end < 0) break;
          at = end + 1;
          continue;
        }
      }
      const end = line.indexOf('"', at);
      if (end < 0) {
        quoted += `${line.slice(at)}\n`;
        break;
      }
      quoted += line.slice(at, end);
      at = end + 1;
      if (line[at] === '"') {
        quoted += '"';
        at += 1;
        continue;
      }
      record.fields.push(quoted);
      record.places.push(place);
      quoted = undefined;
      if (at === line.length) break;
      if (line[at] !== ",") throw new DataMistake("a comma belongs behind a quoted field", number, at + 1);
      at += 1;
    }
    if (quoted !== undefined) continue;
    yield record;
    record = { fields: [], places: [] };
  }
  if (quoted !== undefined) throw new DataMistake("a quote is never closed", ...place);
}

/** The rows of a table with a header. @throws DataMistake */
export function* readTable(path: string, format: "tsv" | "csv", columns: DataColumns): Generator<DataValue[]> {
  let header: string[] | undefined;
  let wanted: (readonly [name: string, type: DataColumns[string], at: number])[] = [];
  for (const { fields, places } of format === "tsv" ? recordsOfTabs(path) : recordsOfCommas(path)) {
    if (!header) {
      header = fields.map((field, i) => (i === 0 ? field.replace(/^\uFEFF/, "") : field));
      const names = header;
      wanted = Object.entries(columns).map(([name, type]) => [name, type, names.indexOf(name)] as const);
      const missing = wanted.find(([, , at]) => at < 0);
      if (missing) throw new DataMistake(`there is no column ${missing[0]}`, ...(places[0] ?? [1, 1]));
      const twice = wanted.find(([name, , at]) => names.indexOf(name, at + 1) >= 0);
      if (twice) throw new DataMistake(`there are two columns ${twice[0]}`, ...(places[twice[2]] ?? [1, 1]));
      continue;
    }
    if (fields.length !== header.length) {
      const what = `a row has ${fields.length} fields, and the header ${header.length}`;
      throw new DataMistake(what, ...(places[0] ?? [1, 1]));
    }
    yield wanted.map(([name, type, at]) => {
      const converted = convertField(name, fields[at] as string, type);
      if (typeof converted === "object" && converted !== null)
        throw new DataMistake(converted.mistake, ...(places[at] ?? [1, 1]));
      return converted;
    });
  }
  if (!header) throw new DataMistake("it is empty, and a header is wanted", 1, 1);
}
