import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillCommand } from "../../../compiler/plan/fill-command.js";
import { type DeployedSwarm, deployedTargets, openDeployed } from "../../collect/deployed-swarm.js";
import { previewDeploy } from "../../deploy/preview-deploy.js";
import type { DeployOptions } from "../../deploy/types.js";
import { sayPreview } from "../output/dry-run.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { sayNotes, sayReconnecting } from "../output/notes.js";
import { buildInto, compileDefinition, findNewKeys } from "./compile-definition.js";
import type { VerbContext } from "./verb.js";

/** `deploy --dry-run`: which jobs would run, and why, with the command of the first. Nothing of the swarm is touched: the bundle goes into a folder that is removed again. */
export async function dryRun(context: VerbContext, choice: DeployOptions["choice"]): Promise<ExitCode> {
  const { terminal } = context;
  const compiled = await compileDefinition(context);
  const { workspace, compilation, target } = compiled;
  const bundle = mkdtempSync(join(tmpdir(), "locusts-dry-run-"));
  let deployed: DeployedSwarm | undefined;
  try {
    const { description, notes } = buildInto(compiled, bundle, true);
    sayNotes(terminal, notes);
    if (deployedTargets(workspace).includes(target)) {
      deployed = await openDeployed(workspace, target, {
        change: false,
        waiting: terminal.say,
        reconnecting: (message, pause) => sayReconnecting(terminal, message, pause),
      });
    }
    const preview = await previewDeploy(
      workspace,
      { bundle, description, newKeysOf: findNewKeys(compiled) },
      choice,
      deployed,
    );
    const [first] = preview.selection.wanted.values();
    const command = first && (await fillCommand(compilation, first));
    sayPreview(terminal, workspace, context.json, { ...preview, description, command });
    return EXIT.fine;
  } finally {
    rmSync(bundle, { recursive: true, force: true });
    deployed?.close();
  }
}
