import type { Problem } from "../../problem/problem.js";
import { findAssignedConditions } from "./assigned-conditions.js";
import { findEarlyUses } from "./early-uses.js";
import { excessMistakes } from "./excess.js";
import { type Foundation, innermostNode, mistakeOf, type Wording } from "./mistake.js";
import { symbolOf } from "./places.js";
import type { CheckedProject } from "./project.js";
import { findImpurity } from "./purity.js";
import { findRepeatedKeys } from "./repeated-keys.js";
import { findRoundedNumbers } from "./rounded-numbers.js";
import { shapeMistakes } from "./shape.js";
import { sourceMistakes } from "./source-words.js";
import { bashExpansion } from "./template-words.js";
import { ts } from "./ts-morph.js";
import { inWords } from "./words.js";

interface Wanted {
  /** whether everything impure is a mistake, too */
  readonly pure: boolean;
  /** the object that must have the shape of a definition */
  readonly definition: ts.ObjectLiteralExpression | undefined;
}

interface Found {
  readonly source: ts.SourceFile;
  readonly start: number;
  readonly end: number;
  readonly wording: Wording;
  /** TypeScript's number for it */
  readonly code?: number;
}

/** Everything that is wrong with a project's own files: each mistake once, in the order of the source. */
export function problemsIn(project: CheckedProject, { pure, definition }: Wanted): readonly Problem[] {
  const { program, checker, ownFiles } = project;

  // What the parser says after its first stumble, and what the checker makes of such a file, is noise.
  const unparsed = ownFiles.flatMap((source) =>
    program
      .getSyntacticDiagnostics(source)
      .slice(0, 1)
      .map((diagnostic) => unread(diagnostic, checker)),
  );
  if (unparsed.length > 0) return inOrder(project, unparsed);

  const shapes = definition ? shapeMistakes(definition, checker) : [];
  const own: Found[] = [...shapes, ...excessMistakes(project)].map((wording) => shown(wording));
  if (pure) {
    const lost = [...findRoundedNumbers(project), ...findRepeatedKeys(project)];
    const uses = [...findImpurity(project), ...findEarlyUses(project), ...findAssignedConditions(project), ...lost];
    for (const { source, node, impurity } of uses) {
      own.push({ source, start: node.getStart(source), end: chainEnd(node), wording: impurity });
    }
  }
  const objectStart = definition?.getStart();
  const saidAlready = ({ source, start }: Found) =>
    own.some((said) => said.source === source && said.start <= start && start < said.end) ||
    (own.some(({ wording }) => wording.at !== undefined) &&
      source === definition?.getSourceFile() &&
      start === objectStart);
  const typed = ownFiles
    .flatMap((source) => program.getSemanticDiagnostics(source).filter(hasPlace))
    .map((diagnostic) => reported(diagnostic, checker))
    .filter((found) => !saidAlready(found));

  const isOfJobs = typed.some(({ wording }) => wording.follows?.includes("jobs"));
  const causes = definition && isOfJobs ? sourceMistakes(definition).map((wording) => shown(wording)) : [];
  return inOrder(project, withoutConsequences([...own, ...causes, ...withoutTypeless(typed)], definition, project));
}

/** The end of everything that is got from a node: of `a.b.c()` for `a`. */
function chainEnd(node: ts.Node): number {
  let last = node;
  while (ts.isPropertyAccessExpression(last.parent) && last.parent.expression === last) last = last.parent;
  return last.end;
}

function hasPlace(diagnostic: ts.Diagnostic): diagnostic is ts.DiagnosticWithLocation {
  return diagnostic.file !== undefined && diagnostic.start !== undefined;
}

/** What the parser cannot read; in a template it is often bash's. */
function unread(diagnostic: ts.DiagnosticWithLocation, checker: ts.TypeChecker): Found {
  const { file: source, start } = diagnostic;
  const expansion = bashExpansion(source, start);
  if (!expansion) return reported(diagnostic, checker);
  return { source, start: expansion.start, end: start, wording: expansion };
}

function reported(diagnostic: ts.DiagnosticWithLocation, checker: ts.TypeChecker): Found {
  const wording = inWords(mistakeOf(diagnostic, checker));
  const { code, file: source, start, length } = diagnostic;
  if (wording.at) return { ...shown(wording), code };
  return { source, start, end: start + length, wording, code };
}

