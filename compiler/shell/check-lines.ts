import { parse } from "sh-syntax";
import type { Place, Problem } from "../problem/problem.js";
import { checkSyntax } from "./syntax.js";

/** A line that bash is to run by itself. */
interface CodeLine {
  readonly text: string;
  placeOf(offset: number): Place;
}

/** Starting the parser costs as much as some hundred lines do. */
const LINES_AT_ONCE = 2000;

/** So many lines that are wrong are named; then no more are looked at. */
const MOST_NAMED = 5;

/** A command of its own: whatever is open at the end of a line would take it in. */
const SENTINEL = ":";

/** Is each of the lines a command, or some, that is whole by itself? */
async function areWhole(lines: readonly CodeLine[]): Promise<boolean> {
  try {
    const { Stmts } = await parse(`${lines.map(({ text }) => text).join("\n")}\n${SENTINEL}`);
    const begun = new Set(Stmts.map(({ Pos }) => Pos.Line));
    return begun.size === lines.length + 1 && Stmts.every(({ Pos, End }) => Pos.Line === End.Line);
  } catch {
    return false;
  }
}

/** What is wrong with a line that is not whole by itself. */
async function explain(line: CodeLine): Promise<Problem> {
  const found = await checkSyntax(line.text);
  if ("message" in found) {
    return { message: found.message, hint: found.hint, place: line.placeOf(found.offset) };
  }
  return {
    message: "the command goes on after the end of the line, and one line is one job",
    hint: "write all of it on one line",
    place: line.placeOf(line.text.length - 1),
  };
}

async function* findWrong(lines: readonly CodeLine[]): AsyncGenerator<Problem> {
  if (lines.length === 0 || (await areWhole(lines))) return;
  const [only] = lines;
  if (only && lines.length === 1) {
    yield await explain(only);
    return;
  }
  const half = lines.length >> 1;
  yield* findWrong(lines.slice(0, half));
  yield* findWrong(lines.slice(half));
}

function* inBlocks(lines: Iterable<CodeLine>): Generator<readonly CodeLine[]> {
  let block: CodeLine[] = [];
  for (const line of lines) {
    if (block.push(line) < LINES_AT_ONCE) continue;
    yield block;
    block = [];
  }
  yield block;
}

/** Checks the syntax of very many lines, of which each is to be run by itself. */
export async function checkLines(lines: Iterable<CodeLine>): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const block of inBlocks(lines)) {
    for await (const problem of findWrong(block)) {
      problems.push(problem);
      if (problems.length < MOST_NAMED) continue;
      problems.push({ message: "lines after these were not looked at" });
      return problems;
    }
  }
  return problems;
}
