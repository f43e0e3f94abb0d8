import type { ShellPart } from "../dsl/command.js";
import { scanShell } from "./context.js";
import { HOLE, type Mark } from "./findings.js";
import { insertCode, insertConstant, insertReference } from "./insertion.js";
import { type FilesAround, reviewFiles } from "./review-files.js";
import { type KnownNames, reviewValues } from "./review-values.js";
import { checkSyntax } from "./syntax.js";

/** A place in a template: the index of a part, and an offset in that part's text; 0 for a reference or constant. */
interface ShellPlace {
  readonly part: number;
  readonly offset: number;
}

/** The piece of text at a place, or, at a value, the end of the text before it; undefined: there is none. */
export function textAt(parts: readonly ShellPart[], { part, offset }: ShellPlace) {
  for (let i = part; i >= 0; i -= 1) {
    const piece = parts[i];
    if (piece && "text" in piece) return { from: piece.from, offset: i === part ? offset : piece.text.length };
  }
  return undefined;
}

export interface ShellMistake extends ShellPlace {
  readonly message: string;
  readonly hint?: string | undefined;
}

interface AssembledShell {
  /** of use only if there are no mistakes */
  readonly text: string;
  /** in the order of the text */
  readonly mistakes: readonly ShellMistake[];
  /** what may be a mistake */
  readonly notes: readonly ShellMistake[];
  /**
   * Those variables of references that bash evaluates as arithmetic, where the value would be read as code:
   * the caller must see to it that they are whole numbers, without leading zeros, in all jobs.
   */
  readonly arithmetic: readonly string[];
  /** where in the template an offset of `text` comes from */
  placeOf(offset: number): ShellPlace;
}

/** What a text may refer to. */
export interface ShellAround {
  readonly known: KnownNames;
  /** undefined: the text runs where all files are */
  readonly files: FilesAround | undefined;
}

/** A part's place in the text with holes, and in the assembled text. */
interface Segment {
  readonly source: number;
  readonly start: number;
  readonly end: number;
  readonly isHole: boolean;
}

/** What must be wrong with the text of a template whatever bash makes of it. */
function findBadCharacters(parts: readonly ShellPart[]): ShellMistake[] {
  return parts.flatMap((part, index): ShellMistake[] => {
    if (!("text" in part)) return [];
    const offset = part.text.search(/[\0\r]|\p{Surrogate}/u);
    if (offset < 0) return [];
    if (part.text[offset] === "\r") {
      const message = "the command holds a carriage return: the file has Windows line ends";
      return [{ message, hint: "save it with Unix line ends (LF)", part: index, offset }];
    }
    const what = part.text[offset] === "\0" ? "a NUL character" : "half of a surrogate pair";
    return [
      { message: `the command holds ${what}, which no bash script can`, hint: "take it out", part: index, offset },
    ];
  });
}

/** The marks of the assembled text outside of what was put in, at their offsets in the text with holes. */
function marksAround(marks: readonly Mark[], segments: readonly Segment[]): Mark[] {
  return marks.flatMap((mark): Mark[] => {
    const segment = segments.find(({ start, end }) => mark.at >= start && mark.at < end) ?? segments.at(-1);
    if (segment === undefined || segment.isHole) return [];
    return [{ kind: mark.kind, at: segment.source + mark.at - segment.start }];
  });
}

/** The first place where two readings of a text differ. */
function firstDifference(a: readonly Mark[], b: readonly Mark[]): number | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i]?.at !== b[i]?.at || a[i]?.kind !== b[i]?.kind) {
      return Math.min(a[i]?.at ?? Number.POSITIVE_INFINITY, b[i]?.at ?? Number.POSITIVE_INFINITY);
    }
  }
  return undefined;
}

