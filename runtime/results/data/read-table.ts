import type { DataColumns } from "../../../compiler/format/data-columns.js";
import { readPlainLines } from "../../../compiler/format/lines.js";
import { commaRecords, type TableRecord, tabbedRecords } from "../../../compiler/format/table-records.js";
import { convertField, type DataValue } from "./convert.js";
import { DataMistake } from "./data-mistake.js";

function wrong(record: TableRecord, what: string, field: number): DataMistake {
  const { line, column } = record.placeOf(field);
  return new DataMistake(what, line, column);
}

/** The rows of a table with a header. @throws DataMistake */
export function* readTable(path: string, format: "tsv" | "csv", columns: DataColumns): Generator<DataValue[]> {
  let header: readonly string[] | undefined;
  let wanted: (readonly [name: string, type: DataColumns[string], at: number])[] = [];
  let empty: TableRecord[] = []; // lines since the last row
  const lines = readPlainLines(path);
  for (const record of format === "tsv" ? tabbedRecords(lines) : commaRecords(lines, "loose")) {
    if ("mistake" in record) throw new DataMistake(`${record.mistake}: ${record.hint}`, record.line, record.column);
    const { fields } = record;
    if (fields.length === 1 && fields[0] === "" && !record.isQuoted(0)) {
      // Of one column, it is a row that has nothing there, but for those at the end.
      if (header?.length === 1) empty.push(record);
      continue;
    }
    if (!header) {
      header = fields;
      wanted = Object.entries(columns).map(([name, type]) => [name, type, fields.indexOf(name)] as const);
      const missing = wanted.find(([, , at]) => at < 0);
      if (missing) throw wrong(record, `there is no column ${missing[0]}`, 0);
      const twice = wanted.find(([name, , at]) => fields.indexOf(name, at + 1) >= 0);
      if (twice) throw wrong(record, `there are two columns ${twice[0]}`, twice[2]);
      continue;
    }
    if (fields.length !== header.length)
      throw wrong(record, `a row has ${fields.length} fields, and the header ${header.length}`, 0);
    for (const row of [...empty, record]) {
      yield wanted.map(([name, type, at]) => {
        const converted = convertField(name, row.fields[at] as string, type);
        if (typeof converted === "object" && converted !== null) throw wrong(row, converted.mistake, at);
        return converted;
      });
    }
    if (empty.length > 0) empty = [];
  }
  if (!header) throw new DataMistake("it is empty, and a header is wanted", 1, 1);
}
