import type { JobSourceData } from "../../dsl/jobs.js";
import { surveyCommands } from "./commands.js";
import { surveyFiles } from "./files.js";
import { surveyMatrix } from "./matrix.js";
import { surveyRange } from "./range.js";
import { surveyRows } from "./rows.js";
import type { Source, SurveySource } from "./source.js";
import { surveyTable } from "./table.js";

const SOURCES: { readonly [Kind in JobSourceData["kind"]]: SurveySource<Kind> } = {
  files: surveyFiles,
  range: surveyRange,
  rows: surveyRows,
  matrix: surveyMatrix,
  table: surveyTable,
  commands: surveyCommands,
};

export function surveySource(said: JobSourceData, folder: string): Source {
  return (SOURCES[said.kind] as SurveySource<JobSourceData["kind"]>)(said, folder);
}
