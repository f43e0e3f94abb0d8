import type { Params } from "../../format/pattern.js";
import { findInexact } from "../exact-params.js";
import { again, type SurveySource } from "./source.js";

function* combine(axes: Readonly<Record<string, readonly (string | number | boolean)[]>>): Generator<Params> {
  const names = Object.keys(axes);
  function* from(index: number, chosen: Params): Generator<Params> {
    const name = names[index];
    if (name === undefined) yield chosen;
    else for (const value of axes[name] ?? []) yield* from(index + 1, { ...chosen, [name]: value });
  }
  yield* from(0, {});
}

export const surveyMatrix: SurveySource<"matrix"> = ({ axes }) => {
  const bare = Object.entries(axes).find(([, values]) => values.length === 0)?.[0];
  const problems = Object.entries(axes).flatMap(([name, values]) => {
    const inexact = findInexact(values.map((value) => ({ [name]: value })));
    return inexact ? [{ ...inexact, message: inexact.message.replace(/ of job (\d+) /, ", value $1, ") }] : [];
  });
  return {
    names: Object.keys(axes),
    jobs: again(() => combine(axes)),
    count: Object.values(axes).reduce((product, values) => product * values.length, 1),
    problems,
    notes: [],
    empty: {
      message: `the swarm has no jobs: the matrix has no values for ${bare ?? "anything"}`,
      hint: "give each name at least one value",
    },
  };
};
