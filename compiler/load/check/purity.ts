import { IMPURE_SYNTAX, type Impurity, impureGlobal, impureMethod, impureModule, MATH_RANDOM } from "./impure.js";
import { symbolOf } from "./places.js";
import type { CheckedProject } from "./project.js";
import { ts } from "./ts-morph.js";

export interface ImpureUse {
  readonly source: ts.SourceFile;
  readonly node: ts.Node;
  readonly impurity: Impurity;
}

export function findImpurity({ checker, ownFiles }: CheckedProject): readonly ImpureUse[] {
  return findUses(
    ownFiles,
    (node) => (ts.isExpressionWithTypeArguments(node) || !ts.isTypeNode(node)) && impurityOf(node, checker),
  );
}

/** What `look` finds at the nodes of files. Where it says false, it wants to look at nothing within. */
export function findUses(
  files: readonly ts.SourceFile[],
  look: (node: ts.Node) => Omit<ImpureUse, "source"> | undefined | false,
): readonly ImpureUse[] {
  return files.flatMap((source) => {
    const found: ImpureUse[] = [];
    const visit = (node: ts.Node): void => {
      const use = look(node);
      if (use) found.push({ source, ...use });
      if (use !== false) ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function impurityOf(node: ts.Node, checker: ts.TypeChecker): Omit<ImpureUse, "source"> | undefined {
  const use = (at: ts.Node, impurity: Impurity | undefined) => (impurity ? { node: at, impurity } : undefined);

  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const specifier = node.moduleSpecifier;
    return specifier && ts.isStringLiteral(specifier) ? use(specifier, impureModule(specifier.text)) : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const specifier = node.arguments[0];
    if (!specifier || !ts.isStringLiteralLike(specifier)) return use(node, IMPURE_SYNTAX.computedImport);
    return use(specifier, impureModule(specifier.text));
  }
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
    return use(node, IMPURE_SYNTAX.importMeta);
  }
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) {
    return ts.findAncestor(node, ts.isFunctionLike) ? undefined : use(node, IMPURE_SYNTAX.await);
  }
  if (ts.isPropertyAccessExpression(node)) {
    const object = node.expression;
    if (node.name.text === "random" && ts.isIdentifier(object) && object.text === "Math" && isGlobal(object, checker)) {
      return use(node, MATH_RANDOM);
    }
    const impurity = impureMethod(node.name.text);
    return impurity && isGlobal(node.name, checker) ? use(node.name, impurity) : undefined;
  }
  if (ts.isIdentifier(node) && isValueUse(node)) {
    const impurity = impureGlobal(node.text);
    return impurity && isGlobal(node, checker) ? use(node, impurity) : undefined;
  }
  return undefined;
}

/** Whether the name stands for a value here: not the name of a property, a declaration or a type. */
function isValueUse(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent) || ts.isQualifiedName(parent)) return false;
  if (ts.isExportSpecifier(parent)) return (parent.propertyName ?? parent.name) === node;
  return !("name" in parent && parent.name === node);
}

/** Whether the name is no one's in the definition: unknown, or declared by the language or by Node. */
function isGlobal(node: ts.Identifier | ts.MemberName, checker: ts.TypeChecker): boolean {
  const declarations = symbolOf(node, checker)?.declarations ?? [];
  return declarations.every((declaration) => declaration.getSourceFile().isDeclarationFile);
}
