import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Environment } from "../dsl/environment.js";
import { cleanSource, placeOfSource } from "../format/delivery.js";
import { isInOwnFolder } from "../format/own-folders.js";
import { isWithin } from "../format/within.js";
import type { ShellAround } from "../shell/template.js";
import type { SwarmPlan } from "./swarm-plan.js";

/** What the command of a swarm may refer to. */
interface CommandSurroundings extends Pick<SwarmPlan, "params" | "inputs" | "outputs" | "prepare" | "tree"> {
  readonly environment: Environment;
  /** whether a line of a list of commands is part of it, of which nobody knows what it sets */
  readonly hasLines: boolean;
  /** the definition's */
  readonly folder: string;
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
    inputs: inputs.map(({ pattern, as }) => placeOfSource(cleanSource(as ?? pattern))),
    outputs: outputs.map(({ pattern }) => pattern),
  };
  return { known, files };
}
