import { membersOf, nodesIn, type Wording } from "./mistake.js";
import type { CheckedProject } from "./project.js";
import { unknownProperty, wholeAround } from "./shape.js";
import { ts } from "./ts-morph.js";

function isOfLocusts(declaration: ts.Node | undefined): boolean {
  return /\/dsl\/[\w-]+(\.d)?\.ts$/.test(declaration?.getSourceFile().fileName ?? "");
}

/** Objects with options, of all that a value may be: none of lists, functions, and objects whose names are the user's own. */
function optionsIn(type: ts.Type, checker: ts.TypeChecker): ts.Type[] {
  return membersOf(type).filter(
    (member) =>
      (member.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0 &&
      !member.isClass() &&
      !checker.isArrayLikeType(member) &&
      member.getCallSignatures().length === 0 &&
      checker.getIndexInfosOfType(member).length === 0,
  );
}

/** Does TypeScript itself look at the name, since it stands in the very object that is given? */
function isLookedAt(declaration: ts.Node, argument: ts.Node): boolean {
  const { parent } = declaration;
  return (
    ts.findAncestor(declaration, (node) => node === argument) !== undefined &&
    ts.isObjectLiteralExpression(parent) &&
    !parent.properties.some(ts.isSpreadAssignment)
  );
}

/**
 * Names that options do not have, where TypeScript lets them pass: in an object that has a name of its own, or that is
 * spread into another.
 */
export function excessMistakes({ ownFiles, checker }: CheckedProject): readonly Wording[] {
  const mistakes: Wording[] = [];

  const compare = (whole: string, given: ts.Type, wanted: ts.Type, argument: ts.Node): void => {
    const options = optionsIn(wanted, checker);
    const known = new Set(options.flatMap((type) => type.getProperties().map(({ name }) => name)));
    if (known.size === 0) return;
    for (const part of optionsIn(given, checker).flatMap((type) => type.getProperties())) {
      const { name, valueDeclaration: declaration = argument } = part;
      if (!known.has(name)) {
        if (isOfLocusts(declaration) || isLookedAt(declaration, argument)) continue;
        const place = (ts.isPropertyAssignment(declaration) && declaration.name) || declaration;
        mistakes.push({ ...unknownProperty(whole, name, [...known]), at: place });
        continue;
      }
      for (const rule of options.flatMap((type) => type.getProperty(name) ?? [])) {
        const type = checker.getNonNullableType(checker.getTypeOfSymbol(rule));
        const isPlain = optionsIn(type, checker).some((member) => isOfLocusts(member.getSymbol()?.declarations?.[0]));
        if (isPlain) compare(name, checker.getTypeOfSymbol(part), type, argument);
      }
    }
  };

  for (const node of ownFiles.flatMap((source) => [...nodesIn(source)])) {
    if (!ts.isCallExpression(node) || !isOfLocusts(checker.getResolvedSignature(node)?.declaration)) continue;
    // Of several forms, where none fits, it is not known which was meant.
    const hasForms = checker.getTypeAtLocation(node.expression).getCallSignatures().length > 1;
    for (const argument of node.arguments) {
      const wanted = checker.getContextualType(argument);
      const given = checker.getTypeAtLocation(argument);
      if (wanted && (!hasForms || checker.isTypeAssignableTo(given, wanted)))
        compare(wholeAround(argument), given, wanted, argument);
    }
  }
  return mistakes;
}
