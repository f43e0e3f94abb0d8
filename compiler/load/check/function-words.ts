import { ownValue } from "../../format/own-value.js";
import { isFunctionValue, type Mistake, membersOf, valueAt, type Wording } from "./mistake.js";
import { nameOfOption } from "./places.js";
import { unknownProperty } from "./shape.js";
import { ts } from "./ts-morph.js";

/** What to write for an option that is given as a function, and cannot be one. */
const FUNCTIONS_OF: Readonly<Record<string, string>> = {
  limits: "only limits.time may be one: limits: { time: ({ attempt }) => minutes(10 * attempt) }",
  cpus: "resources as a whole may be one: resources: ({ params }) => ({ cpus: params.threads })",
  memory: "resources as a whole may be one: resources: ({ attempt }) => ({ memory: gigabytes(2 * attempt) })",
  gpus: "resources as a whole may be one: resources: ({ params }) => ({ gpus: params.gpus })",
  jobName: 'write jobName: "{id}", with params as placeholders',
};

/** What is a path, and no function that makes one. */
const PATHS_OF: Readonly<Record<string, string>> = {
  inputs: 'an input is a path with params as placeholders, as in "in/{id}.txt"',
  outputs: 'an output is a path with params as placeholders, as in "{id}.txt"',
};

/** A function where none may stand, or one that does not give what it has to. */
export function functionWords({ node, checker, lines }: Mistake): Wording | undefined {
  const written = valueAt(node);
  if (!isFunctionValue(written)) return undefined;
  const last = lines.at(-1) ?? "";
  const name = nameOfOption(written);
  const wanted = returned(checker.getContextualType(written));
  const isAsync = asyncWords(written);
  if (isAsync) return isAsync;
  if (!wanted) {
    if (name === undefined) return undefined;
    return {
      message: `${name} is no function`,
      hint: ownValue(FUNCTIONS_OF, name) ?? ownValue(PATHS_OF, around(written) ?? ""),
      at: written,
    };
  }
  if (/^Target signature provides too few arguments/.test(last)) {
    const names = written.parameters.map((parameter) => parameter.name.getText()).join(", ");
    return { message: `the function of ${name} gets one object`, hint: `write ({ ${names} }) => …`, at: written };
  }
  if (/^Type '(void|undefined)' is not assignable/.test(last)) return givesNothing(written);
  if (!/has no properties in common with type/.test(last) || name === undefined) return undefined;
  const known = wanted.getProperties().map((symbol) => symbol.name);
  const [first] = returned(checker.getTypeAtLocation(written))?.getProperties() ?? [];
  return first && { ...unknownProperty(name, first.name, known), at: first.valueDeclaration ?? written };
}

/** What is said of a value that an async function gives, or of such a function. */
export function asyncWords(node: ts.Node): Wording | undefined {
  const written = ts.findAncestor(node, isFunctionValue);
  const async = written?.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  const message = "a function of a definition gives its value at once, and is not async";
  return async && { message, hint: "leave out async", at: async };
}

/** The name of the option that a value is a part of. */
function around(value: ts.Node): string | undefined {
  const object = ts.findAncestor(value, ts.isObjectLiteralExpression);
  return object && nameOfOption(object);
}

/** What a function gives, by its type. */
export function returned(type: ts.Type | undefined): ts.Type | undefined {
  return membersOf(type)
    .flatMap((member) => member.getCallSignatures())[0]
    ?.getReturnType();
}

function givesNothing(written: ts.ArrowFunction | ts.FunctionExpression): Wording {
  const message = "this function gives nothing";
  const [only, ...more] = ts.isBlock(written.body) ? written.body.statements : [];
  if (!only || more.length > 0 || !ts.isExpressionStatement(only))
    return { message, hint: "add a return", at: written };
  return { message, hint: `write return ${only.expression.getText()}`, at: only };
}
