import { nameOf } from "./places.js";
import type { CheckedProject } from "./project.js";
import { findUses, type ImpureUse } from "./purity.js";
import { ts } from "./ts-morph.js";

/** Keys of JSON that an object has had already: its former value would be lost. TypeScript finds those in its own files. */
export function findRepeatedKeys({ dataFiles }: CheckedProject): readonly ImpureUse[] {
  return findUses(dataFiles, (node) => {
    if (!ts.isObjectLiteralExpression(node)) return undefined;
    const names = new Set<string | undefined>();
    const again = node.properties.find((property) => {
      const before = names.size;
      return names.add(nameOf(property)).size === before;
    });
    if (!again) return undefined;
    const message = `this object has "${nameOf(again)}" already: the value that stands there would be lost`;
    return { node: again, impurity: { message, hint: "leave out one of them" } };
  });
}