function shown(wording: Wording): Found {
  const node = wording.at as ts.Node;
  const source = node.getSourceFile();
  return { source, start: node.getStart(source), end: node.end, wording };
}

const UNKNOWN_MODULE = new Set([2307, 2792, 2732]);
const TYPELESS = new Set([7005, 7006, 7019, 7031, 7034]);

/** What comes from a module that is not there has no types, and whatever is made with it; nor has what a misplaced function gets. */
function withoutTypeless(found: readonly Found[]): readonly Found[] {
  const lacking = new Set(found.filter(({ code = 0 }) => UNKNOWN_MODULE.has(code)).map(({ source }) => source));
  const isTypeless = ({ code = 0 }: Found) => TYPELESS.has(code);
  const said = found.filter((one) => !isTypeless(one));
  const follows = ({ source, start }: Found) => {
    const around = ts.findAncestor(innermostNode(source, start), ts.isPropertyAssignment);
    const isIn = (other: Found) => around && around.getStart() <= other.start && other.start < around.end;
    return said.some((other) => other.source === source && isIn(other));
  };
  return found.filter((one) => !isTypeless(one) || !(lacking.has(one.source) || follows(one)));
}

/** Without jobs there are no params, so that every placeholder would be reported as unknown; and so with others. */
function withoutConsequences(
  found: readonly Found[],
  definition: ts.ObjectLiteralExpression | undefined,
  { checker, ownFiles }: CheckedProject,
) {
  const source = definition?.getSourceFile();
  const isWrong = (name: Foundation) => {
    const part = definition?.properties.find((property) => property.name?.getText() === name);
    const causes = found.filter(({ wording }) => !wording.follows?.includes(name));
    if (!part) {
      return causes.some((one) => one.source === source && one.wording.message === `the swarm has no ${name}`);
    }
    const whole = ts.isPropertyAssignment(part) ? part.initializer : (part.name ?? part);
    const isIn = (node: ts.Node) =>
      causes.some(
        ({ source: of, start }) => of === node.getSourceFile() && node.getStart() <= start && start < node.end,
      );
    // One input that is wrong is no reason why another should be unknown.
    if (name !== "jobs" && !ts.isIdentifier(whole)) {
      return causes.some((one) => one.source === source && one.start === whole.getStart());
    }
    return isIn(whole) || declarationsBehind(whole, checker, ownFiles).some(isIn);
  };
  const wrong = new Set((["jobs", "inputs", "outputs"] as const).filter(isWrong));
  // Where one of them is no path, TypeScript may know of none.
  const isEmptied = (name: Foundation, { message }: Wording) =>
    message.endsWith(`; this swarm has no ${name}`) &&
    definition?.properties.some((property) => property.name?.getText() === name && hasParts(property));
  return found.filter(({ wording }) => !wording.follows?.some((name) => wrong.has(name) || isEmptied(name, wording)));
}

/** Is it written out there, with something in it? */
function hasParts(property: ts.ObjectLiteralElementLike): boolean {
  const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
  return value !== undefined && ts.isObjectLiteralExpression(value) && value.properties.length > 0;
}

/** Where the names that a piece of source uses are declared in the project's own files, and those that these use. */
function declarationsBehind(whole: ts.Node, checker: ts.TypeChecker, ownFiles: readonly ts.SourceFile[]) {
  const behind = new Set<ts.Node>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isIdentifier(node)) return;
    for (const declaration of symbolOf(node, checker)?.declarations ?? []) {
      if (behind.has(declaration) || !ownFiles.includes(declaration.getSourceFile())) continue;
      behind.add(declaration);
      visit(declaration);
    }
  };
  visit(whole);
  return [...behind];
}

function inOrder(project: CheckedProject, found: readonly Found[]): readonly Problem[] {
  const fileOrder = new Map(project.ownFiles.map((source, i) => [source, source === project.entry ? -1 : i]));
  const sorted = found.toSorted(
    (a, b) => (fileOrder.get(a.source) ?? 0) - (fileOrder.get(b.source) ?? 0) || a.start - b.start,
  );
  const problems = new Map<string, Problem>();
  for (const { source, start, wording } of sorted) {
    const place = project.placeAt(source, start);
    const key = `${place.file}:${start}:${wording.message}`;
    if (!problems.has(key)) problems.set(key, { message: wording.message, place, hint: wording.hint });
  }
  return [...problems.values()];
}
