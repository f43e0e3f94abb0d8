import { statSync } from "node:fs";
import { resolve } from "node:path";
import { hintForMissing } from "../missing-path.js";
import { readTable } from "../read-table.js";
import type { SurveySource } from "./source.js";

export const surveyTable: SurveySource<"table"> = (source, folder) => {
  const empty = {
    message: `the swarm has no jobs: the table ${source.path} has a header, and no rows`,
    hint: "each line after the first is a job",
  };
  const path = resolve(folder, source.path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    const message = stats ? `the table ${source.path} is no file` : `there is no table ${source.path}`;
    const problems = [{ message, hint: stats ? undefined : hintForMissing(folder, source.path) }];
    return { names: Object.keys(source.columns ?? {}), jobs: [], problems, notes: [], empty };
  }
  const { names, rows, problems, notes } = readTable(path, source.path, source);
  return { names, jobs: rows, problems, notes, empty };
};
