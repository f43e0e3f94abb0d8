import { surveyCommands } from "./commands.js";
import { surveyFileGroups } from "./file-groups.js";
import { surveyFiles } from "./files.js";
import { surveyLines } from "./lines.js";
import { surveyMatrix } from "./matrix.js";
import { surveyRange } from "./range.js";
import { surveyRows } from "./rows.js";
import type { SaidSource, Source, SourceKind, SurveySource } from "./source.js";
import { surveyTable } from "./table.js";

const SOURCES: { readonly [Kind in SourceKind]: SurveySource<Kind> } = {
  files: surveyFiles,
  "file-groups": surveyFileGroups,
  range: surveyRange,
  rows: surveyRows,
  matrix: surveyMatrix,
  table: surveyTable,
  lines: surveyLines,
  commands: surveyCommands,
};

export function surveySource(said: SaidSource<SourceKind>, folder: string): Source {
  return (SOURCES[said.kind] as SurveySource<SourceKind>)(said, folder);
}
