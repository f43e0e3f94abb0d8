import { type Mistake, membersOf, valueAt, type Wording } from "./mistake.js";
import { nameOf } from "./places.js";
import { ts } from "./ts-morph.js";

/** Two properties of an object literal of which its type, a union, allows only one: `memory` beside `memoryPerCpu`. */
export function exclusive({ node, checker, lines }: Mistake): Wording | undefined {
  if (!lines.some((line) => / is not assignable to /.test(line))) return undefined;
  const object = objectAt(node);
  if (!object) return undefined;
  const members = membersOf(checker.getContextualType(object));
  const possible = (member: ts.Type, name: string) => {
    const symbol = checker.getPropertyOfType(member, name);
    if (!symbol) return false;
    return (checker.getTypeOfSymbol(symbol).flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)) === 0;
  };
  const mistaken = object.properties.find((property) => property.name === node);
  const own = mistaken && nameOf(mistaken);
  const given = object.properties.flatMap((property) => {
    const name = nameOf(property);
    return name === undefined ? [] : [{ name, at: property.name ?? property }];
  });
  for (const [i, later] of given.entries()) {
    for (const earlier of given.slice(0, i)) {
      const each = (name: string) => members.some((member) => possible(member, name));
      const both = members.some((member) => possible(member, earlier.name) && possible(member, later.name));
      if (both || !each(earlier.name) || !each(later.name)) continue;
      if (own !== undefined && own !== earlier.name && own !== later.name) continue; // it is about something else
      return {
        message: `${later.name} cannot be given together with ${earlier.name}`,
        hint: "leave out one of them",
        at: later.at,
      };
    }
  }
  return undefined;
}

function objectAt(node: ts.Node): ts.ObjectLiteralExpression | undefined {
  const value = valueAt(node);
  return ts.isObjectLiteralExpression(value) ? value : ts.findAncestor(value, ts.isObjectLiteralExpression);
}
