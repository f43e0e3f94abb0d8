import { hintForPlaceholders } from "../../format/odd-placeholders.js";
import { nodesIn, type Wording } from "./mistake.js";
import { nameOf } from "./places.js";
import { ts } from "./ts-morph.js";

/**
 * What is wrong with the jobs themselves where the rest of the definition does not fit their params: `files("in/{id")`
 * has no `{id}`, which TypeScript tells at each place where it is used.
 */
export function sourceMistakes(definition: ts.ObjectLiteralExpression): readonly Wording[] {
  const jobs = definition.properties.find((property) => nameOf(property) === "jobs");
  const nodes = jobs ? [...nodesIn(jobs)] : [];
  return nodes.filter(ts.isCallExpression).flatMap(mistakesOfCall);
}

function mistakesOfCall({ expression, arguments: [given] }: ts.CallExpression): readonly Wording[] {
  const source = expression.getText();
  if (given === undefined) return [];
  if (source === "rows" && ts.isArrayLiteralExpression(given) && given.elements.length === 0)
    return [
      { message: "the swarm has no jobs: the list of values or rows is empty", hint: "put at least one in", at: given },
    ];
  return source === "files" ? patternsIn(given).flatMap(mistakesOfPattern) : [];
}

/** The patterns of `files(…)`: one alone, or several by their names. */
function patternsIn(given: ts.Node): readonly ts.StringLiteralLike[] {
  if (ts.isStringLiteralLike(given)) return [given];
  if (!ts.isObjectLiteralExpression(given)) return [];
  return given.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property)) return [];
    const value = property.initializer;
    const pattern = ts.isCallExpression(value) ? value.arguments[0] : value;
    return pattern && ts.isStringLiteralLike(pattern) ? [pattern] : [];
  });
}

function mistakesOfPattern(pattern: ts.StringLiteralLike): readonly Wording[] {
  const hint = hintForPlaceholders(pattern.text);
  return hint
    ? [{ message: `"${pattern.text}" has something like a placeholder that is none`, hint, at: pattern }]
    : [];
}
