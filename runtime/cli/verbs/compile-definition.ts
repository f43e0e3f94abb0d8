import { join } from "node:path";
import type { BuildOptions } from "../../../compiler/build.js";
import { type Built, build } from "../../../compiler/build.js";
import { compile } from "../../../compiler/compile.js";
import { machineryFolder, openWorkspace, STATE_FILES } from "../../workspace/workspace.js";
import { setProblemFolder } from "../output/where.js";
import type { VerbContext } from "./verb.js";

export type Compiled = Awaited<ReturnType<typeof compileDefinition>>;

export async function compileDefinition(context: VerbContext) {
  const workspace = openWorkspace(context.place);
  setProblemFolder(workspace.folder);
  return { workspace, compilation: await compile(workspace.definition, context.target) };
}

/** @param write false: the bundle is compared with what is in the folder, and nothing is written */
export function buildInto(
  { workspace, compilation }: Compiled,
  folder: string,
  write: boolean,
  observers: Pick<BuildOptions, "onJob" | "onTreeEntry"> = {},
): Built {
  const digests = join(workspace.state, STATE_FILES.digests);
  return build(compilation, { folder, machinery: machineryFolder(workspace, folder), write, digests, ...observers });
}
