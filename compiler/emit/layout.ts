import { posix } from "node:path";
import type { SwarmPlan } from "../plan/swarm-plan.js";
import type { TreePlan } from "../tree/tree-plan.js";

function describeTree({ mode, root, workdir, apply, collects }: TreePlan) {
  if (!collects) return { jobs: "the folder itself, in which all jobs run as they would by hand", root };
  const trees = {
    copy: "one copy on the target, in which all jobs run",
    inPlace: "the original on the target, in which all jobs run",
    perJob: "for each job a tree of its own",
  };
  return {
    mode,
    jobs: trees[mode],
    root,
    workdir,
    ...(mode === "inPlace" ? {} : { selected: "tree.tsv" }),
    changes: apply ? "results/changes.tsv, and into the root on this machine" : "results/changes.tsv and results/tree/",
  };
}

/** `layout.json`: which folders there will be on the target, and what lies in a job's folder. */
export function emitLayout(swarm: SwarmPlan): string {
  const delivered = (input: SwarmPlan["inputs"][number]) =>
    input.delivery === "in-place"
      ? "a link to where it lies"
      : input.shared || input.delivery === "link"
        ? "a link into shared/, read-only"
        : input.delivery === "copy"
          ? "a copy"
          : "a copy, or a link into shared/ if it is large";
  const layout = {
    target: {
      "bundle/": "this bundle",
      "shared/": "inputs that lie on the target once, by digest",
      "runs/<run>/run": "the run list: which jobs are wanted, in how many chunks",
      "runs/<run>/chunks/": "for each chunk the jobs in it, and their folders with inputs, packed",
      "runs/<run>/claims/": "which manager has taken which chunk",
      "runs/<run>/managers/": "the managers that run or ran",
      "runs/<run>/journal/": "what happened, a file for each incarnation of a manager",
      "runs/<run>/work/<manager>/<list>/<job>/": "the working folder of a job",
      "runs/<run>/work/<manager>/<list>/<job>.out": "its standard output; .err is its standard error",
    },
    ...(swarm.tree ? { tree: describeTree(swarm.tree) } : {}),
    job: {
      inputs: Object.fromEntries(
        swarm.inputs.map((input) => [
          input.name,
          { from: input.pattern, path: input.as ?? input.pattern, arrives: delivered(input) },
        ]),
      ),
      outputs: Object.fromEntries(
        swarm.outputs.map((output) => [
          output.name,
          {
            path: output.pattern,
            kind: output.kind,
            compulsory: !output.optional,
            results: swarm.tree
              ? `results/tree/${posix.join(swarm.tree.workdir, output.pattern)}`
              : `results/${output.pattern}`,
          },
        ]),
      ),
    },
  };
  return `${JSON.stringify(layout, null, 2)}\n`;
}
