import { CLASH_HINT } from "../../dsl/job-source.js";
import { USE_A_SOURCE } from "../../dsl/swarm.js";
import { didYouMean } from "../../problem/closest.js";
import { argument } from "./argument-words.js";
import { column } from "./column-words.js";
import { exclusive } from "./exclusive.js";
import { asyncWords, functionWords } from "./function-words.js";
import { isFunctionValue, type Mistake, nodesIn, valueAt, type Wording } from "./mistake.js";
import { missingOptions, wrongOption, wrongPart } from "./option-words.js";
import { nameOfOption, unwrap } from "./places.js";
import { commandWanted, wholeInTemplate, withTag } from "./template-words.js";
import { treeWords } from "./tree-words.js";
import { ts } from "./ts-morph.js";
import { widened } from "./widened-words.js";

export function wordsForValues(mistake: Mistake): Wording | undefined {
  const whole =
    widened(mistake) ?? treeWords(mistake) ?? exclusive(mistake) ?? missingOptions(mistake) ?? functionWords(mistake);
  if (whole) return whole;
  for (const line of mistake.lines.toReversed()) {
    const [, given, wanted] =
      /^(?:Type|Argument of type) '(.*)' is not assignable to (?:type|parameter of type) '(.*)'$/s.exec(line) ?? [];
    if (given === undefined || wanted === undefined) continue;
    const wording =
      reference(mistake, given) ??
      unknownPlaceholder(mistake, wanted) ??
      sentence(mistake, wanted) ??
      unit(mistake, given, wanted) ??
      command(mistake, given, wanted) ??
      part(mistake, wanted);
    if (wording) return wording;
  }
  if (/^Operator '\+' cannot be applied to types '.*\b(?:ShellCommand|Reference)'/.test(mistake.lines[0] ?? ""))
    return {
      message: "commands cannot be joined by +",
      hint: "write all of it in one template: sh`…`, a line for each command",
    };
  return column(mistake) ?? jobs(mistake) ?? wrongOption(mistake) ?? argument(mistake) ?? argumentCount(mistake);
}

/** More or fewer values than a function takes: what they are is said by the names that it has for them. */
function argumentCount({ node, checker, lines }: Mistake): Wording | undefined {
  const [, wanted, given] = /^Expected (.*) arguments?, but got (\d+)$/.exec(lines[0] ?? "") ?? [];
  const call = ts.findAncestor(node, ts.isCallExpression);
  const [declared] = (call && checker.getTypeAtLocation(call.expression).getCallSignatures()) ?? [];
  if (!wanted || !call || !declared) return undefined;
  const names = declared.parameters.map(({ name, valueDeclaration: of }) =>
    of && ts.isParameter(of) && checker.isOptionalParameter(of) ? `${name}?` : name,
  );
  const callee = call.expression.getText();
  return {
    message: `${callee}(…) takes ${wanted} ${wanted === "1" ? "value" : "values"}, not ${given}`,
    hint: `write ${callee}(${names.join(", ")})`,
  };
}

/** `inputs.x` and the like where a text or a number is wanted. */
function reference({ node }: Mistake, given: string): Wording | undefined {
  if (given !== "Reference") return undefined;
  const value = valueAt(node);
  return {
    message: "an input, output or param of a job is no text or number here: its value is known only when a job runs",
    hint: `put it into an sh template as it is: sh\`… \${${value.parent && ts.isPropertyAccessExpression(value.parent) ? value.parent.getText() : value.getText()}} …\``,
    at: value,
  };
}

