import type { Reference } from "../dsl/command.js";
import { quoteInAnsi, quoteInDouble, quoteInHereDocument, quoteSingle, quoteWord } from "../format/quote.js";
import type { HoleContext, Quoting } from "./findings.js";

type Insertion =
  | { readonly text: string; readonly arithmetic?: boolean }
  | { readonly mistake: string; readonly hint: string };

/** A hole with the text around it, in which other holes are one character each. */
interface Surroundings extends HoleContext {
  readonly source: string;
  /** offset of the hole in `source` */
  readonly offset: number;
}

function nameOf(what: Reference | string): string {
  if (typeof what !== "string") return `the ${what.kind.replace("checked-", "")} "${what.name}"`;
  return `the constant ${JSON.stringify(what.length > 40 ? `${what.slice(0, 40)}…` : what)}`;
}

function splits(name: string): Insertion {
  return {
    mistake: `the expansion with ${name} stands unquoted, where bash splits it at blanks`,
    hint: "put double quotes around the whole expansion",
  };
}

/** Places where bash expands nothing. */
const INERT: Partial<Record<Quoting, readonly [where: string, hint: string]>> = {
  single: ["in single quotes", "close the quotes before it and open them again after it, or use double quotes"],
  ansi: ["in $'…'", "close the quotes before it and open them again after it, or use double quotes"],
  "quoted-here-document": [
    "in a here-document whose delimiter is quoted",
    "take the quotes off the delimiter, and escape each $, ` and \\ that is to stay as it is",
  ],
};

/** Finds what would run together with the thing that is put in, wherever it stands. */
function clash(what: Reference | string, hole: Surroundings): Insertion | undefined {
  if (hole.quoting === "comment") return undefined;
  if (hole.before === "backslash") {
    return {
      mistake: `a backslash stands right before ${nameOf(what)}, and would escape what is put there`,
      hint: "take the backslash out, or write two of them for one that stays",
    };
  }
  if (hole.before === "dollar") {
    return {
      mistake: `a $ stands right before ${nameOf(what)}, and bash would read the two together`,
      hint: "take the $ out; ${…} of the template is all that it needs",
    };
  }
  if (hole.quoting === "delimiter") {
    return {
      mistake: `${nameOf(what)} stands in a here-document's delimiter`,
      hint: "write the delimiter as plain text",
    };
  }
  if (hole.quoting === "name" && (hole.before === "name" || typeof what === "string")) {
    return {
      mistake: `${nameOf(what)} stands where bash wants the name of a variable`,
      hint: "write the variable's name as plain text",
    };
  }
  return undefined;
}

/** Whether the word around the hole, so far, assigns to a variable: nothing is split there. */
function assigns(hole: Surroundings): boolean {
  return /^\w+(?:\[[^\]]*\])?\+?=/.test(hole.source.slice(hole.wordStart, hole.offset));
}

/** Whether bash evaluates what stands at the hole as arithmetic, though it looks like a word. */
function isEvaluated(hole: Surroundings): boolean {
  const before = hole.source.slice(0, hole.wordStart);
  const word = hole.source.slice(hole.wordStart, hole.offset);
  const after = hole.source.slice(hole.offset + 1);
  if (hole.inCondition) {
    return /-(?:eq|ne|lt|le|gt|ge|v)\s+$/.test(before) || /^\S*\s+-(?:eq|ne|lt|le|gt|ge)\s/.test(after);
  }
  const array = hole.quoting === "subscript" ? /(\w+)\[[^[]*$/ : /^(\w+)\[[^\]]*$/;
  const name = array.exec(hole.quoting === "subscript" ? hole.source.slice(0, hole.offset) : word)?.[1];
  if (name === undefined || (hole.quoting !== "subscript" && !/^[^\]\s]*\]\+?=/.test(after))) return false;
  // the keys of an associative array are plain text
  return !new RegExp(`\\b(?:declare|local|typeset)[ \\t]+-\\w*A\\w*[ \\t][^;&|\\n]*\\b${name}\\b`).test(hole.source);
}

export function insertReference(reference: Reference, hole: Surroundings): Insertion {
  const wrong = clash(reference, hole);
  if (wrong !== undefined) return wrong;
  const name = nameOf(reference);
  const inert = INERT[hole.quoting];
  if (inert !== undefined) {
    return { mistake: `${name} stands ${inert[0]}, where bash expands nothing`, hint: inert[1] };
  }
  const arithmetic = hole.quoting === "arithmetic" || isEvaluated(hole);
  if (arithmetic && reference.kind !== "param") {
    return {
      mistake: `${name} is a path, but stands where bash calculates`,
      hint: "use a param that is a whole number, or read a number from the file, as in $(wc -l < …)",
    };
  }
  const { variable } = reference;
  switch (hole.quoting) {
    case "comment":
      return { text: `$${variable}` };
    case "plain":
      if (isBraceRange(hole)) {
        return {
          mistake: `${name} stands in {…}, which bash expands before it puts in the values of variables`,
          hint: "use $(seq …), as in for i in $(seq 1 …)",
        };
      }
      return { text: `"$${variable}"`, arithmetic };
    case "pattern":
      return { text: `"$${variable}"`, arithmetic };
    case "replacement":
    case "name":
      if ((hole.splits || hole.quoting === "replacement") && !assigns(hole)) return splits(name);
      return { text: hole.quoting === "name" ? variable : `"$${variable}"`, arithmetic };
    default:
      return { text: `\${${variable}}`, arithmetic };
  }
}

function isBraceRange(hole: Surroundings): boolean {
  return (
    /\{[^\s{},]*\.\.$/.test(hole.source.slice(hole.wordStart, hole.offset)) ||
    (hole.source[hole.offset - 1] === "{" && /^\.\.[^\s{},]+\}/.test(hole.source.slice(hole.offset + 1)))
  );
}

