import type { Place } from "../../problem/problem.js";
import { innermostNode } from "./mistake.js";
import type { CheckedProject } from "./project.js";
import { ts } from "./ts-morph.js";

/** A text piece of an `sh` template: where its first character is, and its text as written. */
export interface Quasi {
  readonly place: Place;
  readonly raw: string;
}

export function findTemplate(project: CheckedProject, place: Place): readonly Quasi[] | undefined {
  const source = project.ownFiles.find((file) => project.placeAt(file, 0).file === place.file);
  if (!source) return undefined;
  const position = ts.getPositionOfLineAndCharacter(source, place.line - 1, place.column - 1);
  const tagged = ts.findAncestor(innermostNode(source, position), ts.isTaggedTemplateExpression);
  return tagged && quasisOf(project, source, tagged.template);
}

function quasisOf(project: CheckedProject, source: ts.SourceFile, template: ts.TemplateLiteral): readonly Quasi[] {
  const pieces = ts.isNoSubstitutionTemplateLiteral(template)
    ? [template]
    : [template.head, ...template.templateSpans.map((span) => span.literal)];
  return pieces.map((piece) => {
    // A piece starts with ` or }, and ends with ` or ${.
    const start = piece.getStart(source) + 1;
    const goesOn = ts.isTemplateHead(piece) || ts.isTemplateMiddle(piece);
    // Whatever ends the lines of the file, JavaScript sees line feeds.
    const raw = source.text.slice(start, piece.end - (goesOn ? 2 : 1)).replace(/\r\n?/g, "\n");
    return { place: project.placeAt(source, start), raw };
  });
}
