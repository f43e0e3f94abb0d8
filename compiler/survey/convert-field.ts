import type { ColumnType } from "../dsl/job-source.js";
import { isExactNumber } from "../format/exact-number.js";
import type { ParamValue } from "../format/pattern.js";

/** A field's value; or why it has none of that type, in words that `as the column … is declared` may follow. */
type Converted = { readonly value: ParamValue } | { readonly mistake: string; readonly hint: string };

/** The value of a table's field. A number has to be written as it is written out again. */
export function convertField(text: string, type: ColumnType): Converted {
  const shown = JSON.stringify(text);
  if (type === "string") return { value: text };
  const hint = `fix the table, or declare the column as "string"`;
  if (type === "boolean") {
    if (text === "true" || text === "false") return { value: text === "true" };
    return { mistake: `${shown} is neither true nor false`, hint };
  }
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return { mistake: `${shown} is no number`, hint };
  if (!isExactNumber(text)) {
    return {
      mistake: `${shown} cannot be kept as a number: it would become ${value}`,
      hint: 'declare the column as "string": then it stays as it is written',
    };
  }
  return { value };
}
