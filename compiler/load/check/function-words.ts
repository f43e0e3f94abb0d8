import { type Mistake, membersOf, valueAt, type Wording } from "./mistake.js";
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

type Written = ts.ArrowFunction | ts.FunctionExpression;

/** A function where none may stand, or one that does not give what it has to. */
export function functionWords({ node, checker, lines }: Mistake): Wording | undefined {
  const written = valueAt(node);
  if (!ts.isArrowFunction(written) && !ts.isFunctionExpression(written)) return undefined;
  const last = lines.at(-1) ?? "";
  const name = nameOfOption(written);
  const wanted = returned(checker.getContextualType(written));
  if (written.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword))
    return { message: "a function of a definition gives its value at once, and is not async", at: written };
  if (!wanted) {
    if (name === undefined) return undefined;
    return { message: `${name} is no function`, hint: FUNCTIONS_OF[name], at: written };
  }
  if (/^Type '(void|undefined)' is not assignable/.test(last)) return givesNothing(written);
  if (!/has no properties in common with type/.test(last) || name === undefined) return undefined;
  const known = wanted.getProperties().map((symbol) => symbol.name);
  const [first] = returned(checker.getTypeAtLocation(written))?.getProperties() ?? [];
  return first && { ...unknownProperty(name, first.name, known), at: first.valueDeclaration ?? written };
}

/** What a function gives, by its type. */
export function returned(type: ts.Type | undefined): ts.Type | undefined {
  return membersOf(type)
    .flatMap((member) => member.getCallSignatures())[0]
    ?.getReturnType();
}

function givesNothing(written: Written): Wording {
  const message = "this function gives nothing";
  const [only, ...more] = ts.isBlock(written.body) ? written.body.statements : [];
  if (!only || more.length > 0 || !ts.isExpressionStatement(only))
    return { message, hint: "add a return", at: written };
  return { message, hint: `write return ${only.expression.getText()}`, at: only };
}