/** What is wrong with a `(` or a `.` that a parser stumbles over, if an escaped dollar stands before it. */
function escapedDollar(text: string, offset: number): Omit<ShellMistake, keyof ShellPlace> | undefined {
  const [reference] = /^\$\{(?:inputs|outputs|params)\.\w+\}/.exec(text.slice(text.lastIndexOf("${", offset))) ?? [];
  if (reference !== undefined)
    return {
      message: `\\${reference} is left to bash, which has no such variable`,
      hint: `write ${reference} without the backslash`,
    };
  const start = text.slice(0, offset).search(/\\\$\(*$/);
  if (start < 0) return undefined;
  const opens = /^\\\$\({2}/.test(text.slice(start)) ? "$((" : "$(";
  const what = opens === "$((" ? "computes nothing" : "runs nothing";
  return {
    message: `\\${opens} is the text $ and what follows it: bash ${what} here`,
    hint: `write ${opens} without the backslash: only \${ needs one`,
  };
}

/** The text of a template with a hole for each value: where its parts begin there, and which of them are holes. */
export function withHoles(parts: readonly ShellPart[]) {
  const starts: number[] = [];
  const holes = new Set<number>();
  let source = "";
  for (const part of parts) {
    starts.push(source.length);
    if (!("text" in part)) holes.add(source.length);
    source += "text" in part ? part.text : HOLE;
  }
  return { source, starts, holes };
}

/**
 * Turns an `sh` template into bash text, which stays as it was written but for its references and
 * constants: each is quoted as its place demands, so that no value is ever read as code. All that is
 * wrong is told at its place; syntax errors too.
 *
 * @param around what the text may refer to; unless given, that is not looked at
 */
export async function assembleTemplate(parts: readonly ShellPart[], around?: ShellAround): Promise<AssembledShell> {
  const { source, starts, holes } = withHoles(parts);
  const contexts = scanShell(source, holes);

  let text = "";
  const mistakes: ShellMistake[] = [];
  const notes: ShellMistake[] = [];
  const arithmetic = new Set<string>();
  const segments = parts.map((part, index): Segment => {
    const start = text.length;
    const offset = starts[index] ?? 0;
    const context = contexts.holes.get(offset);
    if ("text" in part) text += part.text;
    else if (context === undefined) throw new Error(`the scan of the command missed its part ${index}`);
    else {
      const around = { ...context, source, offset };
      const isReference = "reference" in part;
      const insertion = isReference
        ? insertReference(part.reference, around)
        : "code" in part
          ? insertCode(part.code, around)
          : insertConstant(part.constant, around);
      if ("mistake" in insertion)
        mistakes.push({ message: insertion.mistake, hint: insertion.hint, part: index, offset: 0 });
      // where nothing can be put in, a plain word lets the parser look at the rest
      text += "mistake" in insertion ? "X" : insertion.text;
      if (isReference && "arithmetic" in insertion && insertion.arithmetic) arithmetic.add(part.reference.variable);
    }
    return { source: offset, start, end: text.length, isHole: !("text" in part) };
  });

  const placeOf = (offset: number): ShellPlace => {
    const found = segments.findIndex(({ end }) => offset < end);
    const part = found < 0 ? Math.max(parts.length - 1, 0) : found;
    const segment = segments[part];
    return { part, offset: segment === undefined || segment.isHole ? 0 : Math.max(offset - segment.start, 0) };
  };
  const assembled = (found: readonly ShellMistake[]): AssembledShell => ({
    text,
    mistakes: found.toSorted((a, b) => a.part - b.part || a.offset - b.offset),
    notes,
    arithmetic: [...arithmetic],
    placeOf,
  });
  const inSource = (offset: number): ShellPlace => {
    const part = Math.max(
      starts.findLastIndex((start) => start <= offset),
      0,
    );
    return { part, offset: holes.has(offset) ? 0 : offset - (starts[part] ?? 0) };
  };

  const bad = findBadCharacters(parts);
  if (bad.length > 0) return assembled([...mistakes, ...bad]);
  const syntax = await checkSyntax(text);
  if ("message" in syntax) {
    const { offset, ...words } = syntax;
    const place = placeOf(offset);
    // what stands behind an open quote is not to be blamed for it
    const before = mistakes.filter(({ part }) => part < place.part);
    return assembled([...before, { ...(escapedDollar(text, offset) ?? words), ...place }]);
  }
  if (syntax.commands === 0) {
    return assembled([{ message: "the command is empty", hint: "write what a job is to run", part: 0, offset: 0 }]);
  }
  if (contexts.continuation !== undefined && /^\\\s*$/.test(source.slice(contexts.continuation))) {
    const message = "the command ends in a backslash, which joins it to whatever comes next";
    mistakes.push({ message, hint: "take the last backslash out", ...inSource(contexts.continuation) });
  }
  if (contexts.extended !== undefined) {
    const message =
      "bash does not read such a pattern here: it reads all of the command before a shopt -s extglob in it could run";
    const hint = "between [[ and ]] it does, as in [[ $x == @(a|b) ]]; in a case, write a | b)";
    mistakes.push({ message, hint, ...inSource(contexts.extended) });
  }
  const alias = contexts.words.find(({ text, isCommand }) => isCommand && text === "shopt");
  if (around && alias && /^shopt\s[^\n;&|]*\bexpand_aliases\b/.test(source.slice(alias.at))) {
    const message =
      "bash knows no aliases here: it reads all of the command before a shopt -s expand_aliases in it could run";
    notes.push({ message, hint: 'write a function: ll() { ls -l "$@"; }', ...inSource(alias.at) });
  }
  if (around && mistakes.length === 0) {
    const values = reviewValues(source, contexts, around.known);
    const files = around.files ? reviewFiles(contexts.words, around.files) : [];
    for (const { at, message, hint, isNote } of [...values, ...files]) {
      (isNote ? notes : mistakes).push({ message, hint, ...inSource(at) });
    }
  }
  if (holes.size > 0 && mistakes.length === 0) {
    // the parser is content; so must be the scan that decided on the quotes
    const rescan = scanShell(text);
    const changed = firstDifference(contexts.marks, marksAround(rescan.marks, segments));
    const doubtful = contexts.unclosed ?? changed;
    if (doubtful !== undefined) {
      const message =
        "how bash reads the quotes here is uncertain, so references and constants cannot be put in safely";
      const hint = "write it more simply, as with a variable that is set in a line of its own";
      mistakes.push({ message, hint, ...inSource(doubtful) });
    }
  }
  return assembled(mistakes);
}
