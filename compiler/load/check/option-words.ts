import { ownValue } from "../../format/own-value.js";
import { didYouMean } from "../../problem/closest.js";
import { returned } from "./function-words.js";
import { eitherOf, isFunctionValue, type Mistake, membersOf, valueAt, type Wording } from "./mistake.js";
import { nameOf, nameOfOption } from "./places.js";
import { ts } from "./ts-morph.js";

/** How an option looks, to show where it is missing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  host: 'host: "biowulf"',
  directory: 'directory: "/data/me/locusts"',
  cpusPerNode: "cpusPerNode: 16",
  walltime: 'walltime: "04:00:00"',
  here: 'here: "/mnt/lab"',
  there: 'there: "/data/lab"',
  to: 'to: "me@lab.org"',
};

export function missingOptions({ node, lines }: Mistake): Wording | undefined {
  const last = lines.at(-1) ?? "";
  const one = /^Property '(\w+)' is missing in type /.exec(last)?.[1];
  const several = /is missing the following properties from type '[^']*': ([\w, ]+)/.exec(last)?.[1];
  const names = one === undefined ? several?.split(", ") : [one];
  const value = valueAt(node);
  if (!names || !ts.isObjectLiteralExpression(value)) return undefined;
  const whole = wholeOf(value);
  if (whole === undefined) return undefined;
  const examples = names.map((name) => EXAMPLES[name] ?? `${name}: …`);
  return { message: `${whole} needs ${names.join(", ")}`, hint: `add ${examples.join(", ")}`, at: value };
}

function wholeOf(object: ts.ObjectLiteralExpression): string | undefined {
  const { parent } = object;
  if (ts.isCallExpression(parent)) {
    const callee = parent.expression.getText();
    return callee === "defineSwarm" ? undefined : `${callee}(…)`;
  }
  return nameOfOption(object);
}

const KINDS: Readonly<Record<string, string>> = { number: "a number", string: "text", boolean: "true or false" };

/** What a literal type allows, as it is written. */
function allowed(type: ts.Type): string | undefined {
  if (type.isStringLiteral()) return JSON.stringify(type.value);
  if (type.isNumberLiteral()) return String(type.value);
  return undefined;
}

/** A text where only some are possible, as in `retryOn: ["crash"]`: these are listed. */
function oneOfSome(value: ts.Node, checker: ts.TypeChecker): Wording | undefined {
  if (!ts.isStringLiteralLike(value) && !ts.isNumericLiteral(value)) return undefined;
  const members = membersOf(checker.getContextualType(value));
  const wanted = members.filter((member) => (member.flags & ts.TypeFlags.Undefined) === 0).map(allowed);
  if (wanted.length < 2 || wanted.includes(undefined)) return undefined;
  const property = ts.findAncestor(value, ts.isPropertyAssignment);
  const name = property && nameOf(property);
  if (name === undefined) return undefined;
  const words = wanted as string[];
  const bare = words.map((word) => word.replace(/^"|"$/g, ""));
  const message = `${name} is ${eitherOf(words)}, not ${value.getText()}`;
  return { message, hint: didYouMean(value.text, bare), at: value };
}

/** One value where a list is wanted. */
function listWanted(value: ts.Node, wanted: string): Wording | undefined {
  const name = nameOfOption(value);
  if (name === undefined || !/^readonly .*\[\]$/.test(wanted) || ts.isArrayLiteralExpression(value)) return undefined;
  return { message: `${name} is a list`, hint: `write ${name}: [${value.getText()}]`, at: value };
}

/** What an object of options looks like, where its names alone do not tell. */
const OBJECTS: Readonly<Record<string, string>> = {
  notify: 'write notify: { command: sh`mail -s "$LOCUSTS_SUMMARY" me@lab.org` }',
  variables: 'write variables: { NAME: "value" }',
};

/** A text, a number or a list where an object of options is wanted. */
function objectWanted(value: ts.Node, checker: ts.TypeChecker): Wording | undefined {
  const name = nameOfOption(value);
  const isPlain = ts.isLiteralExpression(value) || ts.isArrayLiteralExpression(value);
  const isTruth = value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword;
  if (name === undefined || !(isPlain || isTruth) || !ts.isExpression(value)) return undefined;
  // One that may be made for each job is wanted as a function, too.
  const members = membersOf(checker.getContextualType(value)).filter(
    (type) => type.getCallSignatures().length === 0 && (type.flags & ts.TypeFlags.Undefined) === 0,
  );
  const [options, ...others] = members;
  if (!options || others.length > 0 || (options.flags & ts.TypeFlags.Object) === 0) return undefined;
  if (checker.isArrayLikeType(options)) return undefined;
  const hint =
    ownValue(OBJECTS, name) ??
    `it has ${options
      .getProperties()
      .map((part) => part.name)
      .join(", ")}`;
  return { message: `${name} is an object, not ${value.getText()}`, hint, at: value };
}

/** What targets are, where there is only one of them, or a list. */
function namedTargets(value: ts.Node): Wording | undefined {
  if (nameOfOption(value) !== "targets" || ts.isObjectLiteralExpression(value)) return undefined;
  const first = ts.isArrayLiteralExpression(value) ? value.elements[0] : value;
  const text = first && first.getText().length <= 80 ? first.getText() : "local()";
  return { message: "each target has a name of its own", hint: `write targets: { here: ${text} }`, at: value };
}

/** What of the object that a function gives is not as it has to be; undefined also for what is no function. */
export function wrongPart(written: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (!isFunctionValue(written)) return undefined;
  const wanted = returned(checker.getContextualType(written));
  return returned(checker.getTypeAtLocation(written))
    ?.getProperties()
    .find((part) => {
      const rule = wanted?.getProperty(part.name);
      return rule && !checker.isTypeAssignableTo(checker.getTypeOfSymbol(part), checker.getTypeOfSymbol(rule));
    });
}

export function wrongOption({ node, checker, lines }: Mistake): Wording | undefined {
  const written = valueAt(node);
  const [, wanted] =
    /^Type '.*' is not assignable to type '(.*)'(?: Did you mean .*)?$/s.exec(lines.at(-1) ?? "") ?? [];
  const known =
    namedTargets(written) ??
    oneOfSome(written, checker) ??
    listWanted(written, wanted ?? "") ??
    objectWanted(written, checker);
  if (known) return known;
  if (wanted === undefined) return undefined;
  const members = wanted.split(" | ").filter((member) => member !== "undefined");
  const words = members.map((member) => ownValue(KINDS, member) ?? (/^"[^"]*"$/.test(member) ? member : undefined));
  if (words.includes(undefined)) return undefined;
  const name = nameOfOption(written);
  // Elsewhere TypeScript's own words are as good.
  if (name === undefined) return undefined;
  const either = eitherOf(words as string[]);
  if (isFunctionValue(written)) {
    const part = wrongPart(written, checker);
    const at = part?.valueDeclaration;
    return part && at && { message: `${part.name}, which the function of ${name} gives, is ${either}`, at };
  }
  return { message: `${name} is ${either}, not ${written.getText()}`, at: written };
}
