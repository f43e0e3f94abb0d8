import { USE_A_SOURCE } from "../../dsl/swarm.js";
import { ownValue } from "../../format/own-value.js";
import { closest, didYouMean } from "../../problem/closest.js";
import { type Foundation, type Mistake, membersOf, type Wording } from "./mistake.js";
import { unknownModule } from "./module-words.js";
import { unknownProperty, wholeAround } from "./shape.js";
import { bashExpansion, unknownInTemplate } from "./template-words.js";
import { ts } from "./ts-morph.js";

export function wordsForNames(mistake: Mistake): Wording | undefined {
  const [head = ""] = mistake.lines;
  switch (mistake.code) {
    case 2339: // Property '…' does not exist on type '…'
    case 2551: // … Did you mean '…'?
    case 7053: // Element implicitly has an 'any' type because …
      return unknownReference(mistake);
    case 2353: // Object literal may only specify known properties
    case 2561:
      return unknownOption(mistake);
    case 2304: // Cannot find name
    case 2552:
    case 2580: // … Do you need to install type definitions for node?
    case 2591:
    case 18004: // No value exists in scope for the shorthand property
      return unknownVariable(mistake, head);
    case 2305: // Module '"…"' has no exported member '…'
    case 2724:
    case 2614:
      return unknownExport(mistake, head);
    case 18016: // Private identifiers are not allowed outside class bodies
      return bashExpansion(mistake.node.getSourceFile(), mistake.node.getStart());
    case 2307: // Cannot find module '…'
    case 2792:
    case 2732:
      return unknownModule(mistake, head);
    case 7016: // Could not find a declaration file for module '…'
      return untypedModule(head);
    default:
      return undefined;
  }
}

const REFERENCES: Readonly<Record<string, string>> = { inputs: "input", outputs: "output", params: "param" };

/** What functions of a definition are given, by the names of the types. */
const GIVEN: Readonly<Record<string, string>> = {
  InputFacts: "what is known of an input",
  CommandNames: "a command's names",
  LineCommandNames: "a command's names",
  JobFacts: "what is known of a job",
};

const FOLLOWS: Readonly<Record<string, readonly Foundation[]>> = {
  input: ["jobs", "inputs"],
  output: ["outputs"],
  param: ["jobs"],
};

/** `inputs.frist`, `inputs["frist"]`, `({ inputs: { frist } }) =>`, and any other unknown property. */
function unknownReference({ node, checker }: Mistake): Wording | undefined {
  const access = accessAt(node);
  if (!access) return undefined;
  const known = checker.getPropertiesOfType(access.type).map((symbol) => symbol.name);
  const what = access.of && ownValue(REFERENCES, access.of);
  if (what) {
    const has = known.length > 0 ? `this swarm's ${what}s are ${known.join(", ")}` : `this swarm has no ${what}s`;
    const hint = didYouMean(access.name, known);
    return {
      message: `there is no ${what} "${access.name}"; ${has}`,
      hint,
      at: access.at,
      follows: FOLLOWS[what] ?? [],
    };
  }
  if (access.of !== undefined && ts.isIdentifier(access.at) && Object.values(REFERENCES).includes(access.of)) {
    const meant = `${access.of}s.${access.name}`;
    return { message: `there is no "${access.of}.${access.name}" here`, hint: `did you mean ${meant}?`, at: access.at };
  }
  if (isRow(node, checker)) {
    return {
      message: `jobs have no param "${access.name}"; they have ${known.join(", ")}`,
      hint: didYouMean(access.name, known),
      at: access.at,
    };
  }
  const symbol = access.type.aliasSymbol ?? access.type.getSymbol();
  if (symbol?.name === "JobSource")
    return { message: `a source of jobs has no "${access.name}"; it has filter(…) and times(…)`, at: access.at };
  const whose = symbol && ownValue(GIVEN, symbol.name);
  if (!whose) return undefined;
  return {
    message: `there is no "${access.name}" in ${whose}; there are ${known.join(", ")}`,
    hint: didYouMean(access.name, known),
    at: access.at,
  };

  function accessAt(name: ts.Node) {
    const parent = name.parent;
    if (ts.isPropertyAccessExpression(parent) && parent.name === name) {
      const type = checker.getTypeAtLocation(parent.expression);
      return { name: parent.name.text, type, of: wholeOf(parent.expression, checker), at: name };
    }
    const element = ts.findAncestor(name, ts.isElementAccessExpression);
    if (element && ts.isStringLiteralLike(element.argumentExpression)) {
      const type = checker.getTypeAtLocation(element.expression);
      const argument = element.argumentExpression;
      return { name: argument.text, type, of: wholeOf(element.expression, checker), at: argument };
    }
    if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent)) {
      const bound = parent.propertyName ?? parent.name;
      if (!ts.isIdentifier(bound)) return undefined;
      const outer = parent.parent.parent;
      const of = ts.isBindingElement(outer) ? boundName(outer) : undefined;
      return { name: bound.text, type: checker.getTypeAtLocation(parent.parent), of, at: bound };
    }
    return undefined;
  }
}

