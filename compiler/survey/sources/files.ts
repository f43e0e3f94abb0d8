import { placeholdersOf } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { matchFiles } from "../match-files.js";
import { hintForPattern, withPlaceholder } from "../missing-path.js";
import type { SurveySource } from "./source.js";

export const surveyFiles: SurveySource<"files"> = ({ pattern }, folder) => {
  const names = placeholdersOf(pattern);
  const { matches, problems, notes, leftOut } = matchFiles(folder, pattern);
  const same: Problem[] =
    names.length === 0 && matches.length > 0
      ? [
          {
            message: `files("${pattern}") has no placeholder, so that its ${matches.length === 1 ? "job has no name" : `${matches.length} jobs could not be told apart`}`,
            hint: `name the part that differs, as in files("${withPlaceholder(pattern)}")`,
          },
        ]
      : [];
  return {
    names,
    jobs: matches.map((match) => match.params),
    problems: [...problems, ...same],
    notes,
    empty: {
      message: `the swarm has no jobs: nothing matches files("${pattern}")${leftOut === undefined ? "" : `, but ${leftOut}, where Locusts or npm writes`}`,
      hint:
        leftOut === undefined
          ? hintForPattern(folder, pattern)
          : "to take what lies there, begin the pattern with that folder's name",
    },
  };
};
