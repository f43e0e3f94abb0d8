import { unwrap } from "./places.js";
import type { CheckedProject } from "./project.js";
import { findUses, type ImpureUse } from "./purity.js";
import { computedByBash, numberInTemplate } from "./template-words.js";
import { ts } from "./ts-morph.js";

const { SyntaxKind } = ts;

/** Operators that look at a value on their left alone, and pass on the one on their right. */
const CHOOSING = /^(&&|\|\||\?\?)$/;
const COMPARING = /^([!=]==?|[<>]=?|in|instanceof)$/;
const COMPUTING = /^(\*\*?|[-+/%&|^]|<<|>>>?)$/;

type Use = "decide" | "compute" | "look";

/** The expressions whose values a node looks at, and what for. */
function* looksAt(node: ts.Node): Generator<readonly [ts.Expression, Use]> {
  if (ts.isConditionalExpression(node)) yield [node.condition, "decide"];
  else if (
    ts.isIfStatement(node) ||
    ts.isWhileStatement(node) ||
    ts.isDoStatement(node) ||
    ts.isSwitchStatement(node)
  ) {
    yield [node.expression, "decide"];
  } else if (ts.isForStatement(node) && node.condition) yield [node.condition, "decide"];
  else if (ts.isCaseClause(node) || ts.isTypeOfExpression(node)) yield [node.expression, "decide"];
  else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    yield [node.operand, node.operator === SyntaxKind.ExclamationToken ? "decide" : "compute"];
  } else if (ts.isBinaryExpression(node)) {
    const operator = ts.tokenToString(node.operatorToken.kind) ?? "";
    if (CHOOSING.test(operator)) yield [node.left, "decide"];
    const use = COMPARING.test(operator) ? "decide" : COMPUTING.test(operator) ? "compute" : undefined;
    if (use) {
      yield [node.left, use];
      yield [node.right, use];
    }
  } else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Boolean") {
    if (node.arguments[0]) yield [node.arguments[0], "decide"];
  } else if (ts.isElementAccessExpression(node)) {
    yield [node.argumentExpression, "look"];
    yield [node.expression, "look"];
  } else if (ts.isPropertyAccessExpression(node)) yield [node.expression, "look"];
}

/** Is a text put together with `+` instead of in an sh template? The type of what it is used for says so better. */
function standsForTemplate(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== SyntaxKind.PlusToken) return false;
  let around = node.parent;
  while (ts.isBinaryExpression(around) || ts.isParenthesizedExpression(around)) around = around.parent;
  if (ts.isTemplateSpan(around)) return false;
  return [node.left, node.right].some((side) => checker.getTypeAtLocation(side).flags & ts.TypeFlags.StringLike);
}

/** Is it what `inputs.x`, `outputs.x` and `params.x` are in a command, and nothing else beside? */
function isReference(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const symbol = checker.getTypeAtLocation(node).getSymbol();
  if (symbol?.name !== "Reference") return false;
  return (symbol.declarations ?? []).some(({ parent }) =>
    /\/dsl\/command(\.d)?\.ts$/.test(parent.getSourceFile().fileName),
  );
}

const WORDS: Readonly<
  Record<Use, { readonly what: string; readonly hint: (text: string, reference: ts.Expression) => string }>
> = {
  decide: {
    what: "cannot decide anything here",
    hint: (text) => `let bash decide: sh\`if [[ \${${text}} == true ]]; then …; fi\``,
  },
  compute: {
    what: "cannot be computed with here",
    hint: (_, reference) => computedByBash(reference),
  },
  look: {
    what: "cannot be looked into here",
    hint: (text) => `put it into an sh template as it is: sh\`… \${${text}} …\``,
  },
};

/**
 * Where a definition looks at the value of an input, output or param of a job, which is known only
 * when the job runs: as a condition it would be true for all jobs.
 */
export function findEarlyUses({ checker, ownFiles }: CheckedProject): readonly ImpureUse[] {
  return findUses(ownFiles, (node) => {
    const number = numberInTemplate(node);
    if (number) return { node, impurity: { message: number.message, hint: number.hint ?? "" } };
    for (const [looked, use] of standsForTemplate(node, checker) ? [] : looksAt(node)) {
      const expression = unwrap(looked);
      if (!isReference(expression, checker)) continue;
      const text = expression.getText();
      const { what, hint } = WORDS[use];
      const message = `${text} ${what}: its value is known only when a job runs`;
      return { node: expression, impurity: { message, hint: hint(text, expression) } }; // two that are compared are one mistake
    }
    return undefined;
  });
}
