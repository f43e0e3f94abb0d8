import { statSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, describedIn } from "../../compiler/format/bundle.js";
import { bundleFolder } from "../workspace/workspace.js";
import type { DeployedSwarm } from "./deployed-swarm.js";

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Is the definition still what the newest run was made of, as far as that is known without compiling it? A deploy follows
 * no other run: `other` if it was built since and gave another bundle, `edited` if it was written since it was built.
 */
export function definitionSince({
  workspace,
  target,
  runs,
}: Pick<DeployedSwarm, "workspace" | "target" | "runs">): "same" | "edited" | "other" {
  const folder = bundleFolder(workspace, target);
  const built = describedIn(folder);
  if (!built) return "same"; // nothing speaks against it
  if (changedAt(workspace.definition) > changedAt(join(folder, BUNDLE_FILES.description))) return "edited";
  return built.digest === runs.at(-1)?.digest ? "same" : "other";
}