/** A constant as a word or part of one; quoted too where bare text would join what is around it. */
function insertWord(constant: string, hole: Surroundings): string {
  const next = hole.source[hole.offset + 1] ?? "";
  const joins =
    (hole.before === "name" && /^\w/.test(constant)) ||
    (/^\d+$/.test(constant) && /[<>]/.test(next)) ||
    next === "(" ||
    (/,|\.\./.test(constant) && hole.source.slice(hole.wordStart, hole.offset).includes("{"));
  return joins ? quoteSingle(constant) : quoteWord(constant);
}

/** Where a constant may come to stand between quotes that are within other quotes. */
const NESTED: ReadonlySet<Quoting> = new Set([
  "word-in-double",
  "quote-in-word",
  "pattern",
  "replacement",
  "subscript",
]);

function constantText(constant: string, hole: Surroundings): Insertion {
  const name = nameOf(constant);
  const inDouble = quoteInDouble(constant);
  const nested = NESTED.has(hole.quoting) || (hole.quoting === "double" && hole.backticks > 0);
  if (nested && constant.includes("{")) {
    // bash looks for {a,b} first, and takes quotes within quotes for the end of the outer ones
    return {
      mistake: `${name} has a brace, which bash may expand within quotes in quotes`,
      hint: "give it to a variable in a line of its own, as in x=${…}, and use that",
    };
  }
  switch (hole.quoting) {
    case "plain":
      return { text: insertWord(constant, hole) };
    case "pattern":
    case "replacement":
    case "subscript":
      if (hole.quoting === "replacement" && /[\s*?[\]\\]/.test(constant) && !assigns(hole)) return splits(name);
      return { text: /^\w+$/.test(constant) ? constant : `"${inDouble}"` };
    case "word-in-double":
      return { text: hole.before !== "name" && /^[\w.,:=+@%/-]+$/.test(constant) ? constant : `"${inDouble}"` };
    case "double":
    case "here-document":
    case "quote-in-word":
      if (hole.before === "name" && /^\w/.test(constant)) {
        return {
          mistake: `${name} would become part of the name of the variable before it`,
          hint: "put braces around the variable's name, as in \\${x}",
        };
      }
      if (hole.quoting === "quote-in-word" && constant.includes("'")) break;
      if (hole.quoting !== "here-document") return { text: inDouble };
      if (hole.stripsTabs && /^\t/m.test(constant)) {
        return {
          mistake: `${name} has a line that begins with a tab, which a here-document after <<- drops`,
          hint: "use << and start the document's lines at the margin",
        };
      }
      return { text: quoteInHereDocument(constant) };
    case "arithmetic":
      if (/^\d+$/.test(constant)) return { text: constant };
      if (/^-\d+$/.test(constant)) return { text: `(${constant})` };
      return {
        mistake: `${name} is no whole number, but stands where bash calculates`,
        hint: "bash knows whole numbers only; calculate others in the definition, or with awk",
      };
    case "single":
      if (constant.includes("'")) break;
      return { text: constant };
    case "ansi":
      return { text: quoteInAnsi(constant) };
    case "quoted-here-document":
      if (/[\n\r]/.test(constant)) {
        return {
          mistake: `${name} has several lines, and stands in a here-document whose delimiter is quoted`,
          hint: "write its lines in the here-document itself",
        };
      }
      return { text: constant };
    case "comment":
      return { text: constant.replace(/\s+/g, " ") };
  }
  return {
    mistake: `${name} has a single quote, and stands in single quotes, where nothing can escape it`,
    hint: "close the quotes before it and open them again after it, or use double quotes",
  };
}

export function insertConstant(constant: string, hole: Surroundings): Insertion {
  const wrong = clash(constant, hole);
  if (wrong !== undefined) return wrong;
  if (/\0|\p{Surrogate}/u.test(constant)) {
    const what = constant.includes("\0") ? "a NUL character" : "half of a surrogate pair";
    return { mistake: `a constant holds ${what}, which no bash script can`, hint: "take it out of the constant" };
  }
  const inserted = constantText(constant, hole);
  if ("mistake" in inserted) return inserted;
  let { text } = inserted;
  // each pair of backticks takes one layer of backslashes off
  for (let i = 0; i < hole.backticks; i++) text = text.replace(/[\\`]/g, "\\$&");
  return { text };
}

/** What may stand before a command: the end of another one, a keyword, variables that are set for it. */
const BEGINS =
  /(?:^|[\n;&|]|(?<!=)\(|(?:^|[\s;&|(])(?:\{|!|if|then|else|elif|while|until|do|time))\s*(?:\w+=\S*[ \t]+)*$/;
/** What may stand after it: the end of the command, or where its output goes. */
const ENDS = /^[ \t]*(?:$|[\n;&|)<>]|\d+[<>])|^[ \t]+#/;

/** What the code that a param holds becomes at a hole: it is read as code there, and nowhere else. */
export function insertCode(reference: Reference, hole: Surroundings): Insertion {
  if (hole.quoting === "comment") return { text: `$${reference.variable}` };
  const [before, after] = [hole.source.slice(0, hole.offset), hole.source.slice(hole.offset + 1)];
  if (hole.quoting === "plain" && hole.before === undefined && BEGINS.test(before) && ENDS.test(after)) {
    return { text: `locusts_${reference.name}` };
  }
  return {
    mistake: `the ${reference.name} stands where no command of its own can`,
    hint: `let it begin a command, as in sh\`module load x; \${${reference.name}}\`; for a program that takes it as one word: sh\`bash -c \${params.${reference.name}}\``,
  };
}