function sentencesIn(type: string): readonly string[] {
  return [...type.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map((match) => match[1] as string)
    .filter((text) => text.split(" ").length > 3);
}

/** TypeScript says one sentence for each pair of an unknown and a known placeholder. */
function unknownPlaceholder({ node }: Mistake, wanted: string): Wording | undefined {
  const pairs = sentencesIn(wanted).flatMap((text) => {
    const match = /^unknown placeholder (\{.*?\}); this swarm's jobs have (no params|\{.*\})$/.exec(text);
    return match ? [{ unknown: match[1] as string, known: match[2] as string }] : [];
  });
  if (pairs.length === 0) return undefined;
  const unknown = [...new Set(pairs.map((pair) => pair.unknown))];
  const known = [...new Set(pairs.map((pair) => pair.known))];
  const bare = (braced: string) => braced.slice(1, -1);
  const meant = unknown.length === 1 ? didYouMean(bare(unknown[0] as string), known.map(bare)) : undefined;
  return {
    message: `unknown placeholder${unknown.length > 1 ? "s" : ""} ${unknown.join(", ")}; this swarm's jobs have ${known.join(", ")}`,
    hint: meant?.replace(/"(.*)"/, "{$1}"),
    at: patternWith(unknown[0] as string, valueAt(node)),
    follows: ["jobs"],
  };
}

/** The string that has the placeholder; what was to be the pattern, if it is not written out there. */
function patternWith(placeholder: string, value: ts.Node): ts.Node {
  const has = (node: ts.Node) => ts.isStringLiteralLike(node) && node.text.includes(placeholder);
  return [...nodesIn(value)].find(has) ?? value;
}

function sentence({ node }: Mistake, wanted: string): Wording | undefined {
  const [first] = sentencesIn(wanted);
  const hint = first?.startsWith("both sources have") ? CLASH_HINT : undefined;
  return first === undefined ? undefined : { message: first, hint, at: valueAt(node) };
}

/** The value itself; where a function gives it, the part of what that gives. */
function wrongValue(node: ts.Node, checker: ts.TypeChecker): ts.Node {
  const value = valueAt(node);
  const part = wrongPart(value, checker)?.valueDeclaration;
  return part && ts.isPropertyAssignment(part) ? part.initializer : value;
}

function unit({ node, checker }: Mistake, given: string, wanted: string): Wording | undefined {
  const written = given.startsWith('"') ? given : "this";
  if (/\bDuration\b|\$\{number\}:\$\{number\}/.test(wanted)) {
    const message = `${written} is no time span: write "90s", "10m", "2h", "1d" or "HH:MM:SS"`;
    const hint = /^(?:number$|\d)/.test(given) ? "for a number: seconds(90), minutes(10) or hours(2)" : undefined;
    return { message, hint, at: wrongValue(node, checker) };
  }
  if (/\bMemory\b|\$\{number\} ?MB/.test(wanted)) {
    return {
      message: `${written} is no amount of memory: write "500 MB", "2 GB" or "1 TB"`,
      hint: /^(?:number$|\d)/.test(given) ? "for a number: megabytes(500) or gigabytes(2)" : undefined,
      at: wrongValue(node, checker),
    };
  }
  if (wanted === "`-${string}`") {
    return { message: `${written} is no option of sbatch: write it as in "--comment=text"`, at: valueAt(node) };
  }
  return undefined;
}

function command({ node, checker }: Mistake, given: string, wanted: string): Wording | undefined {
  const value = valueAt(node);
  if (/\bTemplateStringsArray$/.test(wanted)) {
    return { message: "sh is a tag, and called without parentheses", hint: withTag(value), at: value };
  }
  if (/\bShellValue$/.test(wanted)) {
    const whole = wholeInTemplate(value, checker);
    if (whole) return whole;
    return {
      message: `a value of type ${given} cannot stand in an sh template`,
      hint: "put in a reference (inputs.x, outputs.x, params.x), a string, a number, or another sh template",
    };
  }
  if (/=> Command$/.test(wanted) && !given.includes("=>")) {
    return commandWanted(value);
  }
  if (!/^(Command|ShellCommand \| NodeCommand)$/.test(wanted)) return undefined;
  const isAsync = asyncWords(value);
  if (isAsync) return isAsync;
  if (given === "string" || given.startsWith('"') || given.startsWith("`")) {
    const text = stringIn(value);
    return {
      message: "a command is written with the sh tag, so that its references are quoted: sh`…`",
      hint: withTag(text),
      at: text,
    };
  }
  const body = ts.isArrowFunction(value) && !ts.isBlock(value.body) ? unwrap(value.body) : value;
  const words = ts.isArrayLiteralExpression(body) ? body.elements.map(asWord) : [];
  return {
    message: 'a command is what sh`…` or node("./program.ts") gives; the function must return that',
    hint: words.length > 0 ? `write sh\`${words.join(" ")}\`` : undefined,
    at: value,
  };
}

/** A part of a command that was written as a list, as it stands in an sh template. */
function asWord(word: ts.Expression): string {
  return ts.isStringLiteralLike(word) ? word.text : `\${${word.getText()}}`;
}

/** The string that a function returns; the node itself, if it is no function or that is not to be seen. */
function stringIn(value: ts.Node): ts.Node {
  if (!isFunctionValue(value)) return value;
  if (!ts.isBlock(value.body)) return value.body;
  const returned = value.body.statements.findLast(ts.isReturnStatement);
  return returned?.expression ?? returned ?? value;
}

const PARTS: readonly { readonly wanted: RegExp; readonly words: string }[] = [
  {
    wanted: /^(string \| )?Input(Like|Spec)/,
    words:
      "an input is a path with placeholders, or what input(…), shared(…), linked(…), copied(…) or inPlace(…) gives",
  },
  {
    wanted: /^(string \| )?Output(Like|Spec)/,
    words:
      "an output is a path with placeholders, or what optional(…), nonEmpty(…), minBytes(…), matches(…), checked(…) or data(…) gives",
  },
  { wanted: /^(Local|Ssh|Slurm)?Target$/, words: "a target is what local(…), ssh(…) or slurm(…) gives" },
  { wanted: /^Container$/, words: 'a container is an object with its image: { image: "tools.sif" }' },
  { wanted: /^RegExp$/, words: "this is a regular expression, between slashes: /done/" },
];

function part({ node, checker }: Mistake, wanted: string): Wording | undefined {
  const found = PARTS.find((candidate) => candidate.wanted.test(wanted));
  if (!found) return undefined;
  const at = valueAt(node);
  const isUncalled = checker.getTypeAtLocation(at).getCallSignatures().length > 0;
  return { message: found.words, hint: isUncalled ? `call it: ${at.getText()}(…)` : undefined, at };
}

function jobs({ node, lines }: Mistake): Wording | undefined {
  const [head = ""] = lines;
  const value = valueAt(node);
  const around = value.parent;
  if (ts.isCallExpression(around) && around.expression.getText() === "files") {
    return {
      message: "files takes a pattern, or several by the names of the inputs that they are",
      hint: 'write files("in/{id}.txt"), or files({ r1: "in/{id}_R1.fq", r2: "in/{id}_R2.fq" })',
      at: value,
    };
  }
  if (!/JobSource</.test(head)) return undefined;
  if (nameOfOption(value) === "jobs") {
    const text = value.getText();
    const list = ts.isArrayLiteralExpression(value) && text.length <= 80 ? `write list("id", ${text})` : undefined;
    const pattern = ts.isStringLiteralLike(value) ? `write files(${text})` : undefined;
    return { message: "jobs is no source of jobs", hint: list ?? pattern ?? USE_A_SOURCE, at: value };
  }
  if (!ts.isCallExpression(around)) return undefined;
  return { message: "what is given to times(…) is no source of jobs", hint: USE_A_SOURCE, at: value };
}
