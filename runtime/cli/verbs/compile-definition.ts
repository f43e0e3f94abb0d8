import { join } from "node:path";
import { type Built, build } from "../../../compiler/build.js";
import { compile } from "../../../compiler/compile.js";
import type { Compilation } from "../../../compiler/plan/compilation.js";
import type { TreeEntry } from "../../../compiler/tree/entry.js";
import { machineryFolder, openWorkspace, STATE_FILES, type Workspace } from "../../workspace/workspace.js";
import { setProblemFolder } from "../output/where.js";
import type { VerbContext } from "./verb.js";

export interface Compiled {
  readonly workspace: Workspace;
  readonly compilation: Compilation;
}

export async function compileDefinition(context: VerbContext): Promise<Compiled> {
  const workspace = openWorkspace(context.place);
  setProblemFolder(workspace.folder);
  return { workspace, compilation: await compile(workspace.definition, context.target) };
}

export function dryBuild(
  { workspace, compilation }: Compiled,
  folder: string,
  onTreeEntry?: (entry: TreeEntry) => void,
): Built {
  const digests = join(workspace.state, STATE_FILES.digests);
  const machinery = machineryFolder(workspace, folder);
  return build(compilation, { folder, machinery, write: false, digests, ...(onTreeEntry ? { onTreeEntry } : {}) });
}
