import { type Deployed, openDeployed } from "../deployed.js";
import { openWorkspace } from "../workspace.js";
import { sayReconnecting } from "./output/reconnecting.js";
import type { VerbContext } from "./verb.js";

/** Opens the deployed swarm that the command line names, and closes it when it was used. */
export async function useDeployed<T>(context: VerbContext, use: (deployed: Deployed) => Promise<T>): Promise<T> {
  const deployed = await openDeployed(openWorkspace(context.place), context.target, {
    reconnecting: (words, pause) => sayReconnecting(context.terminal, words, pause),
  });
  try {
    return await use(deployed);
  } finally {
    deployed.close();
  }
}
