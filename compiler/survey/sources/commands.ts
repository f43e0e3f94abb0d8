import { LINE_PARAMS } from "../../format/bundle.js";
import type { Params } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { readTaskLines } from "../task-lines.js";
import { again, type SurveySource } from "./source.js";
import { surveyFile } from "./source-file.js";

/** So many lines that cannot be run are named. */
const MOST_NAMED = 5;

/** `commands("tasks.txt")`: a job for each line. */
export const surveyCommands: SurveySource<"commands"> = (source, folder) => {
  const names = Object.values(LINE_PARAMS);
  const empty = {
    message: `the swarm has no jobs: all lines of ${source.path} are empty or comments`,
    hint: "each other line is a job",
  };
  return surveyFile(source.path, folder, { names, empty }, (path) => {
    const problems: Problem[] = [];
    let more = 0;
    const wrong = (problem: Problem) => {
      if (problems.length < MOST_NAMED) problems.push(problem);
      else more += 1;
    };
    for (const _ of readTaskLines(path, source.path, wrong));
    if (more > 0) problems.push({ message: `and ${more} more of these in ${source.path}` });
    function* jobs(): Generator<Params> {
      for (const { number, text } of readTaskLines(path, source.path)) yield { number, line: text };
    }
    const code = again(() => readTaskLines(path, source.path));
    return { names, jobs: again(jobs), problems, notes: [], position: LINE_PARAMS.number, code, folder: source.folder };
  });
};
