import { findInexact } from "../exact-params.js";
import type { SurveySource } from "./source.js";

export const surveyRows: SurveySource<"rows"> = ({ rows }) => {
  const names = Object.keys(rows[0] ?? {});
  const empty = { message: "the swarm has no jobs: the list of values or rows is empty", hint: "put at least one in" };
  const odd = rows.findIndex((row) => Object.keys(row).length !== names.length || names.some((name) => !(name in row)));
  if (odd < 0) {
    const inexact = findInexact(rows);
    return { names, jobs: rows, count: rows.length, problems: inexact ? [inexact] : [], notes: [], empty };
  }
  const found = Object.keys(rows[odd] ?? {}).join(", ");
  const problem = {
    message: `row ${odd + 1} has the params ${found || "(none)"}, and row 1 has ${names.join(", ") || "(none)"}`,
    hint: "give every row the same names",
  };
  return { names, jobs: [], problems: [problem], notes: [], empty };
};
