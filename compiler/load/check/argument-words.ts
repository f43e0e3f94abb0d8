import { ownValue } from "../../format/own-value.js";
import { type Mistake, valueAt, type Wording } from "./mistake.js";
import { ts } from "./ts-morph.js";

const LONGEST = 80;

/** What takes an object with options, where one of them is given alone. */
const OPTIONS: Readonly<Record<string, (value: string) => string>> = {
  TreeOptions: (root) => `tree({ root: ${root}, select: ["**"] })`,
  SshOptions: (host) => `ssh({ host: ${host}, directory: "/data/me/locusts" })`,
  SlurmOptions: (host) =>
    `slurm({ host: ${host}, directory: "/data/me/locusts", nodes: 2, cpusPerNode: 16, walltime: "04:00:00" })`,
};

/** A value that is given to one of Locusts' functions, and is none that it takes. */
export function argument({ node, lines, checker }: Mistake): Wording | undefined {
  const [, wanted] =
    /^(?:Type|Argument of type) '.*' is not assignable to (?:type|parameter of type) '(.*)'$/s.exec(
      lines.at(-1) ?? "",
    ) ?? [];
  const call = ts.findAncestor(node, ts.isCallExpression);
  if (wanted === undefined || !call) return undefined;
  const callee = call.expression.getText();
  const value = ts.findAncestor(node, (above) => above.parent === call) ?? node;
  const text = value.getText();
  const short = text.length <= LONGEST ? text : "…";
  if (wanted === "ParamValue") {
    const given = valueAt(node);
    const rows = ts.isObjectLiteralExpression(given)
      ? `for several params a job: rows([${given.getText()}, …])`
      : undefined;
    return { message: `a param is text, a number, true or false, not ${given.getText()}`, hint: rows, at: given };
  }
  if (wanted === "readonly ParamValue[]") {
    if (callee === "matrix")
      return { message: "a matrix has a list for each name", hint: `write matrix({ name: ${short} })`, at: value };
    return { message: `the values of ${callee}(…) are a list`, hint: `write [${short}]`, at: value };
  }
  if (wanted === "number" && ts.isStringLiteralLike(value)) {
    const name = nameOfParameter(call, value, checker);
    const number = Number(value.text);
    const isNumber = value.text.trim() !== "" && !Number.isNaN(number);
    const unit = name === "bytes" ? "in bytes: 1 MB is 2 ** 20" : undefined;
    return {
      message: `${name} of ${callee}(…) is a number, not ${text}`,
      hint: isNumber ? `write ${number}` : unit,
      at: value,
    };
  }
  const write = ts.isStringLiteralLike(value) ? ownValue(OPTIONS, wanted) : undefined;
  return write && { message: `${callee}(…) takes an object with its options`, hint: `write ${write(text)}`, at: value };
}

/** What a function calls a value that it is given there. */
function nameOfParameter(call: ts.CallExpression, value: ts.Node, checker: ts.TypeChecker): string {
  const parameters = checker.getResolvedSignature(call)?.getParameters() ?? [];
  return parameters[call.arguments.indexOf(value as ts.Expression)]?.name ?? "this";
}
