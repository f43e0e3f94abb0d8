import type { DataColumns } from "../../../compiler/format/data-columns.js";
import { readPlainLines } from "../../../compiler/format/lines.js";
import { commaRecords, tabbedRecords } from "../../../compiler/format/table-records.js";
import { convertField, type DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";

/** The rows of a table with a header. @throws DataMistake */
export function* readTable(path: string, format: "tsv" | "csv", columns: DataColumns): Generator<DataValue[]> {
  let header: readonly string[] | undefined;
  let wanted: (readonly [name: string, type: DataColumns[string], at: number])[] = [];
  const lines = readPlainLines(path);
  for (const record of format === "tsv" ? tabbedRecords(lines) : commaRecords(lines, "loose")) {
    if ("mistake" in record) throw new DataMistake(`${record.mistake}: ${record.hint}`, record.line, record.column);
    const { fields } = record;
    const wrong = (what: string, field: number) => {
      const { line, column } = record.placeOf(field);
      return new DataMistake(what, line, column);
    };
    if (fields.length === 1 && fields[0] === "" && !record.isQuoted(0)) continue;
    if (!header) {
      header = fields;
      wanted = Object.entries(columns).map(([name, type]) => [name, type, fields.indexOf(name)] as const);
      const missing = wanted.find(([, , at]) => at < 0);
      if (missing) throw wrong(`there is no column ${missing[0]}`, 0);
      const twice = wanted.find(([name, , at]) => fields.indexOf(name, at + 1) >= 0);
      if (twice) throw wrong(`there are two columns ${twice[0]}`, twice[2]);
      continue;
    }
    if (fields.length !== header.length)
      throw wrong(`a row has ${fields.length} fields, and the header ${header.length}`, 0);
    yield wanted.map(([name, type, at]) => {
      const converted = convertField(name, fields[at] as string, type);
      if (typeof converted === "object" && converted !== null) throw wrong(converted.mistake, at);
      return converted;
    });
  }
  if (!header) throw new DataMistake("it is empty, and a header is wanted", 1, 1);
}
