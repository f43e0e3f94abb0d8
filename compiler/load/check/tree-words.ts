import { ownValue } from "../../format/own-value.js";
import { didYouMean } from "../../problem/closest.js";
import { type Mistake, valueAt, type Wording } from "./mistake.js";
import { nameOf, nameOfOption, unwrap } from "./places.js";
import { ts } from "./ts-morph.js";

/** What a way to have a tree has no use for, and why. */
const USELESS: Readonly<Record<string, { readonly options: readonly string[]; readonly why: string }>> = {
  copy: { options: ["readOnly"], why: 'all jobs share one tree there; readOnly is for mode: "perJob"' },
  perJob: { options: [], why: "" },
  inPlace: {
    options: ["select", "hidden", "readOnly", "apply"],
    why: "root is the tree on the target itself, nothing is selected or sent, and jobs change the original",
  },
};

const MODES = Object.keys(USELESS);

const EXAMPLES: Readonly<Record<string, string>> = {
  root: 'root: "environment"',
  select: 'select: ["scripts/**", "data/*.txt"]',
};

/** Words for what does not fit in `tree({ … })`, whose options depend on its mode. */
export function treeWords({ node, lines }: Mistake): Wording | undefined {
  if (!lines.some((line) => / is not assignable to | is missing the following |^Property '\w+' is missing /.test(line)))
    return undefined;
  const value = valueAt(node);
  if (nameOfOption(value) === "tree" && lines.some((line) => /'Tree'/.test(line))) {
    return { message: 'a tree is what tree(…) gives: write tree({ root: "…", select: ["**"] })', at: value };
  }
  const call = ts.findAncestor(value, ts.isCallExpression);
  const options = call?.expression.getText() === "tree" ? call.arguments[0] : undefined;
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  return wrongMode(options) ?? uselessOption(options) ?? missingOption(options) ?? wrongRules(options);
}

function optionOf(options: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = options.properties.findLast((candidate) => nameOf(candidate) === name);
  return property && ts.isPropertyAssignment(property) ? unwrap(property.initializer) : undefined;
}

/** The mode that is written there; undefined if it is not to be seen. */
function modeOf(options: ts.ObjectLiteralExpression): string | undefined {
  const mode = optionOf(options, "mode");
  if (mode) return ts.isStringLiteralLike(mode) ? mode.text : undefined;
  return options.properties.some((property) => nameOf(property) === "mode" || ts.isSpreadAssignment(property))
    ? undefined
    : "copy";
}

function wrongMode(options: ts.ObjectLiteralExpression): Wording | undefined {
  const mode = modeOf(options);
  const at = optionOf(options, "mode");
  if (mode === undefined || !at || MODES.includes(mode)) return undefined;
  return {
    message: `mode is ${MODES.map((known) => `"${known}"`).join(" or ")}, not "${mode}"`,
    hint: didYouMean(mode, MODES),
    at,
  };
}

function uselessOption(options: ts.ObjectLiteralExpression): Wording | undefined {
  const mode = modeOf(options);
  const useless = mode === undefined ? undefined : ownValue(USELESS, mode);
  const given = options.properties.filter((property) => useless?.options.includes(nameOf(property) ?? ""));
  if (!useless || given.length === 0) return undefined;
  return {
    message: `${given.map((property) => nameOf(property) as string).join(", ")} cannot be given with mode: "${mode}"`,
    hint: useless.why,
    at: given[0]?.name ?? options,
  };
}

function missingOption(options: ts.ObjectLiteralExpression): Wording | undefined {
  if (options.properties.some(ts.isSpreadAssignment)) return undefined;
  const given = options.properties.map(nameOf);
  const needed = modeOf(options) === "inPlace" ? ["root"] : ["root", "select"];
  const missing = needed.filter((name) => !given.includes(name));
  if (missing.length === 0) return undefined;
  return {
    message: `tree(…) needs ${missing.join(", ")}`,
    hint: `add ${missing.map((name) => EXAMPLES[name] as string).join(", ")}`,
    at: options,
  };
}

function wrongRules(options: ts.ObjectLiteralExpression): Wording | undefined {
  for (const name of ["select", "readOnly"]) {
    const given = optionOf(options, name);
    if (!given) continue;
    if (ts.isStringLiteralLike(given)) {
      return { message: `${name} is a list of rules: write ${name}: [${given.getText()}]`, at: given };
    }
    if (!ts.isArrayLiteralExpression(given)) continue;
    const odd = given.elements.find(
      (element) => ts.isNumericLiteral(element) || ts.isRegularExpressionLiteral(element),
    );
    if (odd) return { message: 'a rule is a text, as in "data/*.txt"', at: odd };
  }
  return undefined;
}
