import { resolve } from "node:path";
import pc from "picocolors";
import { textOf } from "../format/file-access.js";
import type { Place, Problem } from "./problem.js";

type Colors = ReturnType<typeof pc.createColors>;

/** The longest piece of a source line that is shown. */
const WIDEST = 160;

/**
 * Problems as text for people: place and message, the source line with a mark below the place, and what to do about it.
 *
 * @param folder the folder from which the places' files are named
 */
export function formatProblems(problems: readonly Problem[], folder: string, color: boolean): string {
  const colors = pc.createColors(color);
  const sources = new Map<string, readonly string[]>();
  const linesOf = (file: string) => {
    const known = sources.get(file) ?? textOf(resolve(folder, file))?.split(/\r?\n/) ?? [];
    sources.set(file, known);
    return known;
  };
  return problems.map((problem) => formatProblem(problem, linesOf, colors)).join("\n");
}

function formatProblem(problem: Problem, linesOf: (file: string) => readonly string[], colors: Colors): string {
  const { place, message, hint } = problem;
  const where = place ? `${colors.cyan(`${place.file}:${place.line}:${place.column}`)} ` : "";
  const text = [`${where}${colors.red("error")}: ${message}`];
  if (place) text.push(...codeFrame(place, linesOf(place.file), colors));
  if (hint !== undefined) text.push(`  ${colors.green("hint")}: ${hint}`);
  return `${text.join("\n")}\n`;
}

/** The line of the place and the one before it, with a caret below the column. */
function codeFrame(place: Place, lines: readonly string[], colors: Colors): readonly string[] {
  const source = lines[place.line - 1];
  if (source === undefined) return [];
  const width = String(place.line).length;
  const gutter = (label: string) => colors.dim(`  ${label.padStart(width)} |`);
  const numbered = (number: number, line: string) => `${gutter(String(number))} ${line}`.trimEnd();

  // A long line is shown from a little before the place.
  const from = source.length <= WIDEST || place.column < WIDEST / 2 ? 0 : place.column - WIDEST / 4;
  const before = lines[place.line - 2];
  const frame: string[] = [];
  if (before?.trim() && before.length <= WIDEST) frame.push(numbered(place.line - 1, before));
  frame.push(numbered(place.line, source.slice(from, from + WIDEST)));
  // Tabs stay tabs below tabs, or the caret would stand elsewhere.
  const indent = source.slice(from, place.column - 1).replace(/[^\t]/g, " ");
  frame.push(`${gutter("")} ${indent}${colors.red("^")}`);
  return frame;
}
