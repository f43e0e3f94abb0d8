import type { CheckedProject } from "./project.js";
import { findUses, type ImpureUse } from "./purity.js";
import { ts } from "./ts-morph.js";

/** Methods that ask a function about each of many things. */
const ASK = new Set(["filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex"]);

/** Is this value only asked whether it is true? */
function isCondition(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  if (!ts.isArrowFunction(parent) || parent.body !== node || !ts.isCallExpression(parent.parent)) return false;
  const { expression: asks } = parent.parent;
  return ts.isPropertyAccessExpression(asks) && ASK.has(asks.name.text);
}

/** Conditions with `=` where `===` was meant. In parentheses, it is meant. */
export function findAssignedConditions({ ownFiles }: CheckedProject): readonly ImpureUse[] {
  return findUses(ownFiles, (node) => {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
    if (!isCondition(node)) return undefined;
    const message = `= gives ${node.left.getText()} another value here, and compares nothing`;
    return { node, impurity: { message, hint: `write ${node.left.getText()} === ${node.right.getText()}` } };
  });
}
