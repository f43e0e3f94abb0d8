import { join } from "node:path";
import { type BuildOptions, type Built, build } from "../../../compiler/build.js";
import { compile } from "../../../compiler/compile.js";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import type { JobPlan } from "../../../compiler/plan/swarm-plan.js";
import type { FindNewKeys } from "../../results/rename-keys.js";
import { knownChecks } from "../../workspace/known-check.js";
import { bundleFolder, machineryFolder, openWorkspace, STATE_FILES } from "../../workspace/workspace.js";
import { sayNote } from "../output/notes.js";
import { setProblemFolder } from "../output/where.js";
import type { VerbContext } from "./verb.js";

export type Compiled = Awaited<ReturnType<typeof compileDefinition>>;

/** @param withoutInputs where jobs cannot be found, since their data are not there, those of the bundle stand in for them */
export async function compileDefinition(context: VerbContext, withoutInputs = false) {
  const opened = openWorkspace(context.place);
  const workspace = context.standIn === undefined ? opened : { ...opened, definition: context.standIn };
  setProblemFolder(workspace.folder);
  const bundleOf = withoutInputs ? (target: string) => bundleFolder(workspace, target) : undefined;
  const compilation = await compile(workspace.definition, context.target, knownChecks(workspace), bundleOf);
  for (const { message } of compilation.standsInFor ?? []) {
    sayNote(context.terminal, `the jobs are those of the bundle, since ${message}`);
  }
  const target = compilation.plan.target.name;
  return { workspace, compilation, target, bundle: bundleFolder(workspace, target) };
}

/** Puts jobs, as they are planned, into a list, as a bundle has them. */
export function onBundledJob(jobs: BundledJob[]): (job: JobPlan) => void {
  return ({ number, name, key, olderKey, params, inputs, outputs }) => {
    jobs.push({ number, name, key, olderKey: olderKey(), params, inputs: inputs.map(({ path }) => path), outputs });
  };
}

/**
 * @param folder where the bundle goes, or lies
 * @param write false: the bundle is compared with what is in the folder, and nothing is written
 */
export function buildInto(
  { workspace, compilation }: Compiled,
  folder: string,
  write: boolean,
  others: Pick<BuildOptions, "onJob" | "onTreeEntry" | "machinery"> = {},
): Built {
  const digests = join(workspace.state, STATE_FILES.digests);
  return build(compilation, { folder, machinery: machineryFolder(workspace, folder), write, digests, ...others });
}

/** Finds new keys by planning all jobs once more: asked for where there are results of an earlier version. */
export function findNewKeys(compiled: Compiled): FindNewKeys {
  return (isKnown) => {
    const keys = new Map<string, string>();
    const onJob = ({ key, olderKey }: JobPlan) => {
      const older = olderKey();
      if (isKnown(older)) keys.set(older, key);
    };
    buildInto(compiled, compiled.bundle, false, { onJob });
    return keys;
  };
}
