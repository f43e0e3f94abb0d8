import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import { fillCommand } from "../../../compiler/plan/fill-command.js";
import { deployedTargets, openDeployed } from "../../collect/deployed-swarm.js";
import { previewDeploy } from "../../deploy/preview-deploy.js";
import type { DeployOptions } from "../../deploy/types.js";
import { sayPreview } from "../output/dry-run.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { sayNotes, sayReconnecting } from "../output/notes.js";
import { buildInto, compileDefinition, onBundledJob } from "./compile-definition.js";
import type { VerbContext } from "./verb.js";

/** `deploy --dry-run`: which jobs would run, and why, with the command of the first. Nothing is written. */
export async function dryRun(context: VerbContext, choice: DeployOptions["choice"]): Promise<ExitCode> {
  const { terminal } = context;
  const compiled = await compileDefinition(context);
  const { workspace, compilation, target } = compiled;
  const jobs: BundledJob[] = [];
  const onJob = onBundledJob(jobs);
  const { description, notes } = buildInto(compiled, compiled.bundle, false, { onJob });
  sayNotes(terminal, notes);
  const deployed = deployedTargets(workspace).includes(target)
    ? await openDeployed(workspace, target, {
        change: false,
        waiting: terminal.say,
        reconnecting: (message, pause) => sayReconnecting(terminal, message, pause),
      })
    : undefined;
  const applies = deployed && description.tree?.apply;
  const scratch = applies ? mkdtempSync(join(tmpdir(), "locusts-dry-run-")) : undefined;
  try {
    // By the files of two bundles it is known whether results are carried over to a tree that jobs have changed.
    if (scratch !== undefined) buildInto(compiled, scratch, true);
    const bundle = scratch ?? compiled.bundle;
    const preview = await previewDeploy(workspace, bundle, description, () => jobs, choice, deployed);
    const [first] = preview.selection.wanted.values();
    const command = first && (await fillCommand(compilation, first));
    sayPreview(terminal, workspace, context.json, { ...preview, description, command });
    return EXIT.fine;
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    deployed?.close();
  }
}
