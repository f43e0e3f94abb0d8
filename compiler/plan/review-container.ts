import { basename } from "node:path";
import type { Container } from "../dsl/environment.js";
import type { PlanMistake } from "./plan-mistake.js";
import type { InputPlan } from "./swarm-plan.js";

/** An image that no job can find: its path is relative, and none of the inputs in each job's folder has it. */
export function reviewContainer(
  container: Container | undefined,
  inputs: readonly Pick<InputPlan, "as" | "pattern">[],
): readonly PlanMistake[] {
  const image = container?.image.replace(/^\.\//, "");
  if (image === undefined || image.startsWith("/") || /^[\w+.-]+:/.test(image)) return [];
  const isOf = (path: string) => image === path || image.startsWith(`${path}/`);
  if (inputs.some(({ as, pattern }) => isOf(as ?? basename(pattern)) || isOf(pattern))) return [];
  return [
    {
      path: ["environment", "container", "image"],
      message: `the image ${image} is looked for in each job's folder, and no input lies there by that name`,
      hint: `write its whole path on the target, as in "/images/${basename(image)}"; or have it sent along: inputs: { image: shared(${JSON.stringify(image)}, { as: ${JSON.stringify(image)} }) }`,
    },
  ];
}
