import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Environment } from "../dsl/environment.js";
import { isInOwnFolder } from "../format/own-folders.js";
import { isWithin } from "../format/within.js";
import type { ShellAround } from "../shell/template.js";
import type { SwarmPlan } from "./swarm-plan.js";

/** What the command of a swarm may refer to. */
export interface CommandSurroundings extends Pick<SwarmPlan, "params" | "inputs" | "outputs" | "prepare" | "tree"> {
  readonly environment: Environment;
  /** whether a line of a list of commands is part of it, of which nobody knows what it sets */
  readonly hasLines: boolean;
  /** the definition's */
  readonly folder: string;
}

const clean = (path: string) => path.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");

/** Where an input lies in the job's folder. */
function placeOf(pattern: string): string {
  return pattern.startsWith("/") || pattern.split("/").includes("..") ? basename(pattern) : clean(pattern);
}

/** Is there a file beside the definition that jobs may have been meant to use? */
function isBeside(folder: string, path: string): boolean {
  const absolute = resolve(folder, path);
  if (!isWithin(folder, absolute) || isInOwnFolder(folder, absolute)) return false;
  return statSync(absolute, { throwIfNoEntry: false })?.isFile() ?? false;
}

export function commandAround(given: CommandSurroundings): ShellAround | undefined {
  const { params, inputs, outputs, environment, prepare, tree, hasLines, folder } = given;
  if (hasLines) return undefined;
  const loads = (environment.modules ?? []).length > 0 ? "module load" : "";
  const known = {
    params,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    variables: Object.keys(environment.variables ?? {}),
    before: [loads, prepare ?? ""].join("\n"),
  };
  if (tree) return { known, files: undefined };
  const files = {
    isBeside: (path: string) => isBeside(folder, path),
    inputs: inputs.map(({ pattern, as }) => placeOf(as ?? pattern)),
    outputs: outputs.map(({ pattern }) => clean(pattern)),
  };
  return { known, files };
}
