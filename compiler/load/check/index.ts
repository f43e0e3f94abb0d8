import { relative } from "node:path";
import type { Place, Problem } from "../../problem/problem.js";
import { findNoProgram } from "./default-export.js";
import { findDefinitionObject, findPart } from "./places.js";
import { problemsIn } from "./problems.js";
import { importsLocustsAlone, openProject } from "./project.js";
import { findTemplate, type Quasi } from "./templates.js";

// Everything that needs ts-morph is in this folder, which is imported only when there is something to check.

export interface CheckedDefinition {
  readonly problems: readonly Problem[];
  /** the definition's text, as it was checked, if it imports nothing but Locusts */
  readonly text: string | undefined;
  placeOf(path: readonly (string | number)[]): Place;
  templateAt(place: Place): readonly Quasi[] | undefined;
}

export function checkDefinition(folder: string, file: string): CheckedDefinition {
  const project = openProject(folder, file, "definition");
  const problems = problemsIn(project, { pure: true, definition: findDefinitionObject(project) });
  return {
    problems,
    text: importsLocustsAlone(project) ? project.entry.text : undefined,
    placeOf(path) {
      const part = findPart(project, path);
      const source = part.getSourceFile();
      return project.placeAt(source, part === source ? 0 : part.getStart(source));
    },
    templateAt: (place) => findTemplate(project, place),
  };
}

export function checkProgramTypes(folder: string, file: string): readonly Problem[] {
  const project = openProject(folder, file, "program");
  const problems = problemsIn(project, { pure: false, definition: undefined });
  return problems.length > 0 ? problems : findNoProgram(project, relative(folder, file));
}
