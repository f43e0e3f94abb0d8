import { readTable } from "../read-table.js";
import type { SurveySource } from "./source.js";
import { surveyFile } from "./source-file.js";

export const surveyTable: SurveySource<"table"> = (source, folder) => {
  const empty = {
    message: `the swarm has no jobs: the table ${source.path} has a header, and no rows`,
    hint: "each line after the first is a job",
  };
  return surveyFile(source.path, folder, { names: Object.keys(source.columns ?? {}), empty }, (path) => {
    const { names, rows, problems, notes } = readTable(path, source.path, source);
    return { names, jobs: rows, problems, notes };
  });
};
