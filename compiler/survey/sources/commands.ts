import { LINE_PARAMS } from "../../format/bundle.js";
import type { Params } from "../../format/pattern.js";
import { readTaskLines } from "../task-lines.js";
import { again, type SurveySource } from "./source.js";
import { FileMistakes, noLines, surveyFile } from "./source-file.js";

/** So many lines that cannot be run are named. */
const MOST_NAMED = 5;

/** `commands("tasks.txt")`: a job for each line. */
export const surveyCommands: SurveySource<"commands"> = (source, folder) => {
  const names = Object.values(LINE_PARAMS);
  return surveyFile(source.path, folder, { names, empty: noLines(source.path) }, (path) => {
    const wrong = new FileMistakes(source.path, MOST_NAMED);
    for (const _ of readTaskLines(path, source.path, (problem) => wrong.add(problem)));
    const problems = wrong.listed();
    function* jobs(): Generator<Params> {
      for (const { number, text } of readTaskLines(path, source.path)) yield { number, line: text };
    }
    const code = again(() => readTaskLines(path, source.path));
    return { names, jobs: again(jobs), problems, notes: [], position: LINE_PARAMS.number, code, folder: source.folder };
  });
};
