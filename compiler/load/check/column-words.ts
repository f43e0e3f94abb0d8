import { didYouMean } from "../../problem/closest.js";
import { eitherOf, type Mistake, valueAt, type Wording } from "./mistake.js";
import { follow } from "./places.js";
import { ts } from "./ts-morph.js";

const OF_TABLES = ["string", "number", "boolean"];
const OF_DATA = ["string", "number", "integer", "boolean"];

/** What a column of a table is, where something else is said. */
export function column({ node, lines, checker }: Mistake): Wording | undefined {
  const isData = lines.some((line) => /'DataType'/.test(line));
  const kinds = isData ? OF_DATA : OF_TABLES;
  const possible = isData ? kinds.flatMap((kind) => [kind, `${kind}?`]) : kinds;
  const call = ts.findAncestor(node, ts.isCallExpression);
  const list = call?.arguments.find(ts.isArrayLiteralExpression);
  const isOfTable = call?.expression.getText() === "table";
  if (!isOfTable && !lines.some((line) => /'(?:Column|Data)Type'/.test(line))) return undefined;
  if (list) {
    const names = list.elements.map(
      (element) => `${ts.isStringLiteralLike(element) ? element.text : "name"}: "string"`,
    );
    return { message: "the columns of a table have types", hint: `write { ${names.join(", ")} }`, at: list };
  }
  const textOf = (value: ts.Node): string | undefined => {
    if (ts.isStringLiteralLike(value)) return value.text;
    const type = checker.getTypeAtLocation(value);
    return type.isStringLiteral() ? type.value : undefined;
  };
  // Of a function that can be called in several ways, TypeScript shows the call alone.
  const columns = call?.arguments.map((argument) => follow(argument, checker)).find(ts.isObjectLiteralExpression);
  const values = columns?.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer) ?? [];
  const isWrong = (value: ts.Node) => !possible.includes(textOf(value) ?? "");
  const own = valueAt(node);
  const value = values.find((one) => one === own && isWrong(one)) ?? values.find(isWrong);
  if (!value) return undefined;
  const given = textOf(value) ?? "";
  const number = /^(int|float|double|numeric|real|decimal)/i.test(given) ? 'did you mean "number"?' : undefined;
  const all = eitherOf(kinds.map((kind) => `"${kind}"`));
  const written = ts.isStringLiteralLike(value) ? `"${given}"` : value.getText();
  const message = `a column is ${all}${isData ? ", with a ? if it may be missing" : ""}, not ${written}`;
  return { message, hint: number ?? didYouMean(given, kinds), at: value };
}
