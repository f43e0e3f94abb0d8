import { ownValue } from "../../format/own-value.js";
import { didYouMean } from "../../problem/closest.js";
import { membersOf, type Wording } from "./mistake.js";
import { nameOf } from "./places.js";
import { ts } from "./ts-morph.js";

/** What each part of a swarm looks like, to show where it is missing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'name: "my-swarm"',
  jobs: 'jobs: files("inputs/{id}.txt"), or range(…), list(…), rows(…), matrix(…), table(…), lines(…), commands(…)',
  command: "command: ({ inputs, outputs }) => sh`…`",
  targets: "targets: { here: local() }",
};

const BY_NAME: Readonly<Record<string, string>> = {
  inputs: 'inputs: { text: "in/{id}.txt" }',
  outputs: 'outputs: { text: "{id}.txt" }',
};

/**
 * Properties of the definition that do not exist, and those that it must have and has not.
 * TypeScript stops at the first kind of mistake; this finds them all.
 */
export function shapeMistakes(object: ts.ObjectLiteralExpression, checker: ts.TypeChecker): readonly Wording[] {
  const expected = checker.getContextualType(object)?.getProperties() ?? [];
  if (expected.length === 0) return [];
  const known = expected.map((symbol) => symbol.name);
  const given = new Set(object.properties.map(nameOf));
  const mistakes: Wording[] = [];
  for (const property of object.properties) {
    const name = nameOf(property);
    if (name === undefined) continue;
    if (known.includes(name)) {
      mistakes.push(...notByName(name, property));
      continue;
    }
    const { message, hint } = unknownProperty("a swarm", name, known);
    // What is there already was not meant.
    const meant = didYouMean(
      name,
      known.filter((other) => !given.has(other)),
    );
    const has = hint?.startsWith("did you mean") ? undefined : hint;
    const part = partWith(name, expected, checker);
    const inPart = part && `it is an option of ${part}: write ${part}: { ${name}: … }`;
    mistakes.push({ message, hint: meant ?? inPart ?? has, at: property.name });
  }
  if (object.properties.some(ts.isSpreadAssignment)) return mistakes;
  // A misspelt property is one mistake, not an unknown property and a missing one.
  const meant = mistakes.map(({ hint }) => /"(.+)"/.exec(hint?.startsWith("did you mean") ? hint : "")?.[1]);
  for (const symbol of expected) {
    if (symbol.flags & ts.SymbolFlags.Optional || given.has(symbol.name) || meant.includes(symbol.name)) continue;
    const example = EXAMPLES[symbol.name];
    const hint = example && `add ${example}`;
    mistakes.push({ message: `the swarm has no ${symbol.name}`, hint, at: object.parent });
  }
  return mistakes;
}

/** What has a name for each of its parts, and is written as a function, or as a list. */
function notByName(name: string, property: ts.ObjectLiteralElementLike): readonly Wording[] {
  const example = ownValue(BY_NAME, name);
  const value = ts.isPropertyAssignment(property) ? property.initializer : property;
  const isOther = ts.isFunctionLike(value) || ts.isArrayLiteralExpression(value) || ts.isStringLiteralLike(value);
  if (example === undefined || !isOther) return [];
  const message = `${name} are an object: a name and a path for each of them`;
  return [{ message, hint: `write ${example}, where {id} is a param of the job`, at: value }];
}

/** By what other names people know an option. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  timeout: ["time"],
  walltime: ["time"],
  time: ["walltime"],
  cores: ["cpus", "slots"],
  threads: ["cpus", "slots"],
  ram: ["memory"],
  env: ["variables"],
  image: ["container"],
};

/** What other tools have as an option, and is written otherwise here. */
const OTHERWISE: Readonly<Record<string, string>> = {
  conda: 'write prepare: sh`source "$(conda info --base)/etc/profile.d/conda.sh"; conda activate NAME`',
  user: 'write host: "USER@HOST"',
  email:
    'a command is run: notify: { command: sh`mail -s "$LOCUSTS_SUMMARY" me@lab.org` }; slurm({ mail: … }) is SLURM\'s own',
  to: 'a command is run: notify: { command: sh`mail -s "$LOCUSTS_SUMMARY" me@lab.org` }',
  slots: "slots are of a target: targets: { here: local({ slots: 4 }) }",
};

/** Of which part of a swarm a name is an option, where it was given to the swarm itself. */
function partWith(name: string, parts: readonly ts.Symbol[], checker: ts.TypeChecker): string | undefined {
  return parts.find((part) =>
    membersOf(checker.getNonNullableType(checker.getTypeOfSymbol(part))).some(
      (type) => ["limits", "resources", "environment"].includes(part.name) && type.getProperty(name),
    ),
  )?.name;
}

/** What an object is, by what it is given to: `a swarm`, `local(…)`, `limits`. */
export function wholeAround({ parent }: ts.Node): string {
  if (!ts.isCallExpression(parent)) return ts.isPropertyAssignment(parent) ? parent.name.getText() : "this object";
  const callee = parent.expression.getText();
  return callee === "defineSwarm" ? "a swarm" : `${callee}(…)`;
}

/** `a swarm has no "comand"`, with the one that was meant, or the names that it does have. */
export function unknownProperty(whole: string, name: string, known: readonly string[], listed = known): Wording {
  const synonym = ownValue(SYNONYMS, name)?.find((other) => known.includes(other));
  const meant = synonym === undefined ? didYouMean(name, known) : `did you mean "${synonym}"?`;
  return {
    message: `${whole} has no "${name}"`,
    hint: meant ?? ownValue(OTHERWISE, name) ?? (listed.length > 0 ? `it has ${listed.join(", ")}` : undefined),
  };
}
