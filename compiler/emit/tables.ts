import type { TreeContent } from "../format/bundle.js";
import { needColumns, needFields } from "../format/needs.js";
import { encodeRow } from "../format/tsv.js";
import { type JobInput, type JobPlan, jobVariables, type SwarmPlan } from "../plan/swarm-plan.js";
import type { TreePlan } from "../tree/tree-plan.js";

export function jobsHeader(swarm: SwarmPlan): string {
  const found = swarm.inputs.filter((input) => input.found).map(({ name }) => `from_${name}`);
  const needs = swarm.byJob ? needColumns(swarm.byJob).map(([, column]) => column) : [];
  return encodeRow(["job", "own_key", ...jobVariables(swarm), ...needs, ...found]);
}

export function jobRow(job: JobPlan, { inputs, byJob }: Pick<SwarmPlan, "inputs" | "byJob">): string {
  const sources = job.inputs.filter((_, i) => inputs[i]?.found).map(({ source }) => source);
  const needs = byJob && job.tries ? needFields(byJob, job.tries) : [];
  const paths = job.inputs.map(({ path }) => path);
  return encodeRow([job.name, job.ownKey, ...job.params, ...paths, ...job.outputs, ...needs, ...sources]);
}

export const UPLOADS_HEADER = encodeRow(["source", "destination", "bytes", "sha256", "kind"]);

/** Where an input goes on the target; undefined if it does not travel. */
export function destinationOf(job: JobPlan, input: JobInput): string | undefined {
  if (input.delivery === "in-place") return undefined;
  if (input.delivery === "packed") return `jobs/${job.name}/${input.path}`;
  const version = `${input.sha256.slice(0, 16)}${input.executable ? "x" : ""}`;
  return `shared/${version}/${input.source.slice(input.source.lastIndexOf("/") + 1)}`;
}

export function uploadRow(input: JobInput, destination: string): string {
  const kind = input.executable ? "executable" : input.kind;
  return encodeRow([input.source, destination, String(input.bytes), input.sha256, kind]);
}

/** The line of a tree in `uploads.tsv`; `tree.tsv` says what is in it. */
export function treeUploadRow(tree: TreePlan, { bytes, digest }: TreeContent): string {
  return encodeRow([tree.root, "tree/", String(bytes), digest, "tree"]);
}
