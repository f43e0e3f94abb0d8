import { column } from "./column-words.js";
import { type Mistake, valueAt, type Wording } from "./mistake.js";
import { follow } from "./places.js";
import { ts } from "./ts-morph.js";

/** The name that stands for the value that was given; of a call that fits none of several forms, its only such name. */
function* namesGiven(node: ts.Node): Generator<ts.Identifier> {
  const value = valueAt(node);
  if (ts.isIdentifier(value)) yield value;
  const call = ts.findAncestor(node, ts.isCallExpression);
  for (const argument of call?.arguments ?? []) if (ts.isIdentifier(argument)) yield argument;
}

/**
 * An object or a list that has a name of its own, and whose texts are any texts to TypeScript: one of a few is wanted,
 * or one of a certain form.
 */
export function widened(mistake: Mistake): Wording | undefined {
  const { node, lines, checker } = mistake;
  if (!/^Type 'string' is not assignable to type '/.test(lines.at(-1) ?? "")) return undefined;
  for (const name of namesGiven(node)) {
    const written = follow(name, checker);
    if (!ts.isObjectLiteralExpression(written) && !ts.isArrayLiteralExpression(written)) continue;
    const text = written.getText();
    const short = text.length <= 80 && !text.includes("\n") ? text : text.replace(/^(.).*(.)$/s, "$1 … $2");
    // What is no column's type is told first.
    return (
      column(mistake) ?? {
        message: `${name.text} lacks "as const": without it, TypeScript takes its texts for any texts`,
        hint: `write const ${name.text} = ${short} as const`,
        at: written,
      }
    );
  }
  return undefined;
}