/** Is this in a function that a source's `filter` is given, and asked of what that gets? */
function isRow(node: ts.Node, checker: ts.TypeChecker): boolean {
  const made = ts.findAncestor(node, ts.isArrowFunction);
  const call = made?.parent;
  if (!call || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  const source = checker.getTypeAtLocation(call.expression.expression).getSymbol();
  const [row] = made.parameters;
  const of = ts.isPropertyAccessExpression(node.parent) ? node.parent.expression : undefined;
  const isOfRow = of ? row !== undefined && of.getText() === row.name.getText() : node.parent.parent === row?.name;
  return source?.name === "JobSource" && isOfRow;
}

/** Which of a command's names an expression is: `inputs`, or whatever it was renamed to. */
function wholeOf(expression: ts.Expression, checker: ts.TypeChecker): string | undefined {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  if (!ts.isIdentifier(expression)) return undefined;
  const declaration = checker.getSymbolAtLocation(expression)?.valueDeclaration;
  return declaration && ts.isBindingElement(declaration) ? boundName(declaration) : expression.text;
}

function boundName({ propertyName, name }: ts.BindingElement): string | undefined {
  const bound = propertyName ?? name;
  return ts.isIdentifier(bound) ? bound.text : undefined;
}

/** A property that an object literal may not have, said of what the object is given to. */
function unknownOption({ node, checker, lines }: Mistake): Wording | undefined {
  const object = ts.findAncestor(node, ts.isObjectLiteralExpression);
  const name = /(?:and|but) '([^']+)' does not exist/.exec(lines.join(" "))?.[1];
  if (!object || name === undefined) return undefined;
  const members = membersOf(checker.getContextualType(object));
  const known = new Set(members.flatMap((member) => member.getProperties().map((symbol) => symbol.name)));
  if (members.some((member) => member.getSymbol()?.name === "JobSource")) {
    const what = ts.isCallExpression(object.parent) ? "what is given to times(…)" : "jobs";
    return { message: `${what} is no source of jobs`, hint: USE_A_SOURCE, at: object };
  }
  return { ...unknownProperty(wholeAround(object), name.replace(/^"|"$/g, ""), [...known]), at: node };
}

const OUTPUTS =
  'an output is its path alone, outputs: { text: "{id}.txt" }, or in optional(…), nonEmpty(…) and others what it has to be';
const MATRIX = "each combination of values is a matrix: matrix({ a: [1, 2], b: [3, 4] })";
const COMMAND = "a command is a template: sh`sort in.txt > out.txt`";
const TABLES = 'a CSV or TSV file is a table: table("points.csv")';
/** Names that other tools have. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  output: OUTPUTS,
  outputs: OUTPUTS,
  csv: TABLES,
  tsv: TABLES,
  glob: 'files are found by a pattern that names what differs: files("in/{sample}.txt")',
  grid: MATRIX,
  product: MATRIX,
  bash: COMMAND,
  shell: COMMAND,
};

function unknownVariable({ node, checker }: Mistake, head: string): Wording | undefined {
  const name = /'([^']+)'/.exec(head)?.[1];
  if (name === undefined) return undefined;
  const offered = exportsOfLocusts(node, checker);
  if (offered.includes(name)) {
    return { message: `${name} is not imported`, hint: `write import { ${name} } from "locusts"` };
  }
  const inTemplate = unknownInTemplate(name, node, checker);
  if (inTemplate) return inTemplate;
  const quoted = wantsText(node, checker) ? `a text stands in quotes: "${name}"` : undefined;
  const inScope = /Did you mean '([^']+)'/.exec(head)?.[1];
  const elsewhere = inScope === undefined && offered.length > 0 ? ownValue(ELSEWHERE, name) : undefined;
  const meant = inScope ?? closest(name, offered);
  return { message: `there is no "${name}" here`, hint: elsewhere ?? quoted ?? (meant && `did you mean "${meant}"?`) };
}

/** Is this a bare word where a text is wanted? */
function wantsText(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isIdentifier(node) || !ts.isPropertyAssignment(node.parent)) return false;
  return membersOf(checker.getContextualType(node)).some((type) => (type.flags & ts.TypeFlags.StringLike) !== 0);
}

/** What can be imported from "locusts", if the file imports anything from there. */
function exportsOfLocusts(node: ts.Node, checker: ts.TypeChecker): readonly string[] {
  for (const statement of node.getSourceFile().statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (statement.moduleSpecifier.text !== "locusts") continue;
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier);
    return module ? checker.getExportsOfModule(module).map((symbol) => symbol.name) : [];
  }
  return [];
}

function unknownExport({ node, checker }: Mistake, head: string): Wording | undefined {
  const [, module, name] = /'"?([^'"]+)"?' has no exported member (?:named )?'([\w$]+)'/.exec(head) ?? [];
  if (module === undefined || name === undefined) return undefined;
  const declaration = ts.findAncestor(node, (above) => ts.isImportDeclaration(above) || ts.isExportDeclaration(above));
  const specifier = declaration && "moduleSpecifier" in declaration ? declaration.moduleSpecifier : undefined;
  const symbol = specifier && checker.getSymbolAtLocation(specifier);
  const exported = symbol ? checker.getExportsOfModule(symbol) : [];
  const known = exported.map((each) => each.name);
  const written = specifier && ts.isStringLiteral(specifier) ? specifier.text : module;
  const wantsType = ts.findAncestor(node, ts.isTypeOnlyImportOrExportDeclaration) !== undefined;
  const listed = exported.filter((each) => isKind(each, wantsType, checker)).map((each) => each.name);
  const { message, hint } = unknownProperty(`"${written}"`, name, known, listed.sort());
  return { message, hint: (written === "locusts" && ownValue(ELSEWHERE, name)) || hint };
}

/** Can it be imported as a type, or as a value? */
function isKind(symbol: ts.Symbol, asType: boolean, checker: ts.TypeChecker): boolean {
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (asType) return (flags & ts.SymbolFlags.Type) !== 0;
  return (flags & ts.SymbolFlags.Value) !== 0 && !symbol.declarations?.some(ts.isTypeOnlyImportOrExportDeclaration);
}

function untypedModule(head: string): Wording | undefined {
  const module = /module '([^']+)'/.exec(head)?.[1];
  return module === undefined
    ? undefined
    : { message: `the module "${module}" has no types`, hint: "install its types, or write a .d.ts file for it" };
}
