import type { JobSourceData } from "../../dsl/jobs.js";
import { surveyFiles } from "./files.js";
import { surveyMatrix } from "./matrix.js";
import { surveyRange } from "./range.js";
import { surveyRows } from "./rows.js";
import type { Source, SurveySource } from "./source.js";
import { surveyTable } from "./table.js";

/** All kinds of sources. */
const SOURCES: { readonly [Kind in JobSourceData["kind"]]: SurveySource<Kind> } = {
  files: surveyFiles,
  range: surveyRange,
  rows: surveyRows,
  matrix: surveyMatrix,
  table: surveyTable,
};

/** Finds the jobs of a source. */
export function surveySource(said: JobSourceData, folder: string): Source {
  return (SOURCES[said.kind] as SurveySource<JobSourceData["kind"]>)(said, folder);
}
