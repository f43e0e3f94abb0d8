import { closest } from "../../problem/closest.js";
import { isFunctionValue, nodesIn, type Wording } from "./mistake.js";
import { unwrap } from "./places.js";
import { ts } from "./ts-morph.js";

/*
 * Within an sh template, ${…} is TypeScript's. People who know bash write there what is meant for bash, which
 * TypeScript cannot read, or does not know.
 */

/** What bash reads between `${` and `}`, but for a name alone: `f##*\/`, `x:-3`, `#list[@]`, `1`. */
const EXPANSION = /^(?:[!#](?=\w)\w+|\w+|[@*#?!-])(?:\[[^\]]*\])?(?:(?::?[-=+?]|[:#%/^,@]).*)?$/s;

const WHOSE = "is read by TypeScript, not by bash";

function isShTag(node: ts.Node): node is ts.TaggedTemplateExpression {
  return ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && node.tag.text === "sh";
}

/** Where each `${` of the sh templates in a file ends, up to a position; also in a file that cannot be parsed to its end. */
function lastOpening(source: ts.SourceFile, position: number): ts.Node | undefined {
  let last: ts.Node | undefined;
  for (const node of nodesIn(source)) {
    if (!isShTag(node) || !ts.isTemplateExpression(node.template)) continue;
    for (const piece of [node.template.head, ...node.template.templateSpans.map(({ literal }) => literal)]) {
      if (piece.end <= position && source.text.endsWith("${", piece.end) && piece.end > (last?.end ?? -1)) last = piece;
    }
  }
  return last;
}

/** Is what cannot be read, or is not known, an expansion of bash's own? */
export function bashExpansion(source: ts.SourceFile, position: number): (Wording & { start: number }) | undefined {
  const start = lastOpening(source, position)?.end;
  if (start === undefined) return undefined;
  const end = source.text.indexOf("}", start);
  const inner = source.text.slice(start, end);
  if (end < position - 1 || inner.includes("\n") || inner.includes("`") || !EXPANSION.test(inner)) return undefined;
  return {
    start: start - 2,
    message: `\${${inner}} ${WHOSE}`,
    hint: `for bash, put a backslash before it: \\\${${inner}}`,
  };
}

/** The names that a command around a node gets, each as it is written there: `params.id`. */
function namesAround(node: ts.Node, checker: ts.TypeChecker): readonly string[] {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (!isFunctionValue(at)) continue;
    const parameter = checker.getContextualType(at)?.getCallSignatures()[0]?.getParameters()[0];
    const type = parameter && checker.getTypeOfSymbolAtLocation(parameter, at);
    if (!type || !checker.getPropertyOfType(type, "inputs")) continue;
    return ["inputs", "outputs", "params"].flatMap((group) => {
      const symbol = checker.getPropertyOfType(type, group);
      const members = symbol ? checker.getPropertiesOfType(checker.getTypeOfSymbolAtLocation(symbol, node)) : [];
      return members.map(({ name }) => `${group}.${name}`);
    });
  }
  return [];
}

/** `inputs`, `outputs` and `params` where a command has not asked for them, or is no function. */
function unasked(name: string, node: ts.Node): Wording | undefined {
  if (!/^(inputs|outputs|params|line)$/.test(name)) return undefined;
  const made = ts.findAncestor(node, isFunctionValue);
  if (made && ts.isArrowFunction(made)) {
    const [parameter] = made.parameters;
    const given = parameter && ts.isObjectBindingPattern(parameter.name) ? parameter.name.elements : [];
    const names = [...given.map((element) => element.getText()), name].join(", ");
    return {
      message: `there is no "${name}" here: the command has not asked for it`,
      hint: `write ({ ${names} }) => …`,
    };
  }
  const property = ts.findAncestor(node, ts.isPropertyAssignment);
  if (property?.name.getText() !== "command") return undefined;
  return commandWanted(property.initializer);
}

const COMMAND_IS_FUNCTION = "command is a function: write command: ({ inputs, outputs }) => sh`…`";
const CHECK_IS_FUNCTION = "a check is a function: write ({ output }) => sh`…`";

/** What stands where a function that gives a command is wanted. */
export function commandWanted(value: ts.Node): Wording {
  const isCheck = ts.findAncestor(value, ts.isCallExpression)?.expression.getText() === "checked";
  return { message: isCheck ? CHECK_IS_FUNCTION : COMMAND_IS_FUNCTION, at: value };
}

/** A name that nobody has, which is all that stands between `${` and `}` of an sh template. */
export function unknownInTemplate(name: string, node: ts.Node, checker: ts.TypeChecker): Wording | undefined {
  const own = unasked(name, node);
  if (own) return own;
  const span = ts.findAncestor(node, ts.isTemplateSpan);
  if (!span || !isShTag(span.parent.parent)) return undefined;
  const source = node.getSourceFile();
  if (unwrap(span.expression) !== node) {
    const expansion = bashExpansion(source, node.getStart());
    return expansion && { message: expansion.message, hint: expansion.hint, at: span.expression };
  }
  const names = namesAround(node, checker);
  const meant = names.find((known) => known.endsWith(`.${name}`)) ?? closest(name, names);
  return {
    message: `there is no "${name}" here: \${…} ${WHOSE}`,
    hint: meant
      ? `write \${${meant}}; for a variable of bash, put a backslash before it: \\\${${name}}`
      : `for a variable of bash, put a backslash before it: \\\${${name}}`,
  };
}

/** `inputs` as a whole, where one of them is wanted. */
export function wholeInTemplate(value: ts.Node, checker: ts.TypeChecker): Wording | undefined {
  const group = value.getText();
  if (!/^(\w+\.)?(inputs|outputs|params)$/.test(group)) return undefined;
  const names = checker.getPropertiesOfType(checker.getTypeAtLocation(value)).map(({ name }) => name);
  const written = names.map((name) => `\${${group}.${name}}`);
  const one = `one of the ${group.replace(/^.*\./, "")}`;
  return {
    message: `\${${group}} is all of them, and ${one} is wanted here`,
    hint: written.length > 0 ? `write ${written.slice(0, 3).join(" or ")}` : `this swarm has no ${group}`,
    at: value,
  };
}

/** How a text without the tag is written with it. */
export function withTag(value: ts.Node): string | undefined {
  const template = ts.isTemplateHead(value) ? value.parent : value;
  if (!ts.isTemplateLiteral(template)) return undefined;
  const text = template.getText();
  const isShort = text.length <= 100 && !text.includes("\n");
  return isShort ? `write sh before it: sh${text}` : "write sh right before the first backtick: sh`…`";
}

/** A digit alone between `${` and `}`, which bash would take for an argument. */
export function numberInTemplate(node: ts.Node): Wording | undefined {
  if (
    !ts.isNumericLiteral(node) ||
    !/^\d$/.test(node.text) ||
    !ts.isTemplateSpan(node.parent) ||
    !isShTag(node.parent.parent.parent)
  )
    return undefined;
  return {
    message: `\${${node.text}} ${WHOSE}: it is the number ${node.text}`,
    hint: `write ${node.text} alone; \\\${${node.text}} is an argument of bash's, of which a job has none`,
  };
}

/** How bash computes what TypeScript cannot, since its value is known only when a job runs. */
export function computedByBash(reference: ts.Expression): string {
  let whole: ts.Node = reference;
  while (
    ts.isParenthesizedExpression(whole.parent) ||
    ts.isPrefixUnaryExpression(whole.parent) ||
    ts.isBinaryExpression(whole.parent)
  )
    whole = whole.parent;
  const [start, end] = [whole.getStart(), whole.getEnd()];
  const text = whole.getText();
  const at = reference.getStart() - start;
  const put = `\${${reference.getText()}}`;
  const isText = /["'`]/.test(text);
  if (isText && ts.isBinaryExpression(whole)) {
    const sides = [whole.left, whole.right].map((side) =>
      ts.isStringLiteralLike(side) ? side.text : `\${${side.getText()}}`,
    );
    return `put one beside the other: sh\`… ${sides.join("")} …\``;
  }
  if (end - start > 60 || isText) return `let bash compute: sh\`… $(( ${put} + 1 )) …\``;
  return `let bash compute: sh\`… $(( ${text.slice(0, at)}${put}${text.slice(at + reference.getText().length)} )) …\``;
}
