import { readFileSync } from "node:fs";
import type { ColumnType } from "../dsl/jobs.js";
import type { ParamValue } from "../dsl/placeholders.js";
import type { Problem } from "../problem.js";

export interface TableRows {
  readonly rows: readonly Readonly<Record<string, ParamValue>>[];
  readonly problems: readonly Problem[];
}

function convert(text: string, type: ColumnType): ParamValue | undefined {
  if (type === "string") return text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/**
 * Reads a tab-separated table whose first line names the columns. Empty lines and lines that begin
 * with `#` are passed over.
 *
 * @param path the file
 * @param name how to call it in problems, whose places are lines and columns of the table
 */
export function readTable(
  path: string,
  name: string,
  columns: Readonly<Record<string, ColumnType>> | undefined,
): TableRows {
  const problems: Problem[] = [];
  const rows: Record<string, ParamValue>[] = [];
  const lines = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  let header: string[] | undefined;
  lines.forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const fields = line.split("\t");
    const at = (column: number) => ({
      file: name,
      line: index + 1,
      column: fields.slice(0, column).join("\t").length + (column > 0 ? 2 : 1),
    });
    if (!header) {
      header = fields;
      for (const column of Object.keys(columns ?? {})) {
        if (!fields.includes(column)) {
          problems.push({
            message: `the table has no column "${column}"; its columns are ${fields.join(", ")}`,
            place: at(0),
            hint: "columns are separated by tabs",
          });
        }
      }
      const odd = fields.findIndex((field) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(field));
      if (odd >= 0 && !columns) {
        problems.push({
          message: `the column "${fields[odd]}" cannot be a param's name`,
          place: at(odd),
          hint: "use letters, digits and _; columns are separated by tabs",
        });
      }
      return;
    }
    if (fields.length !== header.length) {
      problems.push({
        message: `this line has ${fields.length} fields, and the table has ${header.length} columns`,
        place: at(0),
        hint: "fields are separated by tabs",
      });
      return;
    }
    const row: Record<string, ParamValue> = {};
    header.forEach((column, i) => {
      const type = columns ? columns[column] : "string";
      if (!type) return;
      const value = convert(fields[i] as string, type);
      if (value === undefined) {
        problems.push({
          message: `"${fields[i]}" is no ${type}, as the column ${column} is declared`,
          place: at(i),
          hint: `mend the table, or declare the column as "string"`,
        });
      } else row[column] = value;
    });
    rows.push(row);
  });
  if (!header) problems.push({ message: "the table is empty", place: { file: name, line: 1, column: 1 } });
  return { rows, problems };
}
