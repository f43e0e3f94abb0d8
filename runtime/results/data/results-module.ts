import { basename, join } from "node:path";
import type { BundleDescription } from "../../../compiler/format/bundle.js";
import { type DataType, dataTables, mayBeEmpty, valueType } from "../../../compiler/format/data-columns.js";
import { textOf } from "../../../compiler/format/file-access.js";
import { NO_VALUE, RESULT_TABLES } from "../../../compiler/format/results.js";
import { writeAtomically } from "../../../compiler/format/write-atomically.js";
import type { Workspace } from "../../workspace/workspace.js";
import { paramColumns } from "../result-tables.js";

const FILE = "results.ts";
/** By this it is known as one that Locusts has made. */
const MARK = "// Made by Locusts from ";

/** Where a module lies, said so that the build of Locusts does not take it for this one. */
const HERE = ["import", "meta", "url"].join(".");

/** What an output may be called, and a function of the module may not: words that TypeScript keeps for itself, and what the module uses. */
const KEPT = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield arguments eval undefined globalThis " +
    "Object Promise exports require rows number textOrNull readFileSync URL Number"
  ).split(" "),
);

const TYPES = { number: "number", integer: "number", string: "string", boolean: "boolean" } as const;

function typeOf(type: DataType): string {
  return `${TYPES[valueType(type)]}${mayBeEmpty(type) ? " | null" : ""}`;
}

function conversionOf(type: DataType, field: string): string {
  if (type === "string?") return `textOrNull(${field})`;
  const value = {
    number: `number(${field})`,
    integer: `Number(${field})`,
    string: field,
    boolean: `${field} === "true"`,
  }[valueType(type)];
  return mayBeEmpty(type) ? `${field} === ${JSON.stringify(NO_VALUE)} ? null : ${value}` : value;
}

/** Functions of the module, which it has where they are called. */
const HELPERS = [
  [
    "number",
    `function number(field: string): number {
  return field.endsWith("Inf") ? Number(\`\${field}inity\`) : Number(field);
}
`,
  ],
  [
    "textOrNull",
    `/** A text that would be taken for none is in quotes. */
function textOrNull(field: string): string | null {
  return field === ${JSON.stringify(NO_VALUE)} ? null : field.replace(/^"("*NA"*)"$/, "$1");
}
`,
  ],
] as const;

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** The module's text; undefined where no output holds data. */
function moduleOf(description: BundleDescription, source: string): string | undefined {
  const outputs = description.outputs.flatMap(({ name, data }) => (data ? [{ name, data }] : []));
  if (outputs.length === 0) return undefined;
  const front = [...RESULT_TABLES.jobs.columns, ...paramColumns(description.params)];
  const rowTypes = new Set<string>();
  const parts = outputs.map(({ name, data }) => {
    let row = `${name.charAt(0).toUpperCase()}${name.slice(1)}Row`;
    while (rowTypes.has(row)) row += "_"; // of outputs called fit and Fit, say
    rowTypes.add(row);
    const columns = [...front.map((column) => [column, "string"] as const), ...Object.entries(data)];
    const types = columns.map(([column, type]) => `  readonly ${keyOf(column)}: ${typeOf(type as DataType)};`);
    const values = columns.map(
      ([column, type], i) => `      ${keyOf(column)}: ${conversionOf(type as DataType, `fields[${i}]!`)},`,
    );
    let own = name;
    while (KEPT.has(own) || (own !== name && outputs.some((other) => other.name === own))) own += "_";
    return `/** A row of results/${dataTables(name).tsv}: the job's name and params as they are written there, and its values. */
export interface ${row} {
${types.join("\n")}
}

${own === name ? "export " : ""}function* ${own}(): Generator<${row}> {
  for (const fields of rows(${JSON.stringify(dataTables(name).tsv)})) {
    yield {
${values.join("\n")}
    };
  }
}
${own === name ? "" : `export { ${own} as ${name} };\n`}`;
  });
  return `${MARK}${source}: its results, with the types that are declared there. Edit that, not this.
import { readFileSync } from "node:fs";

function* rows(table: string): Generator<string[]> {
  const text = readFileSync(new URL(\`results/\${table}\`, ${HERE}), "utf8");
  for (let at = text.indexOf("\\n") + 1; at < text.length; ) {
    const end = text.indexOf("\\n", at);
    yield text.slice(at, end).split("\\t");
    at = end + 1;
  }
}
${HELPERS.filter(([name]) => parts.some((part) => part.includes(`${name}(fields`)))
  .map(([, text]) => `\n${text}`)
  .join("")}
${parts.join("\n")}`;
}

/**
 * What becomes of `results.ts` beside the results, where an output holds data. A file of that name that is the
 * user's own is left alone, which the note says.
 *
 * @param write whether it is written, where it is not up to date
 */
export function renewResultsModule(
  { home, definition }: Workspace,
  description: BundleDescription,
  write: boolean,
): { readonly path: string; readonly change: "same" | "changed" | "new"; readonly note?: string } | undefined {
  const text = moduleOf(description, basename(definition));
  if (text === undefined) return undefined;
  const path = join(home, FILE);
  const old = textOf(path);
  if (old !== undefined && !old.startsWith(MARK)) {
    const note = `${path} is a file of yours, so there is no module that reads the results with their types: call it otherwise`;
    return { path, change: "same", note };
  }
  // Git may have changed the ends of lines.
  if (old?.replaceAll("\r\n", "\n") === text) return { path, change: "same" };
  if (write) writeAtomically(path, text);
  return { path, change: old === undefined ? "new" : "changed" };
}
