import { countRange, type ScaledRange, scaleRange } from "../../dsl/exact-range.js";
import type { Params } from "../../format/pattern.js";
import { again, type SurveySource } from "./source.js";

function* rangeParams(name: string, range: ScaledRange): Generator<Params> {
  for (const value of countRange(range)) yield { [name]: value };
}

export const surveyRange: SurveySource<"range"> = ({ name, from, to, step }) => {
  const range = scaleRange(from, to, step);
  if (!range) throw new Error(`range("${name}", …) cannot be counted, and was let through`);
  const empty = { message: "the swarm has no jobs" };
  const count = Math.floor((range.to - range.from) / range.step) + 1;
  return { names: [name], jobs: again(() => rangeParams(name, range)), count, problems: [], notes: [], empty };
};
