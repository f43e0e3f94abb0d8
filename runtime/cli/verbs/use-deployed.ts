import { type DeployedSwarm, type OpenDeployedOptions, openDeployed } from "../../collect/deployed-swarm.js";
import { openWorkspace } from "../../workspace/workspace.js";
import { sayReconnecting } from "../output/notes.js";
import type { VerbContext } from "./verb.js";

/**
 * Opens the deployed swarm that the command line names, and closes it when it was used.
 *
 * @param purpose `look`: others may be at work at the same time; `change`: nobody else is meanwhile
 */
export async function useDeployed<T>(
  context: VerbContext,
  purpose: "look" | "change",
  use: (deployed: DeployedSwarm) => Promise<T>,
  options: Pick<OpenDeployedOptions, "asked"> = {},
): Promise<T> {
  const deployed = await openDeployed(openWorkspace(context.place), context.target, {
    ...options,
    change: purpose === "change",
    waiting: (message) => context.terminal.say(message),
    reconnecting: (message, pause) => sayReconnecting(context.terminal, message, pause),
  });
  try {
    return await use(deployed);
  } finally {
    deployed.close();
  }
}
