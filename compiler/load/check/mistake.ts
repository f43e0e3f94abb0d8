import { ts } from "./ts-morph.js";

export interface Mistake {
  readonly code: number;
  /** its message and the reasons below it, from the outermost to the innermost */
  readonly lines: readonly string[];
  /** the innermost node at its start */
  readonly node: ts.Node;
  readonly checker: ts.TypeChecker;
}

/** Parts of a definition that others refer to: where one is wrong as a whole, what refers to it seems to be wrong as well. */
export type Foundation = "jobs" | "inputs" | "outputs";

export interface Wording {
  readonly message: string;
  readonly hint?: string | undefined;
  /** where it is to be shown, if not where TypeScript shows it */
  readonly at?: ts.Node | undefined;
  /** it follows from another mistake, if one has been found in what the definition has by one of these names */
  readonly follows?: readonly Foundation[];
}

export function mistakeOf(diagnostic: ts.DiagnosticWithLocation, checker: ts.TypeChecker): Mistake {
  return {
    code: diagnostic.code,
    lines: linesOf(diagnostic.messageText),
    node: innermostNode(diagnostic.file, diagnostic.start),
    checker,
  };
}

function linesOf(message: string | ts.DiagnosticMessageChain): readonly string[] {
  if (typeof message === "string") return [withoutStop(message)];
  // Of several reasons side by side the last one is the most exact, as of the members of a union.
  const reason = message.next?.at(-1);
  return [withoutStop(message.messageText), ...(reason ? linesOf(reason) : [])];
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.(?= |$)(?=$| Did you mean)/g, "");
}

/** The innermost node that starts at, or contains, a position. */
export function innermostNode(source: ts.SourceFile, position: number): ts.Node {
  const within = (node: ts.Node): ts.Node | undefined =>
    position < node.getStart(source) || position >= node.end ? undefined : (ts.forEachChild(node, within) ?? node);
  return within(source) ?? source;
}

/** A node and all that is within it, in the order of the text. */
export function* nodesIn(node: ts.Node): Generator<ts.Node> {
  yield node;
  const parts: ts.Node[] = [];
  ts.forEachChild(node, (part) => {
    parts.push(part);
  });
  for (const part of parts) yield* nodesIn(part);
}

/** Is it a function that is written as a value? */
export function isFunctionValue(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** `a, b or c` */
export function eitherOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** The types that a value can have: of a union its members. */
export function membersOf(type: ts.Type | undefined): readonly ts.Type[] {
  return type?.isUnion() ? type.types : type ? [type] : [];
}

/** The value of the property whose name this is; else the node itself. */
export function valueAt(node: ts.Node): ts.Node {
  const parent = node.parent;
  return parent && ts.isPropertyAssignment(parent) && parent.name === node ? parent.initializer : node;
}
