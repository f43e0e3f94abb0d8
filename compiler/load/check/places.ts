import type { CheckedProject } from "./project.js";
import { ts } from "./ts-morph.js";

/** What wraps an expression without changing it: parentheses, `as`, `satisfies`, `!`. */
export function unwrap(node: ts.Expression): ts.Expression {
  let inner = node;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isNonNullExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** What a name stands for; where it stands for a property and its value at once, the value. */
export function symbolOf(name: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const { parent } = name;
  if (ts.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent);
  return checker.getSymbolAtLocation(name);
}

/** Follows a name to what a `const` gave it, through imports too; else the expression itself. */
export function follow(node: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  const inner = unwrap(node);
  if (!ts.isIdentifier(inner)) return inner;
  let symbol = symbolOf(inner, checker);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (!declaration) return inner;
  if (ts.isExportAssignment(declaration)) return follow(declaration.expression, checker);
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return inner;
  return declaration.getSourceFile().isDeclarationFile ? inner : unwrap(declaration.initializer);
}

/** What the default export is, as written; undefined if there is none, or it is not to be seen in the source. */
function findDefaultExport({ checker, entry }: CheckedProject): ts.Expression | undefined {
  const moduleSymbol = checker.getSymbolAtLocation(entry);
  let symbol = moduleSymbol && checker.tryGetMemberInModuleExports("default", moduleSymbol);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  if (!declaration) return undefined;
  const written = ts.isExportAssignment(declaration)
    ? declaration.expression
    : ts.isVariableDeclaration(declaration)
      ? declaration.initializer
      : undefined;
  return written && follow(written, checker);
}

function findSwarmCall(project: CheckedProject): ts.CallExpression | undefined {
  const made = findDefaultExport(project);
  return made && ts.isCallExpression(made) ? made : undefined;
}

export function findDefinitionObject(project: CheckedProject): ts.ObjectLiteralExpression | undefined {
  const argument = findSwarmCall(project)?.arguments[0];
  const object = argument && follow(argument, project.checker);
  return object && ts.isObjectLiteralExpression(object) ? object : undefined;
}

/** The node of a part of the definition, or of the nearest part around it that is written out. */
export function findPart(project: CheckedProject, path: readonly (string | number)[]): ts.Node {
  const call = findSwarmCall(project);
  let found: ts.Node = call ?? findDefaultExport(project) ?? project.entry;
  let within: ts.Expression | undefined = call?.arguments[0];
  for (const key of path) {
    const next: ts.Node | undefined = within && step(follow(within, project.checker), key);
    if (!next) return found;
    found = next;
    within = ts.isExpression(next) ? next : undefined;
  }
  return found;
}

/** One step down: into a property, an element, or an option of a call such as `local({ slots: 4 })`. */
function step(node: ts.Expression, key: string | number): ts.Node | undefined {
  if (ts.isArrayLiteralExpression(node)) {
    const before = node.elements.slice(0, Number(key) + 1);
    return before.some(ts.isSpreadElement) ? undefined : before[Number(key)];
  }
  if (ts.isCallExpression(node)) {
    for (const argument of node.arguments) {
      const inside = ts.isObjectLiteralExpression(argument) ? step(argument, key) : undefined;
      if (inside) return inside;
    }
    return undefined;
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const property = node.properties.findLast((candidate) => nameOf(candidate) === String(key));
  if (!property) return undefined;
  return ts.isPropertyAssignment(property) ? property.initializer : (property.name ?? property);
}

/** The name of the property whose value this is; undefined if it is no property's. */
export function nameOfOption(value: ts.Node): string | undefined {
  return ts.isPropertyAssignment(value.parent) ? nameOf(value.parent) : undefined;
}

/** The name of a property as it is written; undefined for spreads and computed names. */
export function nameOf(property: ts.ObjectLiteralElementLike): string | undefined {
  const name = property.name;
  if (!name) return undefined;
  if (ts.isComputedPropertyName(name)) {
    return ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined;
  }
  return name.text;
}
