import { listed, type Mistake, valueAt, type Wording } from "./mistake.js";
import { nameOf } from "./places.js";
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
  return { message: `${whole} needs ${listed(names)}`, hint: `add ${listed(examples)}`, at: value };
}

function wholeOf(object: ts.ObjectLiteralExpression): string | undefined {
  const { parent } = object;
  if (ts.isCallExpression(parent)) {
    const callee = parent.expression.getText();
    return callee === "defineSwarm" ? undefined : `${callee}(…)`;
  }
  return ts.isPropertyAssignment(parent) ? nameOf(parent) : undefined;
}

const KINDS: Readonly<Record<string, string>> = { number: "a number", string: "text", boolean: "true or false" };

export function wrongOption({ node, lines }: Mistake): Wording | undefined {
  const [, wanted] =
    /^Type '.*' is not assignable to type '(.*)'(?: Did you mean .*)?$/s.exec(lines.at(-1) ?? "") ?? [];
  if (wanted === undefined) return undefined;
  const members = wanted.split(" | ").filter((member) => member !== "undefined");
  const words = members.map((member) => KINDS[member] ?? (/^"[^"]*"$/.test(member) ? member : undefined));
  if (words.includes(undefined)) return undefined;
  const value = valueAt(node);
  const property = ts.findAncestor(value, ts.isPropertyAssignment);
  const name = property && nameOf(property);
  // Elsewhere TypeScript's own words are as good.
  if (name === undefined || !property || !isOption(property)) return undefined;
  const last = words.pop();
  const either = words.length > 0 ? `${words.join(", ")} or ${last}` : last;
  return { message: `${name} is ${either}, not ${value.getText()}`, at: value };
}

/** Is it within the options of a call, such as `slurm({ … })`? */
function isOption(property: ts.PropertyAssignment): boolean {
  const call = ts.findAncestor(property, ts.isCallExpression);
  return call !== undefined && call.expression.getText() !== "defineSwarm";
}
